// SPDX-License-Identifier: BSD-3-Clause
#include "platform.hpp"

#include <algorithm>
#include <bit>
#include <random>
#include <unordered_set>

#include <caf/actor_registry.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <caf/scoped_execution_unit.hpp>
#include <caf/send.hpp>

#include "cluster_port.hpp"
#include "dedicated_thread.hpp"
#include "logging.hpp"

namespace actors::runtime {

using detail::nanoseconds_t;

namespace {

/// How often the clock thread looks at shards that are at work.
constexpr nanoseconds_t look_interval = 10'000'000;
/// The clock thread goes on looking for this long after the last work.
constexpr nanoseconds_t watch_on = 1'000'000'000;
/// Looks in a row that a shard must be busy and another idle before actors move.
constexpr std::uint32_t busy_before_moving = 5;
/// A handler that runs this long is taken to hang: new actors avoid its shard, and another thread
/// takes the worker's place.
constexpr nanoseconds_t stuck_after = 500'000'000;

/// Looks until `condition` holds, at most for `patience`: for the end of a node, where those waited
/// for may be caught in a handler and can notify nobody.
template <class Condition>
bool comes_true(Condition condition, std::chrono::nanoseconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= give_up) return condition();
    std::this_thread::sleep_for(std::chrono::microseconds{100});
  }
  return true;
}

std::uint64_t next_node_number() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1);
}

/// For a life of a node in a cluster: 48 bits that no other has.
std::uint64_t random_node_number() {
  std::random_device random;
  for (;;) {
    const std::uint64_t number = (std::uint64_t{random()} << 32 | random()) & ((std::uint64_t{1} << 48) - 1);
    if (number >= std::uint64_t{1} << 40) return number;
  }
}

std::uint32_t or_cores(std::uint32_t wanted) {
  return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

node_options completed(node_options o) {
  o.workers = or_cores(o.workers);
  if (o.shards == 0) o.shards = o.workers;
  return o;
}

} // namespace

struct platform::config : caf::actor_system_config {
  config(std::uint32_t workers, bool with_sockets) {
    if (with_sockets) {
      load<caf::io::middleman>();
      set("middleman.workers", static_cast<size_t>(0)); // those of BASP
    }
    set("scheduler.max-threads", static_cast<size_t>(workers));
    set("scheduler.max-throughput", static_cast<size_t>(300));
    module_factories.emplace_back([](caf::actor_system& sys) -> caf::actor_system::module* {
      return new caf::scheduler::coordinator<spinning_policy>(sys);
    });
  }
};

platform::platform(const node_options& options)
    : options_{completed(options)}, epoch_{std::chrono::steady_clock::now()},
      logger_{make_logger(options_)} {
  detail::engine_options eo;
  eo.node = options_.cluster.is_wanted() ? random_node_number() : next_node_number();
  eo.shards = options_.shards;
  eo.mailbox = options_.mailbox;
  eo.inbox_limit = static_cast<std::int64_t>(options_.inbox_bytes);
  eo.counters = options_.counters;
  twins_ = std::vector<std::atomic<shard_job*>>(detail::engine::max_shards);
  engine_ = std::make_unique<detail::engine>(eo, *this);
  config_ = std::make_unique<config>(options_.workers, options_.cluster.is_wanted());
  system_ = std::make_unique<caf::actor_system>(*config_);
  auto& scheduling = static_cast<caf::scheduler::coordinator<spinning_policy>&>(system_->scheduler()).data();
  queue_ = &scheduling.queue;
  roster_ = &scheduling.roster;
  for (std::uint32_t i = 0; i < options_.shards; ++i)
    jobs_.push_back(caf::make_counted<shard_job>(*this, *engine_->shard_at(i)));
  if (options_.cluster.is_wanted()) port_ = std::make_unique<cluster_port>(*this, options_);
  clock_thread_ = std::thread{[this] { run_clock(); }};
  if (port_ != nullptr) join_cluster();
}

void platform::join_cluster() {
  port_->start();
  port_in_use_.store(port_.get(), std::memory_order_release);
  deadline_changed(0);
}

void platform::run_or_wake(detail::shard& s) {
  if (shard_job* job = job_of(s))
    job->run_here();
  else
    wake(s);
  note_work();
}

