// SPDX-License-Identifier: BSD-3-Clause
#include "dialer.hpp"

#include <unistd.h>

namespace actors::runtime {

void dialer::dial(std::uint64_t ticket, std::string address) {
  std::lock_guard guard{mutex_};
  if (stopping_) return;
  waiting_.push_back({ticket, std::move(address)});
  if (idle_ < waiting_.size() && threads_.size() < most_threads) threads_.emplace_back([this] { run(); });
  ready_.notify_one();
}

void dialer::run() {
  std::unique_lock guard{mutex_};
  while (!stopping_) {
    if (waiting_.empty()) {
      ++idle_;
      ready_.wait(guard);
      --idle_;
      continue;
    }
    const work w = std::move(waiting_.front());
    waiting_.pop_front();
    guard.unlock();
    const auto where = parse_address(w.address);
    const dialled result = where ? runtime::dial(*where, patience_ms) : dialled{};
    guard.lock();
    if (stopping_) {
      if (result.socket >= 0) close(result.socket);
      return;
    }
    tell_(w.ticket, where ? where->host : std::string{}, result);
  }
}

void dialer::stop() {
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& t : threads_) t.join();
  threads_.clear();
}

} // namespace actors::runtime
