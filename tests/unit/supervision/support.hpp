// SPDX-License-Identifier: BSD-3-Clause
//
// A supervised family under virtual time: children that end as they are told, and a journal of it
// all.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <actors/supervision/supervision.hpp>
#include <actors/testing.hpp>

// Tests declare actors inside functions; their `handles` is used by templates only.
#pragma GCC diagnostic ignored "-Wunused-local-typedefs"

namespace actors::supervision {

inline std::ostream& operator<<(std::ostream& to, strategy s) {
  const char* names[] = {"one_for_one", "one_for_all", "rest_for_one", "dynamic"};
  return to << names[static_cast<int>(s)];
}
inline std::ostream& operator<<(std::ostream& to, restart r) {
  const char* names[] = {"permanent", "transient", "temporary"};
  return to << names[static_cast<int>(r)];
}
inline std::ostream& operator<<(std::ostream& to, auto_shutdown a) {
  const char* names[] = {"never", "any_significant", "all_significant"};
  return to << names[static_cast<int>(a)];
}

} // namespace actors::supervision

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
/// How many of these this instance has been asked; answered by a restarted one from 1 again.
struct count {};
struct work {};
/// Answered never, save by the end of the instance.
struct hold {};
struct nothing {};

/// Writes `+name` when an instance begins and `-name` when it stops in order.
class child_actor : public actor<child_actor> {
public:
  using handles = messages<end_normally, end_shutdown, crash, get_killed, count, work, hold, nothing>;
  explicit child_actor(std::string name) : name_{std::move(name)} {
    stage& s = stage::now();
    if (auto fails = s.start_fails.find(name_); fails != s.start_fails.end() && fails->second > 0) {
      --fails->second;
      throw std::runtime_error{"no start"};
    }
    if (++s.alive[name_] > 1)
      s.two_alive = true;
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
  promise<int> on(hold) { return make_promise<int>(); }
  void on(nothing) {}
  task<void> on_stop() {
    stage& s = stage::now();
    s.note("-" + name_);
    if (s.throws_in_stop.contains(name_))
      throw std::logic_error{"bad stop"};
    if (auto takes = s.stop_takes.find(name_); takes != s.stop_takes.end())
      co_await sleep(takes->second);
  }

  const std::string& name() const { return name_; }
  void set_count(int n) { count_ = n; }

private:
  std::string name_;
  int count_ = 0;
};

/// A child that writes under its id.
template <class... Options>
child_spec kid(const std::string& id, const Options&... options) {
  return sup::child<child_actor>(id, sup::args(id), options...);
}

/// Gives a shard work, so that another actor may leave it.
class ballast : public actor<ballast> {
public:
  using handles = messages<nothing>;
  void on(nothing) {}
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

/// Where a child lies, seen from its supervisor.
enum class lies { near, far, moved };
inline std::ostream& operator<<(std::ostream& to, lies l) {
  return to << (l == lies::near ? "near" : l == lies::far ? "far" : "moved");
}
/// Roots start on shard 1 in a family.
inline spawn_options at(lies l) { return l == lies::far ? on_shard(0) : here; }

inline testing::simulation_options quiet(std::uint64_t seed = 1, std::uint32_t shards = 3) {
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
  /// Has the engine take a child to the next shard. Requires: it has nothing open.
  void move(const std::string& path) {
    const auto who = child(path);
    const std::uint32_t to = (who.id().shard() + 1) % node.shard_count();
    node.engine().post_call(who.id(), [who, to](actors::detail::shard& there, actor_id) {
      // Every other actor with work moves, so the second of two.
      auto other = ref<ballast>{there.spawn<ballast>({})};
      other.tell(nothing{});
      who.tell(nothing{});
      there.donate(to, 8);
      there.kill(other.id());
    });
    node.run_until_idle();
    auto* s = node.engine().shard_at(who.id().shard())->find(who.id());
    if (s == nullptr || (s->flags & actors::detail::state::moved) == 0) throw std::logic_error{path + " did not move"};
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
  [[nodiscard]] bool is_alive(const std::string& name) const {
    return stage::now().alive[name] == 1;
  }
  [[nodiscard]] bool ended() const { return !downs.empty(); }
  /// Asks the root; virtual time passes as needed.
  template <class M>
  auto ask(M message, duration timeout = 1h) {
    auto outcome = node.ask_result(root, std::move(message), timeout);
    node.run_until_idle();
    return outcome;
  }
  /// `a running, b stopped (1)`: the children and how often they were restarted.
  std::string shows() { return shows_below(root); }
  std::string shows_below(supervisor_ref where) {
    std::string text;
    const auto all = node.ask_result(where, which_children{}).value();
    for (const child_info& c : all) {
      text += (text.empty() ? "" : ", ") + c.id + " " + std::string{to_string(c.status)};
      if (c.restarts != 0) text += " (" + std::to_string(c.restarts) + ")";
    }
    return text;
  }
  child_info info(const std::string& id) { return info_below(root, id); }
  child_info info_below(supervisor_ref where, const std::string& id) {
    auto all = node.ask_result(where, which_children{}).value();
    for (child_info& c : all)
      if (c.id == id)
        return c;
    return {};
  }

  testing::node node;
  supervisor_ref root;
  std::vector<report> heard;
  std::vector<down> downs;
};

} // namespace actors::supervision::test
