// SPDX-License-Identifier: BSD-3-Clause
#include "process.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace actors::simulation {

namespace {

constexpr nanoseconds_t never = detail::timer_wheel::never;
/// A write of which the process has not been told may wait for so long: what follows from it is little.
constexpr nanoseconds_t tell_within = 500'000'000;
constexpr std::uint64_t tell_at_once = 32 << 10;

} // namespace

process::process(surroundings& world, network& net, testing::random_source& random, std::uint32_t host,
                 std::uint32_t life, nanoseconds_t clock_offset, const process_options& options)
    : shard_driver{random, options.level}, world_{world}, net_{net}, random_{random}, host_{host}, life_{life},
      moves_{options.moves}, offset_{clock_offset} {
  start(options.engine);
  hub_ = std::make_unique<cluster::hub>(options.hub, engine(), *this, random.next());
  engine().connect(hub_.get());
}

process::~process() {
  // Shards write to the hub until they end.
  if (state_ != state::dead) die();
  end_engine();
}

std::string process::prefix() const {
  return fmt::format("{:.6f} node-{}: ", static_cast<double>(world_.now()) / 1e9, host_);
}

void process::begin() {
  net_.begin(host_, *this);
  event([this] { hub_->start(local()); });
}

void process::die() {
  state_ = state::dead;
  engine().close_doors();
  engine().abandon();
}

void process::jump_clock(duration by) {
  offset_ += by.count();
  after();
}

bool process::wait(const std::atomic<bool>& done, nanoseconds_t timeout) {
  return world_.run_until([&] { return done.load(); }, std::max<nanoseconds_t>(timeout, 0));
}

// -- what its threads would do ------------------------------------------------------------------------

void process::wake(detail::shard& s) {
  if (state_ == state::dead) return;
  mark(s.index());
  if (!is_inside_) after();
}

void process::nudge() {
  if (is_inside_ || is_pump_queued_ || state_ == state::dead) return;
  is_pump_queued_ = true;
  world_.push(event_kind::pump, world_.now() + static_cast<nanoseconds_t>(random_.below(5000)), host_, life_);
}

void process::pump() {
  is_pump_queued_ = false;
  event([this] { hub_->pump(local()); });
  follow_leaving();
}

void process::turn() {
  is_turn_queued_ = false;
  mark_due(clock());
  run_one(clock(), moves_);
  timers_at_ = next_deadline();
  after();
}

/// As in production: mostly here and now, sometimes by a worker.
void process::run(detail::shard& s) {
  if (random_.one_in(8)) {
    mark(s.index());
    return;
  }
  shard_driver::run(s, clock(), false);
  timers_at_ = next_deadline();
}

void process::alarm() {
  alarms_.pop_back();
  if (tick_at_ <= clock()) {
    tick_at_ = never;
    event([this] { hub_->tick(local()); });
  }
  if (world_.now() >= tell_at_) {
    tell_at_ = world_.now() + tell_within;
    net_.tell_all_written(host_);
  }
  if (timers_at_ <= clock()) {
    // The turn that follows looks at the timers anew.
    timers_at_ = never;
    mark_due(clock());
  }
  after();
  if (state_ == state::leaving) follow_leaving();
}

/// Whatever has come to be due is asked for.
void process::after() {
  if (has_ready() && !is_turn_queued_) {
    is_turn_queued_ = true;
    world_.push(event_kind::turn, world_.now() + static_cast<nanoseconds_t>(random_.below(2000)), host_, life_);
  }
  const nanoseconds_t due = std::min(tick_at_, timers_at_);
  if (due == never) return;
  const nanoseconds_t when = std::max(due - offset_, world_.now());
  // One that comes before that asks for the next.
  if (!alarms_.empty() && alarms_.back() <= when) return;
  alarms_.push_back(when);
  world_.push(event_kind::alarm, when, host_, life_);
}

// -- the network --------------------------------------------------------------------------------------

void process::take_dialled(cluster::connection_id c, dialled how) {
  event([&] {
    if (how == dialled::connected)
      hub_->connected(c, {}, local());
    else
      hub_->connect_failed(c, how == dialled::refused, local());
  });
}

void process::take_accepted(cluster::connection_id c, const std::string& from) {
  event([&] { hub_->accepted(c, from, {}, local()); });
}

void process::take_bytes(cluster::connection_id c, std::span<const std::byte> bytes) {
  event([&] { hub_->arrived(c, bytes, local()); });
}

void process::take_written(cluster::connection_id c, std::uint64_t bytes) {
  event([&] { hub_->written(c, bytes, local()); });
}

void process::take_end(cluster::connection_id c) {
  event([&] { hub_->ended(c, local()); });
}

void process::connect(cluster::connection_id c, const std::string& address) { net_.connect(host_, c, address); }

void process::write(cluster::connection_id c, std::span<const std::byte> head, std::span<const std::byte> body) {
  // Kernels take most writes at once; that it is noticed at once matters little, unless there is much.
  if (net_.write(host_, c, head, body) >= tell_at_once || random_.one_in(16)) written_.push_back(c);
}

void process::tell_written() {
  for (std::size_t k = 0; k < written_.size(); ++k)
    if (const std::uint64_t n = net_.tell_written(host_, written_[k]); n != 0) hub_->written(written_[k], n, local());
  written_.clear();
}

void process::close(cluster::connection_id c) { net_.close(host_, c); }

protocol::bytes32 process::nonce() {
  protocol::bytes32 bytes;
  for (std::size_t k = 0; k < bytes.size(); k += sizeof(std::uint64_t)) {
    const std::uint64_t r = random_.next();
    std::memcpy(bytes.data() + k, &r, sizeof r);
  }
  return bytes;
}

// -- the end ------------------------------------------------------------------------------------------

void process::expelled(protocol::stop_reason why) {
  state_ = state::expelled;
  why_ = why;
  for (std::uint32_t i = 0; detail::shard* s = engine().shard_at(i); ++i)
    engine().post_call({s->place(), detail::shard::root, 1},
                       [](detail::shard& there, actor_id) { there.kill({there.place(), detail::shard::root, 1}); });
}

void process::leave() {
  if (state_ != state::running) return;
  state_ = state::leaving;
  event([this] { hub_->leave(local()); });
  begin_shutdown();
  after();
}

void process::follow_leaving() {
  if (state_ != state::leaving) return;
  if (ended()) event([this] { hub_->drained(local()); });
  if (hub_->membership().now_in() != protocol::membership::phase::stopped) return;
  event([this] { hub_->close_links(local()); });
  if (hub_->connections() == 0) state_ = state::left;
}

} // namespace actors::simulation