/// A shard that has run on the hub's thread is idle again when the clock's thread looks at it.
void platform::note_work() noexcept {
  if (awake_.load(std::memory_order_relaxed)) return;
  has_worked_.store(true, std::memory_order_relaxed);
  deadline_changed(0);
}

void platform::expelled(const std::string& why, log_level level) {
  log(level, options_.name + ": this node is not a member of the cluster any more (" + why +
                            "): its actors are ended");
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i)
    engine_->post_call(*s, [](detail::shard& there) { there.kill({there.place(), detail::shard::root, 1}); });
}

platform::~platform() {
  shutdown();
  for (auto& twin : twins_)
    if (shard_job* job = twin.load()) job->deref();
}

void platform::wake(detail::shard& s) {
  if (stopping_.load(std::memory_order_relaxed)) return;
  if (shard_job* job = job_of(s))
    job->wake();
  else if (dedicated_thread* t = thread_of(s))
    t->wake();
  note_work();
}

shard_job* platform::job_of(const detail::shard& s) noexcept {
  return s.index() < jobs_.size() ? jobs_[s.index()].get() : twins_[s.index()].load(std::memory_order_acquire);
}

void platform::twin_made(detail::shard& s) {
  twins_[s.index()].store(new shard_job{*this, s}, std::memory_order_release);
  std::uint32_t end = twins_end_.load();
  while (end <= s.index() && !twins_end_.compare_exchange_weak(end, s.index() + 1)) {
  }
}

dedicated_thread* platform::thread_of(detail::shard& s) {
  std::lock_guard guard{threads_mutex_};
  if (stopping_.load()) return nullptr;
  auto& t = dedicated_[s.index()];
  if (t == nullptr) t = std::make_unique<dedicated_thread>(*this, s);
  return t.get();
}

nanoseconds_t platform::clock() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - epoch_).count();
}

void platform::log(log_level level, std::string_view text) { write_log(*logger_, level, text); }

bool platform::wait(const std::atomic<bool>& done, nanoseconds_t timeout) {
  // Most answers are there within microseconds.
  auto give_up = std::chrono::steady_clock::now() + std::chrono::microseconds{20};
  while (std::chrono::steady_clock::now() < give_up) {
    if (done.load(std::memory_order_acquire)) return true;
    __builtin_ia32_pause();
  }
  std::unique_lock guard{wait_mutex_};
  ++waiters_;
  bool there = wait_ready_.wait_for(guard, std::chrono::nanoseconds{std::max<nanoseconds_t>(timeout, 0)},
                                    [&] { return done.load(std::memory_order_seq_cst); });
  --waiters_;
  return there;
}

void platform::notify() {
  if (waiters_.load(std::memory_order_seq_cst) == 0) return;
  // The lock keeps the notification from falling between a waiter's look and its sleep.
  { std::lock_guard guard{wait_mutex_}; }
  wait_ready_.notify_all();
}

// -- the clock thread: timers, the watchdog, balance -------------------------------------------------

void platform::deadline_changed(nanoseconds_t deadline) noexcept {
  if (deadline >= sleeping_until_.load(std::memory_order_seq_cst)) return;
  { std::lock_guard guard{clock_mutex_}; }
  clock_ready_.notify_one();
}

nanoseconds_t platform::wake_due(nanoseconds_t now) {
  nanoseconds_t next = detail::timer_wheel::never;
  if (cluster_port* p = port()) next = p->tick_if_due(now);
  for_each_job([&](shard_job& job) {
    if (!job.idle()) return;
    nanoseconds_t due = job.shard().next_deadline();
    if (due <= now)
      job.wake();
    else
      next = std::min(next, due);
  });
  return next;
}

