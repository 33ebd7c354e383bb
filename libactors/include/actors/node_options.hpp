// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

#include <actors/cluster.hpp>
#include <actors/detail/engine.hpp>
#include <actors/mailbox.hpp>
#include <actors/time.hpp>

namespace actors {

/// How a node runs. Every field has a working default.
struct node_options {
  /// Shown in logs.
  std::string name = "node";
  /// Single-threaded engines that share the workers; 0: as many as workers.
  std::uint32_t shards = 0;
  /// Threads of the scheduler; 0: one per core.
  std::uint32_t workers = 0;
  /// Bound of a mailbox that has none of its own.
  mailbox_options mailbox{mailbox_options::default_limit, overflow_policy::refuse};
  /// Bytes that may wait in front of one shard.
  std::size_t inbox_bytes = std::size_t{256} << 20;
  /// A handler that runs longer is reported, and again each time the duration has doubled.
  duration slow_handler = std::chrono::milliseconds{100};
  /// How long an orderly shutdown may take; what is left then is killed.
  duration shutdown_timeout = std::chrono::seconds{10};
  /// Messages a shard handles before it lets another one run.
  std::uint32_t quantum = 4096;
  /// Per-actor counters; for the benchmark of their cost.
  bool counters = true;
  /// Idle shards take actors from busy ones.
  bool balance = true;
  log_level level = log_level::info;
  /// Empty: standard error.
  std::string log_file{};

  /// Other nodes. Without them this one is on its own.
  cluster_options cluster{};

  /// Reads what it knows from the command line, and from the file named by `--config` (TOML or INI),
  /// and takes it out of `argv`; what it does not know stays there for the program. Checked whole.
  /// Errors: invalid_argument, naming option, value and what was expected.
  [[nodiscard]] static expected<node_options> parse(int& argc, char** argv);
  /// As `parse`, and nothing may be left over. Throws `usage_error`.
  [[nodiscard]] static node_options from_command_line(int argc, char** argv);
  /// Errors: invalid_argument for the first field outside its range.
  [[nodiscard]] expected<void> check() const;
};

/// What a node has done so far, summed over its shards.
struct node_counters {
  std::uint64_t messages = 0;
  std::uint64_t live_actors = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t slow_handlers = 0;
  std::uint64_t stuck_shards = 0;
  std::uint64_t moves = 0;
};

/// A command line or file that cannot be used; the text is one line for people. `--help` comes as
/// this too, with `status` 0.
class usage_error : public std::exception {
public:
  explicit usage_error(std::string text, int status = 2) : text_{std::move(text)}, status_{status} {}
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
  [[nodiscard]] int status() const noexcept { return status_; }

private:
  std::string text_;
  int status_;
};

} // namespace actors
