// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

#include <actors/failure.hpp>

namespace actors::runtime {

struct listening_socket {
  int fd;
  std::uint16_t port;
};

/// Listens on a numeric address; the caller owns the descriptor.
/// Errors: invalid_argument with what the system says and the address.
[[nodiscard]] expected<listening_socket> listen_on(const std::string& address, std::uint16_t port);

} // namespace actors::runtime
