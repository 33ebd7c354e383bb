// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace actors::protocol {

/// Why a link ended, or never began.
enum class refusal : std::uint8_t {
  /// It has not ended.
  none,
  /// Both sides have said goodbye.
  goodbye,
  /// The transport ended without a goodbye.
  cut,
  /// A frame is longer than its kind allows, or too many bytes came before the proof.
  oversize,
  /// A frame of an unknown kind, or with unknown flags.
  unknown_kind,
  /// A frame's header is not what its guard says.
  damaged_header,
  /// A frame's payload is not what its check says.
  damaged_payload,
  /// A frame is missing, doubled or out of order.
  out_of_sequence,
  /// A frame that does not belong here in this state.
  unexpected,
  /// A payload does not have the layout of its kind.
  malformed,
  /// The bytes do not begin like a link.
  not_a_link,
  /// Another version of the protocol.
  wrong_version,
  /// The peer does not know the secret.
  wrong_proof,
  /// Another cluster.
  wrong_cluster,
  /// The peer is this very node, or sends back what it was sent.
  itself,
  /// A message type is defined differently on both sides.
  types_differ,
  /// Another connection between the two nodes is used.
  duplicate,
  /// A step of the handshake, or of the goodbye, took too long.
  too_slow,
  /// Nothing came for too long.
  silent,
  /// The peer sent more than it was granted.
  window_exceeded,
  /// The peer acknowledged what was not sent, or took back an acknowledgement.
  bad_credit,
  /// A chunk does not continue its message, or began one out of turn.
  bad_chunk,
  /// A large message does not go on.
  stalled,
  /// Messages that may not be dropped do not fit the queue any more.
  stuffed,
  /// The peer refused, for a reason of its own.
  by_peer,
};
inline constexpr std::size_t refusal_count = static_cast<std::size_t>(refusal::by_peer) + 1;

/// The name, as written in `refusal`.
[[nodiscard]] std::string_view to_string(refusal why) noexcept;

/// How often each happened; one for all links of a node. Threading: one at a time.
class refusal_counts {
public:
  void count(refusal why) noexcept { ++counts_[static_cast<std::size_t>(why)]; }
  [[nodiscard]] std::uint64_t of(refusal why) const noexcept {
    return counts_[static_cast<std::size_t>(why)];
  }

private:
  std::array<std::uint64_t, refusal_count> counts_{};
};

} // namespace actors::protocol
