// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <actors/failure.hpp>

namespace actors::runtime {

/// `host:port`, `[v6]:port`; the host is a name or a number.
struct address {
  std::string host;
  std::uint16_t port = 0;
};

/// Errors: invalid_argument.
[[nodiscard]] expected<address> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(const address& a);
/// Whether only this machine can reach it. Names count as what they say: `localhost`.
[[nodiscard]] bool is_loopback(const address& a);

/// All addresses that a name stands for, in numbers; what is a number already, or nobody knows, as it is. Of a
/// name with addresses of both families those of the first one's.
[[nodiscard]] std::vector<std::string> addresses_of(const address& a);

/// A socket that listens, and where.
struct listener {
  int socket = -1;
  address at;
};
/// Errors: invalid_argument, with the address and what the system says.
[[nodiscard]] expected<listener> listen_at(const address& a);

/// What accepts connections at this address, tried in order. Blocks for at most `patience`, names
/// excepted: those take what the resolver takes.
struct dialled {
  /// -1: none.
  int socket = -1;
  /// The host says that nobody listens.
  bool refused = false;
};
[[nodiscard]] dialled dial(const address& a, int patience_ms);
/// `1.2.3.4:567` of the other side.
[[nodiscard]] std::string remote_of(int socket);

} // namespace actors::runtime
