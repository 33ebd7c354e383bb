// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/// A connection of bytes to a port of this machine.
class stranger {
public:
  explicit stranger(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) throw std::runtime_error{"nobody listens"};
  }
  stranger(stranger&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  ~stranger() {
    if (fd_ >= 0) ::close(fd_);
  }

  /// What does not go out at once is left.
  void send(std::string_view bytes) const { (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT); }
  /// Whether the other side has closed within the time; what comes before is kept in `received`.
  [[nodiscard]] bool closed(std::chrono::milliseconds within = std::chrono::seconds{10}) {
    const auto give_up = std::chrono::steady_clock::now() + within;
    char some[4096];
    while (std::chrono::steady_clock::now() < give_up) {
      pollfd ready{fd_, POLLIN, 0};
      if (::poll(&ready, 1, 10) <= 0) continue;
      const auto got = ::recv(fd_, some, sizeof some, 0);
      if (got <= 0) return true;
      received.append(some, static_cast<std::size_t>(got));
    }
    return false;
  }
  /// Says that nothing more will come, and still listens.
  void shut() const { ::shutdown(fd_, SHUT_WR); }

  [[nodiscard]] int socket() const { return fd_; }

  std::string received;

private:
  int fd_;
};
