// SPDX-License-Identifier: BSD-3-Clause
//
// The driver of the engine on real threads: CAF's actor system for the shards, one thread for timers
// and the watchdog, a thread each for shards of their own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <actors/detail/engine.hpp>
#include <actors/node_options.hpp>

#include "scheduling.hpp"
#include "shard_job.hpp"

namespace spdlog {
class logger;
}

namespace actors::runtime {

/// A thread that runs one shard and nothing else.
class dedicated_thread;
class cluster_port;

class platform final : public detail::driver {
public:
  explicit platform(const node_options& options);
  ~platform() override;
  platform(const platform&) = delete;
  platform& operator=(const platform&) = delete;

  void wake(detail::shard& s) override;
  void twin_made(detail::shard& s) override;
  [[nodiscard]] detail::nanoseconds_t clock() override;
  void log(log_level level, std::string_view text) override;
  bool wait(const std::atomic<bool>& done, detail::nanoseconds_t timeout) override;
  void notify() override;

  [[nodiscard]] detail::engine& engine() noexcept { return *engine_; }
  [[nodiscard]] caf::actor_system& system() noexcept { return *system_; }
  [[nodiscard]] const node_options& options() const noexcept { return options_; }
  [[nodiscard]] shared_queue& queue() noexcept { return *queue_; }

  /// The way to the cluster; null in a node of its own.
  [[nodiscard]] cluster_port* port() noexcept { return port_in_use_.load(std::memory_order_acquire); }
  /// Messages have come from another node. Threading: the hub's.
  void run_or_wake(detail::shard& s);
  /// The cluster goes on without this node: its actors end now. Threading: the hub's.
  void expelled(const std::string& why, log_level level);

  /// A shard with a timer due earlier than known: look again. Threading: any.
  void deadline_changed(detail::nanoseconds_t deadline) noexcept;
  void count_move(std::uint32_t n) noexcept { moves_.fetch_add(n, std::memory_order_relaxed); }

  /// See `node::shutdown`.
  bool shutdown();
  /// After a shutdown: a thread or CAF actor did not end and may still touch this object, which must
  /// not be destroyed then.
  /// The node goes down: shards are left as they are. Threading: any.
  [[nodiscard]] bool stopping() const noexcept { return stopping_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool left_behind() const noexcept { return left_behind_; }
  [[nodiscard]] node_counters counters() const;

private:
  struct config;
  struct watch_state {
    std::uint64_t serial = 0;
    actor_id actor{};
    detail::nanoseconds_t since = 0;
    detail::nanoseconds_t report_at = 0;
    bool stuck = false;
    std::uint32_t busy_ticks = 0;
  };

  void note_work() noexcept;
  /// Null: the shard has a thread of its own.
  [[nodiscard]] shard_job* job_of(const detail::shard& s) noexcept;
  template <class F>
  void for_each_job(F&& f) {
    for (auto& job : jobs_) f(*job);
    const std::uint32_t end = twins_end_.load(std::memory_order_acquire);
    for (auto i = static_cast<std::uint32_t>(jobs_.size()); i < end; ++i)
      if (shard_job* job = twins_[i].load(std::memory_order_acquire)) f(*job);
  }
  void run_clock();
  void run_substitute();
  void watch(detail::nanoseconds_t now);
  void watch_shard(std::uint32_t i, detail::nanoseconds_t now);
  void balance();
  [[nodiscard]] detail::nanoseconds_t wake_due(detail::nanoseconds_t now);
  [[nodiscard]] bool all_ended() const;
  void report_slow(const detail::shard::activity& what, detail::nanoseconds_t took);
  /// Null once the node goes down.
  dedicated_thread* thread_of(detail::shard& s);
  void join_cluster();
  [[nodiscard]] bool end_caf_actors();
  [[nodiscard]] bool stop_threads();

  const node_options options_;
  const std::chrono::steady_clock::time_point epoch_;
  std::shared_ptr<spdlog::logger> logger_;
  // Shards write to it until they end.
  std::unique_ptr<cluster_port> port_;
  std::unique_ptr<detail::engine> engine_;
  std::unique_ptr<config> config_;
  std::unique_ptr<caf::actor_system> system_;
  shared_queue* queue_ = nullptr;
  caf_roster* roster_ = nullptr;
  std::vector<caf::intrusive_ptr<shard_job>> jobs_; // constant after construction
  /// Of twins, by the shard's index; null for others. Set once each, before the shard can be found.
  std::vector<std::atomic<shard_job*>> twins_;
  std::atomic<std::uint32_t> twins_end_{0};

  std::mutex threads_mutex_; // guards dedicated_ and substitutes_
  std::map<std::uint32_t, std::unique_ptr<dedicated_thread>> dedicated_;
  std::vector<std::thread> substitutes_;

  std::mutex clock_mutex_; // with clock_ready_: the clock thread's sleep
  std::condition_variable clock_ready_;
  std::atomic<detail::nanoseconds_t> sleeping_until_{0};
  // The clock thread looks at shards from time to time; and while it does not, it is told of work by the second.
  std::atomic<bool> awake_{false};
  std::atomic<bool> has_worked_{false};
  std::atomic<bool> stopping_{false};
  std::vector<watch_state> watched_; // only the clock thread
  std::atomic<std::uint64_t> slow_handlers_{0};
  std::atomic<std::uint64_t> stuck_shards_{0};
  std::atomic<std::uint64_t> moves_{0};
  std::atomic<cluster_port*> port_in_use_{nullptr};

  std::mutex wait_mutex_; // with wait_ready_: threads outside that wait for outcomes
  std::condition_variable wait_ready_;
  std::atomic<int> waiters_{0};

  std::thread clock_thread_;
  bool down_ = false; // this and the next: only the thread that shuts down
  bool orderly_ = true;
  bool left_behind_ = false;
};

} // namespace actors::runtime
