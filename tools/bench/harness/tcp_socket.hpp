// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

/// A blocking TCP socket on the loopback with TCP_NODELAY. Everything throws what the system says.
class tcp_socket {
public:
  /// Waits ten seconds at most.
  static tcp_socket connected(std::uint16_t port);

  explicit tcp_socket(int fd) noexcept : fd_(fd) {}
  tcp_socket(tcp_socket&& other) noexcept;
  ~tcp_socket();

  void write(const void* bytes, std::size_t size) const;
  /// False when the other side has closed before the first byte.
  bool read(void* bytes, std::size_t size) const;

private:
  int fd_;
};

/// Listens on a port that is free.
class tcp_listener {
public:
  tcp_listener();
  tcp_listener(const tcp_listener&) = delete;
  tcp_listener& operator=(const tcp_listener&) = delete;
  ~tcp_listener();

  std::uint16_t port() const { return port_; }
  tcp_socket accept() const;

private:
  int fd_;
  std::uint16_t port_ = 0;
};

} // namespace bench