void platform::run_clock() {
  watched_.resize(detail::engine::max_shards);
  nanoseconds_t next_look = 0;
  nanoseconds_t last_work = -watch_on;
  while (!stopping_.load()) {
    nanoseconds_t now = clock();
    // Sleeping times are announced before the last look, so that a change in between is not lost.
    sleeping_until_.store(0, std::memory_order_seq_cst);
    nanoseconds_t due = wake_due(now);
    if (has_worked_.exchange(false, std::memory_order_relaxed)) last_work = now;
    for_each_job([&](shard_job& job) {
      if (!job.idle()) last_work = now;
    });
    // Some looks more after the last work: a trickle of messages then need not wake this thread.
    bool busy = now - last_work < watch_on;
    if (busy && now >= next_look) {
      watch(now);
      next_look = now + look_interval;
    }
    awake_.store(busy, std::memory_order_relaxed);
    nanoseconds_t until = busy ? std::min(due, next_look) : due;
    std::unique_lock guard{clock_mutex_};
    sleeping_until_.store(until, std::memory_order_seq_cst);
    if (stopping_.load()) break;
    if (wake_due(clock()) < until) continue;
    bool idle_now = !has_worked_.load(std::memory_order_relaxed);
    for_each_job([&](shard_job& job) { idle_now &= job.idle(); });
    if (!busy && !idle_now) continue;
    if (until == detail::timer_wheel::never)
      clock_ready_.wait(guard);
    else
      clock_ready_.wait_for(guard, std::chrono::nanoseconds{std::max<nanoseconds_t>(until - clock(), 1000)});
  }
}

void platform::watch(nanoseconds_t now) {
  std::uint32_t stuck = 0;
  std::uint64_t idle = 0;
  // Twins are looked at with their node's own shards only for timers: what is stuck there shows as a full
  // inbox. Shards with a thread of their own are for handlers that block: nothing to report there.
  for (std::uint32_t i = 0; i < jobs_.size(); ++i) {
    watch_shard(i, now);
    stuck += watched_[i].stuck;
    if (jobs_[i]->idle()) idle |= std::uint64_t{1} << (i % 64);
  }
  stuck_shards_.store(stuck, std::memory_order_relaxed);
  // One more thread for each worker that is caught.
  std::size_t substitutes;
  {
    std::lock_guard guard{threads_mutex_};
    substitutes = substitutes_.size();
    if (stuck > substitutes && !stopping_.load())
      substitutes_.emplace_back([this] { run_substitute(); });
  }
  engine_->idle_shards.store(idle, std::memory_order_relaxed);
  if (options_.balance) balance();
}

void platform::watch_shard(std::uint32_t i, nanoseconds_t now) {
  auto what = engine_->shard_at(i)->current_activity();
  watch_state& w = watched_[i];
  // The shard's own work, such as births, is not in the serial number: it shows in the actor.
  if (!what.running || what.serial != w.serial || what.actor != w.actor) {
    if (w.stuck) {
      engine_->mark_stuck(i, false);
      log(log_level::warning, "shard " + std::to_string(i) + " goes on");
    }
    w = {what.serial, what.actor, now, now + options_.slow_handler.count(), false, jobs_[i]->idle() ? 0 : w.busy_ticks + 1};
    return;
  }
  ++w.busy_ticks;
  if (now >= w.report_at) {
    report_slow(what, now - w.since);
    w.report_at = now + (now - w.since);
  }
  if (!w.stuck && now - w.since >= stuck_after) {
    w.stuck = true;
    engine_->mark_stuck(i, true);
  }
}

void platform::report_slow(const detail::shard::activity& what, nanoseconds_t took) {
  slow_handlers_.fetch_add(1, std::memory_order_relaxed);
  log(log_level::warning, "slow handler: actor " + to_string(what.actor) + " is at " +
                              std::string{detail::message_type_at(what.message).name} + " for " +
                              std::to_string(took / 1'000'000) + " ms");
}

void platform::balance() {
  std::uint64_t idle = engine_->idle_shards.load(std::memory_order_relaxed);
  if (idle == 0) return;
  auto to = static_cast<std::uint32_t>(std::countr_zero(idle));
  for (std::uint32_t i = 0; i < jobs_.size(); ++i) {
    if (watched_[i].busy_ticks < busy_before_moving || watched_[i].stuck) continue;
    watched_[i].busy_ticks = 0;
    jobs_[i]->donate_to.store(static_cast<int>(to), std::memory_order_relaxed);
    return;
  }
}

