// SPDX-License-Identifier: BSD-3-Clause
//
// What strangers may take of the process, over all connections of a gateway.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include <actors/node_options.hpp>

namespace actors::runtime {

struct gate_limits {
  /// Open at the same time.
  std::size_t connections = 256;
  /// Bytes of one message.
  std::size_t message = std::size_t{64} << 20;
  /// Bytes of all messages that are announced and not yet whole.
  std::size_t announced = std::size_t{256} << 20;
  /// Bytes that wait for one peer to read them.
  std::size_t unsent = std::size_t{64} << 20;
  /// A connection that has said nothing for so long makes way for the next one.
  std::chrono::seconds silence{5};
};

/// Threading: any.
class gate {
public:
  using logger = std::function<void(log_level, const std::string&)>;

  explicit gate(logger log, gate_limits limits = {});

  [[nodiscard]] const gate_limits& limits() const noexcept { return limits_; }

  /// Enters the connection; false when there are too many. It stays open until `left`.
  [[nodiscard]] bool entered(int fd);
  /// The peer has shown that it speaks BASP.
  void greeted(int fd);
  /// Requires: `fd` is still open.
  void left(int fd);
  /// Notes `bytes` to come on `fd` instead of those noted before; false when that is too much.
  [[nodiscard]] bool expects(int fd, std::size_t bytes);
  /// Both directions of all connections end now, whatever waits, and nobody enters any more.
  void cut_all();

  /// One line of log.
  void refused(int fd, const std::string& why);

private:
  struct connection {
    std::chrono::steady_clock::time_point since;
    bool greeted = false;
    bool cut = false;
    std::size_t expected = 0;
  };

  void cut_silent();

  const logger log_;
  const gate_limits limits_;
  std::mutex
      mutex_; // guards all below: the I/O thread's book, read by the thread that ends the gateway
  std::map<int, connection> open_;
  std::size_t expected_ = 0;
  bool closed_ = false;
};

} // namespace actors::runtime
