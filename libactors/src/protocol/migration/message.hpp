// SPDX-License-Identifier: BSD-3-Clause
//
// What nodes say to each other while actors move. A move belongs to its source and has a number
// there; numbers grow, so of two moves of an actor in the same epoch the later one counts. A
// message is about one move and some of its actors.
//
//   source to target    means                                        answered by
//   offer               parcels: install copies, do not start them   prepared or refused, each
//   commit              they are yours: start them                   started
//   drop                they stay here: discard the copies           (nothing)
//   done                heard that they have started: forget it      (nothing)
//
//   target to source
//   prepared            copies are ready; hash of the bytes, where   commit or drop, when decided
//   refused             code, text: why                              (nothing)
//   started                                                          done
//
//   source to kin
//   intent              they may go to `target`, with this epoch     noted
//   withdrawn           they do not                                  noted
//   gone                they went, and were lost with the target     noted
//   handed_over         answer: the target is who knows              (nothing)
//
//   target to kin
//   settled             they are here now, with this epoch           noted
//   not_here            answer: will never start them                (nothing)
//   withdrawn           answer: it was long ago, and is over         noted
//
//   kin to either
//   noted               `about` has been heard
//   where               what became of it? Whoever does not know yet is silent
//
// All of them may be lost, doubled or late. Those with an answer are sent again until it comes.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <actors/failure.hpp>

#include "../membership/member.hpp"

namespace actors::protocol {

/// Raised with every change to messages or to what they mean.
inline constexpr std::uint16_t migration_version = 1;

inline constexpr std::size_t max_migration_items = 1024;
inline constexpr std::size_t max_migration_text_bytes = 1024;
inline constexpr std::size_t max_type_name_bytes = 1024;
inline constexpr std::size_t max_kin = 4096;
/// The bytes of the actors in one offer.
inline constexpr std::uint64_t max_offer_bytes = std::uint64_t{1} << 30;
/// Larger ones are refused, so that counting up never overflows.
inline constexpr std::uint64_t max_migration_number = std::uint64_t{1} << 62;

/// One wish to move some actors: who wishes, and its how manieth it is.
struct move_id {
  node_id source = node_id::none;
  std::uint64_t number = 0;

  friend bool operator==(const move_id&, const move_id&) = default;
  friend auto operator<=>(const move_id&, const move_id&) = default;
};

/// An actor on its way. In the event `frozen` the epoch is the one that it has at its source, in
/// offers and in `install_actors` the one that the copy will have.
struct parcel {
  actor_id id{};
  std::uint64_t epoch = 0;
  std::string type{};
  std::uint64_t schema = 0;
  std::vector<std::byte> bytes{};
  /// Of `bytes`; the machine fills it in.
  std::uint64_t hash = 0;
  /// The nodes that must know where the actor is: of its birth, parent, children, watchers.
  std::vector<node_id> kin{};

  friend bool operator==(const parcel&, const parcel&) = default;
};

enum class migration_kind : std::uint8_t {
  offer,
  commit,
  drop,
  done,
  prepared,
  refused,
  started,
  intent,
  withdrawn,
  gone,
  handed_over,
  settled,
  not_here,
  noted,
  where,
};

struct migration_item {
  actor_id id{};
  std::uint64_t epoch = 0;
  /// Where the copy is at the target.
  actor_id address{};
  std::uint64_t hash = 0;
  errc code = errc::none;
  std::string text{};

  friend bool operator==(const migration_item&, const migration_item&) = default;
};

struct migration_message {
  std::uint16_t version = migration_version;
  migration_kind kind = migration_kind::done;
  /// With `noted`: what was heard.
  migration_kind about = migration_kind::done;
  node_id from = node_id::none;
  node_id to = node_id::none;
  move_id move{};
  node_id target = node_id::none;
  /// Moves of the sender with lower numbers are over: what is still under way of them is late.
  std::uint64_t oldest = 0;
  std::vector<migration_item> items{};
  std::vector<parcel> parcels{};

  friend bool operator==(const migration_message&, const migration_message&) = default;
};

enum class migration_flaw : std::uint8_t { none, version, malformed, misaddressed };

/// What is wrong with a message to `self`. Whether bytes have their hash is looked at later.
[[nodiscard]] migration_flaw flaw_of(const migration_message& m, node_id self) noexcept;

/// Reads a message. No more memory is taken than a few times the size of `bytes`.
/// Errors: invalid_argument, with what is wrong.
[[nodiscard]] expected<migration_message> decode_migration(std::span<const std::byte> bytes);

/// XXH3, 64 bits.
[[nodiscard]] std::uint64_t hash_of(std::span<const std::byte> bytes) noexcept;

[[nodiscard]] std::string_view to_string(migration_kind kind) noexcept;

} // namespace actors::protocol
