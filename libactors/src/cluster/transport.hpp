// SPDX-License-Identifier: BSD-3-Clause
//
// What a hub needs from the world: the production seam and the test seam. The runtime stands behind it
// with sockets and a thread, the simulator with a network of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <actors/detail/engine.hpp>
#include <actors/time.hpp>

#include "../protocol/link/proof.hpp"
#include "../protocol/membership/membership.hpp"

namespace actors::cluster {

/// A connection, from its dialling or acceptance to its end; never used again.
enum class connection_id : std::uint64_t {};

class transport {
public:
  virtual ~transport() = default;

  // Each only begins something; what comes of it is told the hub by an event, never from inside.

  /// Then `connected` or `connect_failed`.
  virtual void connect(connection_id c, const std::string& address) = 0;
  /// Copies, or keeps the bytes where they are until `written` has covered them.
  virtual void write(connection_id c, std::span<const std::byte> head, std::span<const std::byte> body) = 0;
  /// After what has been written. No event follows.
  virtual void close(connection_id c) = 0;
  /// Call `tick` by then, at the latest.
  virtual void wake_at(duration when) = 0;
  /// Call `pump` soon. Threading: any.
  virtual void nudge() = 0;
  /// 32 bytes that nobody can foresee.
  [[nodiscard]] virtual protocol::bytes32 nonce() = 0;
  /// The shard has got messages: run it here and now if it is idle, or wake it.
  virtual void run(detail::shard& s) = 0;
  virtual void log(log_level level, std::string_view text) = 0;
  /// What is to be known of a member by people and programs.
  virtual void member_changed(protocol::member_event what, const protocol::member& who) = 0;
  /// The cluster goes on without this node: all its actors have to end, now.
  virtual void expelled(protocol::stop_reason why) = 0;
};

} // namespace actors::cluster
