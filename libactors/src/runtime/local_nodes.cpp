// SPDX-License-Identifier: BSD-3-Clause
#include "local_nodes.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include <actors/node.hpp>

extern char** environ;

namespace actors::runtime {

namespace {

constexpr auto patience = std::chrono::seconds{3};
/// Where the others find their end of the pipe.
constexpr int lifeline_fd = 3;

std::string random_secret() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

/// The command line of this process.
std::vector<std::string> own_arguments() {
  std::ifstream file{"/proc/self/cmdline", std::ios::binary};
  std::vector<std::string> all;
  for (std::string each; std::getline(file, each, '\0');) all.push_back(each);
  return all;
}

/// Without the options that are different in each process. `--name=value` is one word, `--name value` two.
std::vector<std::string> common_arguments() {
  std::vector<std::string> kept;
  bool skip_value = false;
  for (const std::string& each : own_arguments()) {
    if (std::exchange(skip_value, false)) continue;
    bool drop = false;
    for (const char* option : {"--local-nodes", "--listen", "--advertise", "--seed", "--node-name", "--secret-file", "--downing",
                               "--log-level", "--workers", "--node-shards"}) {
      if (each == option) drop = skip_value = true;
      if (each.starts_with(std::string{option} + "=")) drop = true;
    }
    if (!drop) kept.push_back(each);
  }
  return kept;
}

std::string name_of(log_level level) {
  static constexpr const char* names[] = {"debug", "info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

[[noreturn]] void throw_error(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

} // namespace

node_options as_first_local_node(node_options o) {
  if (o.cluster.local_nodes <= 1) return o;
  if (o.name == node_options{}.name) o.name = "node-1";
  if (o.cluster.listen.empty()) o.cluster.listen = "127.0.0.1:0";
  if (o.cluster.secret.empty()) o.cluster.secret = random_secret();
  // The others end with the first one anyway.
  o.cluster.downing = downing::keep_oldest;
  return o;
}

local_nodes::local_nodes(const node_options& options, const std::string& first_address) {
  const auto common = common_arguments();
  for (std::uint32_t k = 2; k <= options.cluster.local_nodes; ++k) {
    auto arguments = common;
    for (const std::string& each :
         {std::string{"--local-worker"}, std::to_string(lifeline_fd), std::string{"--listen"}, std::string{"127.0.0.1:0"},
          std::string{"--seed"}, first_address, std::string{"--node-name"}, fmt::format("node-{}", k),
          std::string{"--downing"}, std::string{"keep-oldest"},
          // What the program may have set otherwise than its command line says.
          std::string{"--log-level"}, name_of(options.level), std::string{"--workers"}, std::to_string(options.workers),
          std::string{"--node-shards"}, std::to_string(options.shards)})
      arguments.push_back(each);
    start(arguments, options.cluster.secret);
  }
}

void local_nodes::start(const std::vector<std::string>& arguments, const std::string& secret) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw_error("pipe");
  std::vector<char*> words;
  for (const std::string& each : arguments) words.push_back(const_cast<char*>(each.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], lifeline_fd);
  // A connection that a child holds as well would not end with this process.
  posix_spawn_file_actions_addclosefrom_np(&actions, lifeline_fd + 1);
  pid_t process = 0;
  const int error = posix_spawn(&process, "/proc/self/exe", &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (error != 0) {
    close(ends[1]);
    errno = error;
    throw_error("cannot start a local node");
  }
  children_.push_back({process, ends[1]});
  const std::string line = secret + "\n";
  // It fits the pipe's buffer; a child that has died already is noticed when it does not come up.
  if (write(ends[1], line.data(), line.size()) < 0) return;
}

std::vector<pid_t> local_nodes::processes() const {
  std::vector<pid_t> all;
  for (const child& c : children_) all.push_back(c.process);
  return all;
}

void local_nodes::end() {
  for (const child& c : children_) close(c.lifeline);
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (const child& c : children_) {
    pid_t ended = 0;
    while ((ended = waitpid(c.process, nullptr, WNOHANG)) == 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    if (ended != 0) continue;
    kill(c.process, SIGKILL);
    waitpid(c.process, nullptr, 0);
  }
  children_.clear();
}

void serve_local_node(node_options options, int lifeline) {
  std::string secret;
  char c = 0;
  while (read(lifeline, &c, 1) == 1 && c != '\n') secret += c;
  options.cluster.secret = secret;
  // The first one decides when it is over: an interrupt from the terminal goes to it as well.
  std::signal(SIGINT, SIG_IGN);
  int status = 0;
  try {
    node here{options};
    while (read(lifeline, &c, 1) != 0 || errno == EINTR) errno = 0;
    status = here.shutdown() ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", options.name.c_str(), e.what());
    status = 1;
  }
  std::fflush(nullptr);
  // The program's own objects are the first process's concern.
  std::_Exit(status);
}

} // namespace actors::runtime
