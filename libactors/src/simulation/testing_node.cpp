// SPDX-License-Identifier: BSD-3-Clause
#include <actors/testing.hpp>

#include <algorithm>

#include "shard_driver.hpp"

namespace actors::testing {

using detail::nanoseconds_t;

namespace {

/// Simulated nodes have numbers apart from real ones. The first of a thread and seed is always the same, so
/// that nothing depends on what ran before or elsewhere.
std::uint64_t free_number(std::uint64_t seed) {
  std::uint64_t number = 1ULL << 40 | (seed & 0xffffff) << 8;
  while (detail::engine_of(number)) ++number;
  return number;
}

} // namespace

struct node::body final : simulation::shard_driver {
  explicit body(const simulation_options& o)
      : shard_driver{random, o.level}, options{o}, random{o.seed} {
    detail::engine_options eo;
    eo.node = free_number(o.seed);
    eo.shards = o.shards;
    eo.mailbox = o.mailbox;
    eo.inbox_limit = static_cast<std::int64_t>(o.inbox_bytes);
    eo.known_to = detail::engine_options::scope::thread;
    start(eo);
  }
  // Actors that end here may still look at the clock.
  ~body() override { end_engine(); }

  [[nodiscard]] nanoseconds_t clock() override { return now; }
  bool wait(const std::atomic<bool>& done, nanoseconds_t timeout) override {
    return run_until([&] { return done.load(); }, timeout);
  }

  bool step() {
    // Timers fire in time also while others keep the node busy.
    mark_due(now);
    if (!has_ready()) return false;
    // A little time passes, so that clocks are not all equal.
    now += static_cast<nanoseconds_t>(random.below(2000));
    return run_one(now, options.moves);
  }

  /// Moves time to the next timer, not past `limit`. False when no timer is due by then.
  bool advance(nanoseconds_t limit) {
    const nanoseconds_t next = next_deadline();
    if (next > limit) return false;
    now = std::max(now, next);
    return true;
  }

  bool run_until(const std::function<bool()>& done, nanoseconds_t time) {
    nanoseconds_t limit = time > detail::timer_wheel::never - now ? detail::timer_wheel::never - 1 : now + time;
    while (!done()) {
      if (now > limit) return false;
      if (!step() && !advance(limit)) {
        if (done()) return true;
        now = std::max(now, limit);
        return false;
      }
    }
    return true;
  }

  const simulation_options options;
  random_source random;
  nanoseconds_t now = 0;
};

node::node(const simulation_options& options) : body_{std::make_unique<body>(options)} {
  attach(body_->engine());
}

node::~node() = default;

bool node::step() { return body_->step(); }

void node::run_until_idle() {
  while (body_->step()) {
  }
}

void node::run_for(duration time) {
  body_->run_until([] { return false; }, time.count());
}

bool node::run_until(const std::function<bool()>& done, duration limit) {
  return body_->run_until(done, limit.count());
}

duration node::now() const noexcept { return duration{body_->now}; }

random_source& node::random() noexcept { return body_->random; }

const std::vector<std::string>& node::logged() const noexcept { return body_->lines(); }

bool node::shutdown(duration limit) {
  body_->begin_shutdown();
  return body_->run_until([this] { return body_->ended(); }, limit.count());
}

node_counters node::counters() const {
  node_counters c = basic_node::counters();
  c.moves = body_->moves();
  return c;
}

} // namespace actors::testing
