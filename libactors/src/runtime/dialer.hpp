// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "address.hpp"

namespace actors::runtime {

/// Makes connections on threads of its own: resolving a name and connecting block, and CAF's connects
/// block the actor that asks for them. A host that does not answer holds one of a few threads for
/// two seconds.
class dialer {
public:
  /// Called on a thread of the dialer, which must not be called back; the socket belongs to whoever is told.
  using outcome = std::function<void(std::uint64_t ticket, const std::string& host, dialled result)>;

  explicit dialer(outcome tell) : tell_{std::move(tell)} {}
  ~dialer() { stop(); }
  dialer(const dialer&) = delete;
  dialer& operator=(const dialer&) = delete;

  /// Threading: any.
  void dial(std::uint64_t ticket, std::string address);
  /// Nothing is told any more when it returns.
  void stop();

private:
  static constexpr std::size_t most_threads = 8;
  static constexpr int patience_ms = 2000;

  struct work {
    std::uint64_t ticket;
    std::string address;
  };
  void run();

  const outcome tell_;
  std::mutex mutex_; // guards what follows
  std::condition_variable ready_;
  std::deque<work> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

} // namespace actors::runtime
