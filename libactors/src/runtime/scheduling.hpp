// SPDX-License-Identifier: BSD-3-Clause
//
// A scheduler policy for CAF: one queue that all workers share, like CAF's own work sharing, but a
// worker without work looks on for some microseconds before it sleeps. Work that comes back quickly
// (two shards in conversation) then costs no system call, and an idle node costs nothing.
//
// `substitute` lends the queue another thread when a worker is caught in a handler that does not
// return, so that the other shards go on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include <caf/policy/unprofiled.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include "caf_roster.hpp"

namespace actors::runtime {

class shared_queue {
public:
  void push(caf::resumable* job);
  /// Waits for a job.
  caf::resumable* pop();
  /// A job, or null once `stop` is set.
  caf::resumable* pop_until(const std::atomic<bool>& stop);
  void wake_all();
  /// Null when empty.
  caf::resumable* try_pop();
  [[nodiscard]] bool empty() const noexcept { return size_.load(std::memory_order_relaxed) == 0; }

private:
  std::mutex mutex_; // guards jobs_ and sleepers_
  std::condition_variable ready_;
  std::deque<caf::resumable*> jobs_;
  std::atomic<std::size_t> size_{0};
  std::size_t sleepers_ = 0;
};

class spinning_policy : public caf::policy::unprofiled {
public:
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}
    shared_queue queue;
    caf_roster roster;
  };
  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {}
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    d(self).roster.saw(job);
    d(self).queue.push(job);
  }
  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).roster.saw(job);
    d(self->parent()).queue.push(job);
  }
  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).roster.saw(job);
    d(self->parent()).queue.push(job);
  }
  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    d(self->parent()).queue.push(job);
  }
  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    return d(self->parent()).queue.pop();
  }
  template <class Worker, class F>
  void foreach_resumable(Worker*, F) {}
  template <class Coordinator, class F>
  void foreach_central_resumable(Coordinator* self, F f) {
    while (caf::resumable* job = d(self).queue.try_pop()) f(job);
  }
};

} // namespace actors::runtime
