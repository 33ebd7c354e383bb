// SPDX-License-Identifier: BSD-3-Clause
#include "child_process.hpp"

#include <array>
#include <csignal>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;

[[noreturn]] void become(std::vector<char*>& words, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(output, STDOUT_FILENO);
  ::execv(words[0], words.data());
  ::_exit(127);
}

} // namespace

child_process::child_process(std::vector<std::string> words) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error{"cannot make a pipe"};
  std::vector<char*> pointers;
  for (auto& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  // Between fork and exec only calls that are safe with other threads about.
  id_ = ::fork();
  if (id_ == 0)
    become(pointers, ends[1]);
  ::close(ends[1]);
  output_ = ends[0];
  if (id_ < 0)
    throw std::runtime_error{"cannot start " + words[0]};
}

child_process::~child_process() {
  if (id_ > 0 && !status_) {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  ::close(output_);
}

std::optional<std::string> child_process::line(std::chrono::milliseconds within) {
  const auto give_up = clock_type::now() + within;
  for (;;) {
    if (auto end = read_.find('\n'); end != read_.npos) {
      auto found = read_.substr(0, end);
      read_.erase(0, end + 1);
      return found;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(give_up - clock_type::now());
    pollfd ready{output_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      return std::nullopt;
    std::array<char, 512> some{};
    const auto got = ::read(output_, some.data(), some.size());
    if (got <= 0)
      return std::nullopt;
    read_.append(some.data(), static_cast<std::size_t>(got));
  }
}

std::optional<int> child_process::status(std::chrono::milliseconds within) {
  const auto give_up = clock_type::now() + within;
  while (!status_) {
    int how = 0;
    if (::waitpid(id_, &how, WNOHANG) == id_)
      status_ = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    else if (clock_type::now() >= give_up)
      return std::nullopt;
    else
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return status_;
}

bool child_process::stopped(std::chrono::milliseconds within) {
  const auto give_up = clock_type::now() + within;
  while (clock_type::now() < give_up) {
    int how = 0;
    if (::waitpid(id_, &how, WNOHANG | WUNTRACED) == id_)
      return WIFSTOPPED(how);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return false;
}

void child_process::signal(int number) const {
  if (!status_)
    ::kill(id_, number);
}
