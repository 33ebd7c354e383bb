// SPDX-License-Identifier: BSD-3-Clause
//
// A supervised family under virtual time: children that end as they are told, and a journal of it all.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <actors/supervision/supervision.hpp>
#include <actors/testing.hpp>

namespace actors::supervision::test {

using namespace std::chrono_literals;
namespace sup = actors::supervision;
using journal = std::vector<std::string>;

/// What children write down and are told; one at a time, for specifications hold no pointers.
struct stage {
  journal lines;
  /// Children that throw in their next constructors: how often.
  std::map<std::string, int> start_fails;
  /// What children do in on_stop.
  std::set<std::string> throws_in_stop;
  std::map<std::string, duration> stop_takes;
  /// Instances alive per name; never more than one.
  std::map<std::string, int> alive;
  bool two_alive = false;

  void note(std::string text) { lines.push_back(std::move(text)); }
  static stage& now() {
    static stage s;
    return s;
  }
};

struct end_normally {};
struct end_shutdown {};
struct crash {
  std::string text = "broken";
};
struct get_killed {};
struct count {};
struct work {};

/// Writes `+name` when an instance begins and `-name` when it stops in order.
class child_actor : public actor<child_actor> {
public:
  using handles = messages<end_normally, end_shutdown, crash, get_killed, count, work>;
  explicit child_actor(std::string name) : name_{std::move(name)} {
    stage& s = stage::now();
    if (auto fails = s.start_fails.find(name_); fails != s.start_fails.end() && fails->second > 0) {
      --fails->second;
      throw std::runtime_error{"no start"};
    }
    if (++s.alive[name_] > 1) s.two_alive = true;
    s.note("+" + name_);
  }
  child_actor(const child_actor&) = delete;
  ~child_actor() { --stage::now().alive[name_]; }

  void on(end_normally) { stop(); }
  void on(end_shutdown) { stop(exit_kind::shutdown); }
  void on(const crash& c) { throw std::runtime_error{c.text}; }
  void on(get_killed) { kill(self()); }
  int on(count) { return ++count_; }
  void on(work) { stage::now().note(name_ + " works"); }
  task<void> on_stop() {
    stage& s = stage::now();
    s.note("-" + name_);
    if (s.throws_in_stop.contains(name_)) throw std::logic_error{"bad stop"};
    if (auto takes = s.stop_takes.find(name_); takes != s.stop_takes.end()) co_await sleep(takes->second);
  }

private:
  std::string name_;
  int count_ = 0;
};

/// Collects reports.
class listener : public actor<listener> {
public:
  using handles = messages<report>;
  explicit listener(std::vector<report>* all) : all_{all} { subscribe(reports); }
  void on(report r) { all_->push_back(std::move(r)); }

private:
  std::vector<report>* all_;
};

/// Watches one actor.
class witness : public actor<witness> {
public:
  using handles = messages<down>;
  witness(any_ref who, std::vector<down>* all) : all_{all} { watch(who); }
  void on(down d) { all_->push_back(std::move(d)); }

private:
  std::vector<down>* all_;
};

inline testing::simulation_options quiet(std::uint64_t seed = 1, std::uint32_t shards = 2) {
  testing::simulation_options o;
  o.seed = testing::seed_from_environment(seed);
  o.shards = shards;
  o.moves = false;
  return o;
}

/// For messages of tests: the failure, if it is one.
template <class T>
std::string why(const expected<T>& outcome) {
  return outcome ? "" : to_string(outcome.error());
}

/// A node with a tree and what happens there.
struct family {
  explicit family(testing::simulation_options o = quiet()) : node{o} {
    stage::now() = {};
    node.spawn<listener>(&heard);
    node.run_until_idle();
  }

  expected<supervisor_ref> start(const tree& t) {
    auto started = sup::start(node, t);
    if (started) {
      root = *started;
      node.spawn<witness>(any_ref{root}, &downs);
    }
    node.run_until_idle();
    return started;
  }
  ref<child_actor> child(const std::string& path) {
    auto found = node.find<child_actor>(path);
    return found ? *found : ref<child_actor>{};
  }
  template <class M>
  void tell(const std::string& path, M message) {
    child(path).tell(std::move(message));
    node.run_until_idle();
  }
  /// What has been written since the last call.
  journal take() {
    node.run_until_idle();
    return std::exchange(stage::now().lines, {});
  }
  [[nodiscard]] bool is_alive(const std::string& name) const { return stage::now().alive[name] == 1; }
  [[nodiscard]] bool ended() const { return !downs.empty(); }
  child_info info(const std::string& id) { return info_below(root, id); }
  child_info info_below(supervisor_ref where, const std::string& id) {
    auto all = node.ask_result(where, which_children{}).value();
    for (child_info& c : all)
      if (c.id == id) return c;
    return {};
  }

  testing::node node;
  supervisor_ref root;
  std::vector<report> heard;
  std::vector<down> downs;
};

} // namespace actors::supervision::test
