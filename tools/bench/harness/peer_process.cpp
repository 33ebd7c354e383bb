// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/peer_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace bench {
namespace {

// Should the measuring side hang, the kernel ends the peer.
constexpr unsigned peer_limit_seconds = 60;

struct pipe_ends {
  int read = -1;
  int write = -1;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(std::string{"cannot make a pipe: "} + std::strerror(errno));
  return {ends[0], ends[1]};
}

pid_t spawn_peer(const std::string& role, int input, int output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  std::string program = "actors-bench";
  std::string option = "--peer";
  std::string name = role;
  std::array<char*, 4> arguments{program.data(), option.data(), name.data(), nullptr};
  pid_t peer = -1;
  const int error =
      ::posix_spawn(&peer, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw std::runtime_error(std::string{"cannot start a peer: "} + std::strerror(error));
  return peer;
}

} // namespace

void peer_parent::say(const std::string& line) const {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string peer_parent::line() const {
  std::string text;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';)
    text += c;
  return text;
}

void peer_parent::wait_until_dismissed() const {
  char ignored = 0;
  for (;;) {
    const auto got = ::read(STDIN_FILENO, &ignored, 1);
    if (got == 0 || (got < 0 && errno != EINTR))
      return;
  }
}

peer_process::peer_process(const std::string& role) {
  const auto input = make_pipe();
  const auto output = make_pipe();
  to_ = input.write;
  from_ = output.read;
  id_ = spawn_peer(role, input.read, output.write);
  ::close(input.read);
  ::close(output.write);
}

peer_process::~peer_process() {
  ::close(to_);
  ::kill(id_, SIGKILL);
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ::close(from_);
}

std::string peer_process::line(std::chrono::milliseconds within) {
  const auto give_up = std::chrono::steady_clock::now() + within;
  for (;;) {
    if (auto end = read_.find('\n'); end != read_.npos) {
      auto found = read_.substr(0, end);
      read_.erase(0, end + 1);
      return found;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        give_up - std::chrono::steady_clock::now());
    pollfd ready{from_, POLLIN, 0};
    std::array<char, 256> some{};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      throw std::runtime_error("the peer process says nothing");
    const auto got = ::read(from_, some.data(), some.size());
    if (got <= 0)
      throw std::runtime_error("the peer process has ended");
    read_.append(some.data(), static_cast<std::size_t>(got));
  }
}

void peer_process::say(const std::string& line) {
  const std::string text = line + '\n';
  if (::write(to_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("the peer process does not listen");
}

void peer_process::signal(int number) const { ::kill(id_, number); }

std::uint16_t peer_process::port() { return static_cast<std::uint16_t>(std::stoul(line())); }

std::optional<int> run_as_peer(std::span<const peer_role> roles, int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--peer") != 0)
    return std::nullopt;
  const auto role = std::ranges::find_if(
      roles, [&](const auto& each) { return std::strcmp(each.name, argv[2]) == 0; });
  if (role == roles.end())
    return 2;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::alarm(peer_limit_seconds);
  try {
    role->run(peer_parent{});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "actors-bench --peer %s: %s\n", argv[2], error.what());
    std::_Exit(1);
  }
  std::_Exit(0);
}

} // namespace bench
