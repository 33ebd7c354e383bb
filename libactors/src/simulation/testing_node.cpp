// SPDX-License-Identifier: BSD-3-Clause
#include <actors/testing.hpp>

#include <algorithm>
#include <cstdlib>

namespace actors::testing {

using detail::nanoseconds_t;

std::uint64_t seed_from_environment(std::uint64_t otherwise) {
  const char* text = std::getenv("ACTORS_SEED");
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::uint64_t random_source::next() noexcept {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

namespace {

/// Simulated nodes have numbers apart from real ones.
std::uint64_t next_number() {
  static std::uint64_t next = 1ULL << 40;
  return next++;
}

} // namespace

struct node::body final : detail::driver {
  explicit body(const simulation_options& o) : options{o}, random{o.seed} {
    detail::engine_options eo;
    eo.node = next_number();
    eo.shards = o.shards;
    eo.mailbox = o.mailbox;
    eo.inbox_limit = static_cast<std::int64_t>(o.inbox_bytes);
    engine = std::make_unique<detail::engine>(eo, *this);
  }

  void wake(detail::shard& s) override { mark(s.index()); }
  [[nodiscard]] nanoseconds_t clock() override { return now; }
  void log(log_level level, std::string_view text) override {
    if (level >= options.level) lines.emplace_back(text);
  }
  bool wait(const std::atomic<bool>& done, nanoseconds_t timeout) override {
    return run_until([&] { return done.load(); }, timeout);
  }
  void notify() override {}

  void mark(std::uint32_t i) {
    if (i >= ready.size()) ready.resize(i + 1, false);
    ready[i] = true;
  }
  [[nodiscard]] std::vector<std::uint32_t> runnable() const {
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < ready.size(); ++i)
      if (ready[i]) all.push_back(i);
    return all;
  }

  bool step() {
    // Timers fire in time also while others keep the node busy.
    for (std::uint32_t i = 0; detail::shard* s = engine->shard_at(i); ++i)
      if (s->next_deadline() <= now) mark(i);
    auto all = runnable();
    if (all.empty()) return false;
    std::uint32_t i = all[random.below(all.size())];
    detail::shard& s = *engine->shard_at(i);
    // Short turns show more interleavings; long ones show batches.
    std::uint32_t quantum = 1 + static_cast<std::uint32_t>(random.below(random.one_in(4) ? 200 : 8));
    ready[i] = false;
    // A little time passes, so that clocks are not all equal.
    now += static_cast<nanoseconds_t>(random.below(2000));
    bool more = s.run(now, quantum);
    if (more || s.has_mail()) ready[i] = true;
    if (options.moves && more && engine->shard_count() > 1 && random.one_in(16))
      moves += s.donate(static_cast<std::uint32_t>(random.below(engine->shard_count())), 8);
    return true;
  }

  /// Moves time to the next timer, not past `limit`. False when no timer is due by then.
  bool advance(nanoseconds_t limit) {
    nanoseconds_t next = detail::timer_wheel::never;
    for (std::uint32_t i = 0; detail::shard* s = engine->shard_at(i); ++i)
      next = std::min(next, s->next_deadline());
    if (next > limit) return false;
    now = std::max(now, next);
    for (std::uint32_t i = 0; detail::shard* s = engine->shard_at(i); ++i)
      if (s->next_deadline() <= now) mark(i);
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
  std::vector<bool> ready;
  std::vector<std::string> lines;
  std::uint64_t moves = 0;
  std::unique_ptr<detail::engine> engine;
};

node::node(const simulation_options& options) : body_{std::make_unique<body>(options)} {
  attach(*body_->engine);
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

const std::vector<std::string>& node::logged() const noexcept { return body_->lines; }

bool node::shutdown(duration limit) {
  auto& e = *body_->engine;
  for (std::uint32_t i = 0; detail::shard* s = e.shard_at(i); ++i)
    e.post_call({s->place(), detail::shard::root, 1}, [](detail::shard& there, actor_id) { there.begin_shutdown(); });
  return body_->run_until(
      [&] {
        for (std::uint32_t i = 0; detail::shard* s = e.shard_at(i); ++i)
          if (!s->ended()) return false;
        return true;
      },
      limit.count());
}

node_counters node::counters() const {
  node_counters c = basic_node::counters();
  c.moves = body_->moves;
  return c;
}

} // namespace actors::testing
