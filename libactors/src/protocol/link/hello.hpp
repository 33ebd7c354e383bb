// SPDX-License-Identifier: BSD-3-Clause
//
// The messages of the handshake. Each is the payload of a frame of kind `handshake`; its first byte
// says which it is; the rest is as the archive writes it.
//
//   1 greeting   u32 magic "ACTL", u16 version, nonce (32)
//   2 hello      `hello`, then a proof (32) as the last bytes
//   3 types      the table of types
//   4 open       nothing
//   5 refused    string; empty for a peer that has not proved anything
//
// Proof: HMAC-SHA256 with the shared secret over the role ("connector" or "acceptor"), the
// channel's binding, the greetings of connector and acceptor, the hello of the connector and, in
// the acceptor's proof, its own. A proof so holds for one pair of nonces, one direction and these
// very hellos; the hello holds the digest of the table of types that follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <actors/failure.hpp>

#include "credit.hpp"
#include "proof.hpp"
#include "types.hpp"

namespace actors::protocol {

inline constexpr std::uint32_t link_magic = 0x4c544341;
inline constexpr std::uint16_t protocol_version = 1;

enum class handshake_step : std::uint8_t { greeting = 1, hello, types, open, refused };

using labels = std::vector<std::pair<std::string, std::string>>;

struct greeting {
  std::uint32_t magic = link_magic;
  std::uint16_t version = protocol_version;
  bytes32 nonce{};
};

/// What one side had received of a connection when it ended.
struct previous_connection {
  /// 0: there was none.
  std::uint64_t token = 0;
  std::uint64_t received = 0;
};

/// Who a node is, and what it grants on this link.
struct hello {
  std::string cluster;
  /// For people, in log lines.
  std::string name;
  /// 48 bits, not 0.
  std::uint64_t node = 0;
  std::uint64_t incarnation = 0;
  /// Where it listens; empty if it does not.
  std::string address;
  protocol::labels labels;
  window_sizes windows;
  bytes32 types{};
  previous_connection previous;
};

/// A frame with room for its header.
[[nodiscard]] buffer frame_of(const greeting& g);
[[nodiscard]] buffer frame_of_types(std::span<const std::byte> table);
[[nodiscard]] buffer frame_of_open();
[[nodiscard]] buffer frame_of_refusal(std::string_view text);
/// A hello without its proof, as the proof covers it.
[[nodiscard]] std::vector<std::byte> archived(const hello& h);
[[nodiscard]] buffer frame_of_hello(std::span<const std::byte> archived, const bytes32& proof);

/// An archived hello and its proof. Requires: `body` is behind the first byte of the payload.
struct signed_hello {
  std::span<const std::byte> archived;
  std::span<const std::byte> proof;
};
[[nodiscard]] std::optional<signed_hello> split_hello(std::span<const std::byte> body);

// Empty where the bytes are something else.
[[nodiscard]] std::optional<greeting> read_greeting(std::span<const std::byte> body);
[[nodiscard]] std::optional<hello> read_hello(std::span<const std::byte> archived);
[[nodiscard]] std::optional<std::vector<named_type>> read_types(std::span<const std::byte> body);
/// Printable ASCII, at most 500 characters, whatever the bytes are.
[[nodiscard]] std::string read_refusal(std::span<const std::byte> body);

/// Whether a node may introduce itself like this. Errors: invalid_argument, with the field.
[[nodiscard]] expected<void> check(const hello& h);

} // namespace actors::protocol
