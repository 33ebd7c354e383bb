// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <actors/detail/shard.hpp>

namespace actors::runtime {

class platform;

/// A thread that runs one shard and nothing else: for actors that block.
class dedicated_thread {
public:
  dedicated_thread(platform& owner, detail::shard& s);
  ~dedicated_thread();

  void wake();
  void request_stop();
  /// True when the thread has ended by then; else it is left behind.
  bool wait_until_ended(std::chrono::steady_clock::time_point deadline);

private:
  void run();

  platform& owner_;
  detail::shard& shard_;
  std::mutex mutex_; // guards woken_, with ready_
  std::condition_variable ready_;
  bool woken_ = false;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

} // namespace actors::runtime
