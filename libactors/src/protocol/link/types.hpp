// SPDX-License-Identifier: BSD-3-Clause
//
// Message types on a link are numbers: the place in the sender's table, which it shows once, with a
// stable name and a digest for each. A type that only one side has cannot be sent; one that both
// have must be the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "batch.hpp"

namespace actors::protocol {

/// Not a number of a type.
inline constexpr std::uint16_t no_number = UINT16_MAX;
inline constexpr std::size_t most_types = 65000;

/// One entry of a table, as it travels.
struct named_type {
  std::string name;
  std::uint64_t digest = 0;
};

/// The types that a node can send and receive. Built once, read by all its links.
class type_table {
public:
  struct entry {
    named_type type;
    /// The type's index in this process.
    std::uint32_t index;
  };

  type_table() : type_table(std::vector<entry>{}) {}
  /// Requires: names and indices differ; at most `most_types`.
  explicit type_table(std::vector<entry> entries);

  /// By number.
  [[nodiscard]] const std::vector<entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] std::optional<std::uint16_t> number_of(const std::string& name) const;
  /// The table as it travels.
  [[nodiscard]] std::span<const std::byte> archived() const noexcept { return archived_; }
  /// SHA-256 of that.
  [[nodiscard]] const std::array<std::byte, 32>& digest() const noexcept { return digest_; }

private:
  // Constant after construction.
  std::vector<entry> entries_;
  std::vector<std::uint16_t> by_name_;
  std::vector<std::byte> archived_;
  std::array<std::byte, 32> digest_{};
};

/// What two nodes can tell each other.
struct type_agreement {
  /// By index in this process: the number to send; `no_number` where the peer does not know it.
  std::vector<std::uint16_t> to_peer;
  /// By the number that comes: the index in this process, or `unknown_type`.
  std::vector<std::uint32_t> from_peer;
  /// By one's own number: the peer knows the type.
  std::vector<bool> known;
  bool knows_all = false;

  [[nodiscard]] bool knows(std::uint16_t number) const noexcept { return number < known.size() && known[number]; }
};

/// A type that both sides have, and have differently.
struct type_conflict {
  std::string name;
  std::uint64_t theirs = 0;
  std::uint64_t ours = 0;
};

/// "type 'cell' differs here (digest 5f3a.. there, 91c0.. here): rebuild both from the same
/// source".
[[nodiscard]] std::string to_string(const type_conflict& conflict);

/// The first conflict, by name, is the same on both sides.
[[nodiscard]] std::optional<type_conflict> find_conflict(const type_table& ours,
                                                         const std::vector<named_type>& theirs);
/// Requires: no conflict.
[[nodiscard]] type_agreement agree(const type_table& ours, const std::vector<named_type>& theirs);
/// With a peer whose table is the same, byte for byte: nodes of one build.
[[nodiscard]] type_agreement agree_with_twin(const type_table& ours);

} // namespace actors::protocol
