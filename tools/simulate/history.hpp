// SPDX-License-Identifier: BSD-3-Clause
//
// One random history of a cluster: its kind, the work and the faults come from the seed.
//
//   0 s        all nodes start
//   faults_at  what the kind says, until `calm_at`
//   calm_at    the network is whole, who is missing is started again
//   end        judged
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "book.hpp"
#include "crew.hpp"

namespace simulate {

struct history_options {
  std::uint64_t seed = 1;
  std::size_t nodes = 5;
  duration length = 60s;
  /// Of a bug to have.
  std::string planted{};
  /// Hears everything, if set.
  std::function<void(const std::string&)> narrate{};
};

struct history_result {
  std::uint64_t seed = 0;
  std::vector<std::string> errors;
  /// What happened last before the first error.
  std::vector<std::string> notes;
  /// Of the nodes.
  std::vector<std::string> logs;
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  totals sums;
};

enum class kind : std::uint8_t {
  /// Connections break, processes are held up for a moment.
  healthy,
  /// Processes and hosts die, and come back.
  crashes,
  /// One clean cut of the network, for long.
  cut,
  /// The same in one direction.
  one_way,
  /// All of it.
  chaos,
};
inline constexpr std::size_t kinds = 5;
[[nodiscard]] std::string_view to_string(kind k) noexcept;

class history {
public:
  explicit history(const history_options& options);
  ~history() { book_.close(); }
  history(const history&) = delete;
  history& operator=(const history&) = delete;
  [[nodiscard]] history_result run();

private:
  using cluster = actors::testing::cluster;

  [[nodiscard]] static actors::testing::cluster_options options_for(const history_options& o, kind k);
  [[nodiscard]] duration some(duration most);
  [[nodiscard]] std::size_t some_node() { return random().below(sim_.size()); }
  [[nodiscard]] actors::testing::random_source& random() { return sim_.random(); }
  void say(const std::string& text);

  void changes();
  void man(std::size_t node);
  void begin_faults();
  void fault_once();
  void healthy_fault();
  void crash_fault();
  void chaos_fault();
  void begin_cut(bool is_one_way);
  void judge_cut();
  void stall(std::size_t node, duration time);
  void crash(std::size_t node);
  void start(std::size_t node);
  void look_after();
  void calm();

  const history_options options_;
  const kind kind_;
  // Actors write to it until they end.
  book book_;
  book::use in_use_{book_};
  cluster sim_;
  temper temper_;
  std::vector<actors::testing::fault> faults_;
  std::vector<bool> side_;
  std::uint64_t founder_ = 0;
  bool is_calm_ = false;
};

[[nodiscard]] history_result run_history(const history_options& options);

} // namespace simulate
