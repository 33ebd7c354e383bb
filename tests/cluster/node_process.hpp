// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <csignal>
#include <chrono>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "child_process.hpp"

namespace cluster_test {

/// The programs that a test gets as arguments.
inline std::string program(int number = 1) {
  return boost::unit_test::framework::master_test_suite().argv[number];
}

/// `cluster_node` in a process of its own; see there for what it says.
class node_process {
public:
  /// `options`: beside its name, one worker, and a free port unless they say `--listen`. `by`: a command
  /// that becomes the program.
  explicit node_process(const std::string& name, std::vector<std::string> options = {}, const std::string& of = program(),
                        std::vector<std::string> by = {})
      : process_{words(name, std::move(options), of, std::move(by))} {}

  /// Where it listens; fails the test where it does not say so in time.
  const std::string& address() {
    if (address_.empty() && says("address ")) address_ = found().substr(8);
    BOOST_REQUIRE_MESSAGE(!address_.empty(), "a node does not start: " + all());
    return address_;
  }
  /// Whether a line with this text comes, or has come, that no such call has found before.
  bool says(std::string_view text, std::chrono::milliseconds within = std::chrono::seconds{20}) {
    const auto give_up = std::chrono::steady_clock::now() + within;
    for (;;) {
      for (; looked_ < lines_.size(); ++looked_)
        if (lines_[looked_].find(text) != std::string::npos) return ++looked_, true;
      if (!read_one(give_up)) return false;
    }
  }
  /// Takes what it has said so far.
  void read() {
    while (read_one(std::chrono::steady_clock::now())) {
    }
  }
  /// How many lines have this text, once nothing more comes for a while.
  std::size_t count(std::string_view text, std::chrono::milliseconds quiet = std::chrono::milliseconds{300}) {
    while (read_one(std::chrono::steady_clock::now() + quiet)) {
    }
    return static_cast<std::size_t>(std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    }));
  }
  [[nodiscard]] std::string found() const { return lines_[looked_ - 1]; }
  [[nodiscard]] std::string all() const {
    std::string text;
    for (const auto& line : lines_) text += line + '\n';
    return text;
  }

  void signal(int number) const { process_.signal(number); }
  std::optional<int> status(std::chrono::milliseconds within = std::chrono::seconds{20}) { return process_.status(within); }
  /// Ends it in order, and says whether it did.
  bool leave() {
    signal(SIGTERM);
    return status() == 0;
  }
  /// MiB of memory that it uses.
  [[nodiscard]] std::size_t resident() const {
    std::size_t all = 0, used = 0;
    std::ifstream{"/proc/" + std::to_string(process_.id()) + "/statm"} >> all >> used;
    return used * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) >> 20;
  }
  [[nodiscard]] pid_t id() const { return process_.id(); }

private:
  static std::vector<std::string> words(const std::string& name, std::vector<std::string> options, const std::string& of,
                                        std::vector<std::string> all) {
    all.insert(all.end(), {of, "--node-name", name, "--workers", "1"});
    if (std::find(options.begin(), options.end(), "--listen") == options.end()) {
      all.emplace_back("--listen");
      all.emplace_back("127.0.0.1:0");
    }
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }
  bool read_one(std::chrono::steady_clock::time_point give_up) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(give_up - std::chrono::steady_clock::now());
    auto line = process_.line(std::max(left, std::chrono::milliseconds{3}));
    if (line) lines_.push_back(std::move(*line));
    return line.has_value();
  }

  child_process process_;
  std::string address_;
  std::vector<std::string> lines_;
  std::size_t looked_ = 0;
};

} // namespace cluster_test