void platform::run_substitute() {
  caf::scoped_execution_unit unit{system_.get()};
  while (!stopping_.load()) {
    caf::resumable* job = queue_->pop_until(stopping_);
    if (job == nullptr) return;
    switch (job->resume(&unit, 300)) {
      case caf::resumable::resume_later: queue_->push(job); break;
      case caf::resumable::shutdown_execution_unit:
        // Meant for a worker: hand it back.
        queue_->push(job);
        return;
      case caf::resumable::done:
      case caf::resumable::awaiting_message: caf::intrusive_ptr_release(job); break;
    }
  }
}

// -- the end ------------------------------------------------------------------------------------------

bool platform::all_ended() const {
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i)
    // A twin that was made meanwhile has nobody, and takes nobody any more.
    if (!s->ended() && !(s->is_twin() && s->live() == 0)) return false;
  return true;
}

bool platform::shutdown() {
  if (std::exchange(down_, true)) return orderly_;
  if (port_ != nullptr) port_->leave();
  // Workers caught in a handler can be told apart only by waiting for the others.
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i)
    engine_->post_call(*s, [](detail::shard& there) { there.begin_shutdown(); });
  orderly_ = comes_true([this] { return all_ended(); }, options_.shutdown_timeout);
  engine_->close_doors();
  if (!orderly_) log(log_level::error, "shutdown: not all actors ended in time; the rest is killed");
  bool caf_ended = port_ == nullptr || port_->stop(std::min<duration>(options_.shutdown_timeout, std::chrono::seconds{2}));
  caf_ended = end_caf_actors() && caf_ended;
  if (!caf_ended) log(log_level::error, "shutdown: a CAF actor does not end; it is left behind");
  bool threads_ended = stop_threads();
  if (!threads_ended) log(log_level::error, "shutdown: a handler does not return; its thread is left behind");
  left_behind_ = !caf_ended || !threads_ended;
  if (left_behind_) return orderly_ = false;
  // Our actors hold CAF handles, and CAF's threads are the last that might call the engine.
  engine_->abandon();
  system_.reset();
  return orderly_;
}

bool platform::end_caf_actors() {
  const auto begin = std::chrono::steady_clock::now();
  const auto patience = std::min<std::chrono::nanoseconds>(options_.shutdown_timeout, std::chrono::seconds{2});
  std::unordered_set<caf::actor_id> asked;
  std::unordered_set<caf::actor_id> killed;
  while (system_->registry().running() != 0) {
    const auto waited = std::chrono::steady_clock::now() - begin;
    if (waited >= patience) return false;
    const bool kill = waited >= patience / 2;
    for (const auto& who : roster_->alive())
      if ((kill ? killed : asked).insert(who->id()).second)
        caf::anon_send_exit(who, kill ? caf::exit_reason::kill : caf::exit_reason::user_shutdown);
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  return true;
}

bool platform::stop_threads() {
  const auto patience = std::min<std::chrono::nanoseconds>(options_.shutdown_timeout, std::chrono::seconds{2});
  stopping_.store(true);
  {
    std::lock_guard guard{clock_mutex_};
    sleeping_until_.store(0);
  }
  clock_ready_.notify_all();
  clock_thread_.join();
  bool all = true;
  {
    std::lock_guard guard{threads_mutex_};
    for (auto& [index, t] : dedicated_) t->request_stop();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (auto& [index, t] : dedicated_) all &= t->wait_until_ended(deadline);
  }
  // Workers that still run a shard after a while do not come back.
  auto all_idle = [this] {
    bool idle = true;
    for_each_job([&](shard_job& job) { idle &= job.idle(); });
    return idle;
  };
  if (!comes_true(all_idle, patience)) {
    queue_->wake_all();
    std::lock_guard guard{threads_mutex_};
    for (auto& t : substitutes_) t.detach();
    return false;
  }
  queue_->wake_all();
  for (auto& t : substitutes_) t.join();
  substitutes_.clear();
  return all;
}

node_counters platform::counters() const {
  node_counters c;
  if (engine_ == nullptr) return c;
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i) {
    c.messages += s->processed();
    c.live_actors += s->live();
  }
  c.dead_letters = engine_->dead_letter_count();
  c.slow_handlers = slow_handlers_.load(std::memory_order_relaxed);
  c.stuck_shards = stuck_shards_.load(std::memory_order_relaxed);
  c.moves = moves_.load(std::memory_order_relaxed);
  return c;
}

} // namespace actors::runtime
