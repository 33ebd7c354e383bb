// SPDX-License-Identifier: BSD-3-Clause
//
// The messages that the archive benchmark writes and reads. They are plain aggregates without any
// code for archives, as a user of ours would write them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// The smallest useful message.
struct deposit {
  std::uint64_t account = 0;
  std::int64_t amount = 0;

  friend bool operator==(const deposit&, const deposit&) = default;
};

/// Numbers only, of several sizes.
struct particle {
  std::uint32_t id = 0;
  std::uint16_t kind = 0;
  std::array<double, 3> position{};
  std::array<double, 3> velocity{};
  float charge = 0;

  friend bool operator==(const particle&, const particle&) = default;
};

/// Text.
struct chat_line {
  std::string from;
  std::string room;
  std::string text;

  friend bool operator==(const chat_line&, const chat_line&) = default;
};

/// One long run of numbers.
struct block_edge {
  std::uint32_t block = 0;
  std::uint32_t step = 0;
  std::vector<double> cells;

  friend bool operator==(const block_edge&, const block_edge&) = default;
};

struct order_item {
  std::uint32_t article = 0;
  std::uint32_t count = 0;
  double price = 0;

  friend bool operator==(const order_item&, const order_item&) = default;
};

/// Aggregates in a container, beside text.
struct order {
  std::uint64_t number = 0;
  std::string customer;
  std::vector<order_item> items;

  friend bool operator==(const order&, const order&) = default;
};

/// One message of each type; a mix is a sequence of groups.
struct message_group {
  deposit paid;
  particle moved;
  chat_line said;
  block_edge sent;
  order placed;

  friend bool operator==(const message_group&, const message_group&) = default;
};

using message_mix = std::vector<message_group>;

/// A mix with `groups` groups whose numbers and texts vary from group to group.
message_mix make_mix(std::size_t groups);

/// Bytes of content: 1 per character, the size of every number; no lengths, which are the format's
/// own.
std::size_t content_bytes(const message_mix& mix);

/// Calls `visit` with each message of the mix, in order.
template <class Mix, class Visitor>
void for_each_message(Mix& mix, Visitor&& visit) {
  for (auto& group : mix) {
    visit(group.paid);
    visit(group.moved);
    visit(group.said);
    visit(group.sent);
    visit(group.placed);
  }
}

} // namespace bench
