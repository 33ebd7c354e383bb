// SPDX-License-Identifier: BSD-3-Clause
//
// Actors that do what a test tells them, and a journal of what happened.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <actors/actors.hpp>
#include <actors/testing.hpp>

// Tests declare actors inside functions; their `handles` is used by templates only.
#pragma GCC diagnostic ignored "-Wunused-local-typedefs"

namespace actors::test {

using namespace std::chrono_literals;
using journal = std::vector<std::string>;

/// A note for the journal.
struct note {
  std::string text;
};
struct number {
  int value;
};
/// Answered with twice the value.
struct question {
  int value;
};
struct silence {};
/// Anything, done inside the actor.
template <class A>
struct act {
  explicit act(std::function<void(A&)> f) : body{std::move(f)} {}
  std::function<void(A&)> body;
};

/// What handlers may do, open to tests.
template <class Derived>
class open_actor : public actor<Derived> {
public:
  using actor_base::ask;
  using actor_base::cancel;
  using actor_base::kill;
  using actor_base::make_promise;
  using actor_base::now;
  using actor_base::publish;
  using actor_base::register_name;
  using actor_base::restart_child;
  using actor_base::resume_child;
  using actor_base::sender;
  using actor_base::sleep;
  using actor_base::spawn;
  using actor_base::stash;
  using actor_base::stop;
  using actor_base::stop_child;
  using actor_base::tell;
  using actor_base::unstash_all;
  using actor<Derived>::self;
  using actor<Derived>::send_after;
  using actor<Derived>::send_every;
  using actor<Derived>::subscribe;
  using actor<Derived>::unsubscribe;
  using actor<Derived>::watch;
  using actor<Derived>::unwatch;
};

/// Writes down what it hears; leaves the failures of its children to the engine.
class puppet : public open_actor<puppet> {
public:
  using handles = messages<note, number, act<puppet>, question, down, child_stopped>;
  explicit puppet(journal* log, std::string name = "puppet") : log_{log}, name_{std::move(name)} {}

  void on(note n) { log_->push_back(name_ + ": " + n.text); }
  void on(number n) { log_->push_back(name_ + ": " + std::to_string(n.value)); }
  void on(act<puppet> a) { a.body(*this); }
  int on(question q) { return 2 * q.value; }
  void on(down d) {
    log_->push_back(name_ + " sees down: " + std::string{to_string(d.kind)} +
                    (d.reason.what.empty() ? "" : ", " + d.reason.what));
  }
  void on(child_stopped c) { log_->push_back(name_ + " sees child stopped: " + std::string{to_string(c.kind)}); }
  void on_stop() { log_->push_back(name_ + " stops"); }

  journal* log() { return log_; }
  const std::string& name() const { return name_; }
  std::vector<ref<puppet>> children;

private:
  journal* log_;
  std::string name_;
};

/// Handles the failures of its children by a function.
class guardian : public open_actor<guardian> {
public:
  using handles = messages<note, act<guardian>, question, child_failed, child_stopped>;
  using policy = std::function<void(guardian&, const child_failed&)>;
  guardian(journal* log, policy decide) : log_{log}, decide_{std::move(decide)} {}

  void on(note n) { log_->push_back("guardian: " + n.text); }
  void on(act<guardian> a) { a.body(*this); }
  int on(question q) { return q.value; }
  void on(child_failed f) {
    log_->push_back("guardian sees failure: " + f.reason.value + ", " + f.reason.what);
    decide_(*this, f);
  }
  void on(child_stopped c) { log_->push_back("guardian sees child stopped: " + std::string{to_string(c.kind)}); }

  journal* log() { return log_; }
  std::vector<ref<puppet>> children;

private:
  journal* log_;
  policy decide_;
};

// What a guardian decides.
inline void ignore(guardian&, const child_failed&) {}
inline void resume(guardian& g, const child_failed& f) { g.resume_child(any_ref{f.child}); }
inline void give_up(guardian& g, const child_failed& f) { g.stop_child(any_ref{f.child}); }
inline void restart(guardian& g, const child_failed& f) {
  g.restart_child(ref<puppet>{f.child}, g.log(), std::string{"second"});
}

/// A number of shards, and where the other actor lives: beside the one on shard 0, or apart from it.
inline constexpr std::pair<std::uint32_t, std::uint32_t> both_places[] = {{1, 0}, {2, 1}};

inline bool has(const journal& log, const std::string& line) {
  return std::find(log.begin(), log.end(), line) != log.end();
}

/// Sends `work` to `who` and runs until nothing is left to do.
template <class A>
void perform(testing::node& node, const ref<A>& who, std::function<void(A&)> work) {
  who.tell(act<A>{std::move(work)});
  node.run_until_idle();
}

inline testing::simulation_options plain(std::uint32_t shards = 1, std::uint64_t seed = 1) {
  testing::simulation_options o;
  o.seed = testing::seed_from_environment(seed);
  o.shards = shards;
  o.moves = false;
  return o;
}

inline auto fails(const std::string& text = "broken") {
  return [text](auto&) { throw std::runtime_error{text}; };
}

} // namespace actors::test
