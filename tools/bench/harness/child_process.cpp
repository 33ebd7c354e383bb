// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/child_process.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace bench {
namespace {

// A child that hangs is ended by the kernel, so that the parent never waits for ever.
constexpr unsigned child_limit_seconds = 60;

constexpr const char* name_of(side which) { return which == side::ours ? "ours" : "baseline"; }

std::string read_all(int from) {
  std::string text;
  std::array<char, 256> buffer{};
  for (;;) {
    auto got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

pid_t start_child(const std::string& name, side which, int output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  std::string program = "actors-bench";
  std::string option = "--child";
  std::string benchmark_name = name;
  std::string side_name = name_of(which);
  std::array<char*, 5> arguments{program.data(), option.data(), benchmark_name.data(),
                                 side_name.data(), nullptr};
  pid_t child = 0;
  int error = ::posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw std::runtime_error(std::string{"cannot start a child process: "} + std::strerror(error));
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

double figure_of(const benchmark& of, side which) {
  const auto& work = which == side::ours ? of.ours : of.baseline;
  if (!work)
    throw std::runtime_error("no such side");
  return work();
}

} // namespace

double measure_in_child(const std::string& name, side which) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(std::string{"cannot make a pipe: "} + std::strerror(errno));
  pid_t child = 0;
  try {
    child = start_child(name, which, ends[1]);
  } catch (...) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[1]);
  auto said = read_all(ends[0]);
  ::close(ends[0]);
  int status = wait_for(child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(said.empty() ? "the child process was ended" : said);
  return std::stod(said);
}

std::optional<int> run_as_child(const registry& benchmarks, int argc, char** argv) {
  if (argc != 4 || std::strcmp(argv[1], "--child") != 0)
    return std::nullopt;
  const auto* asked = benchmarks.find(argv[2]);
  if (asked == nullptr)
    return 2;
  ::alarm(child_limit_seconds);
  auto which = std::strcmp(argv[3], name_of(side::ours)) == 0 ? side::ours : side::baseline;
  int status = 0;
  try {
    std::printf("%.17g", figure_of(*asked, which));
  } catch (const std::exception& error) {
    std::printf("%s", error.what());
    status = 1;
  }
  std::fflush(stdout);
  std::_Exit(status);
}

} // namespace bench
