// SPDX-License-Identifier: BSD-3-Clause
#include "gate.hpp"

#include <utility>

#include <sys/socket.h>

#include <caf/io/network/native_socket.hpp>

namespace actors::runtime {

namespace {

void cut(int fd) { ::shutdown(fd, SHUT_RDWR); }

std::string peer_of(int fd) {
  auto address = caf::io::network::remote_addr_of_fd(fd);
  auto port = caf::io::network::remote_port_of_fd(fd);
  return address && port ? *address + ":" + std::to_string(*port) : "a peer that is gone";
}

} // namespace

gate::gate(logger log, gate_limits limits) : log_{std::move(log)}, limits_{limits} {}

bool gate::entered(int fd) {
  std::lock_guard guard{mutex_};
  cut_silent();
  if (closed_ || open_.size() >= limits_.connections)
    return false;
  open_.emplace(fd, connection{std::chrono::steady_clock::now()});
  return true;
}

void gate::greeted(int fd) {
  std::lock_guard guard{mutex_};
  if (auto at = open_.find(fd); at != open_.end())
    at->second.greeted = true;
}

void gate::left(int fd) {
  std::lock_guard guard{mutex_};
  auto at = open_.find(fd);
  if (at == open_.end())
    return;
  expected_ -= at->second.expected;
  open_.erase(at);
}

bool gate::expects(int fd, std::size_t bytes) {
  std::lock_guard guard{mutex_};
  auto at = open_.find(fd);
  if (at == open_.end())
    return false;
  expected_ -= std::exchange(at->second.expected, 0);
  if (expected_ + bytes > limits_.announced)
    return false;
  expected_ += at->second.expected = bytes;
  return true;
}

void gate::cut_all() {
  std::lock_guard guard{mutex_};
  closed_ = true;
  for (auto& [fd, each] : open_)
    cut(fd);
}

void gate::cut_silent() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& [fd, each] : open_) {
    if (each.greeted || each.cut || now - each.since <= limits_.silence)
      continue;
    refused(fd, "it says nothing");
    cut(fd);
    each.cut = true;
  }
}

void gate::refused(int fd, const std::string& why) {
  log_(log_level::warning, "gateway to CAF: " + peer_of(fd) + " is refused: " + why);
}

} // namespace actors::runtime
