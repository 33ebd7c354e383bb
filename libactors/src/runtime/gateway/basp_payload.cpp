// SPDX-License-Identifier: BSD-3-Clause
#include "basp_payload.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <caf/actor_control_block.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/node_id.hpp>

namespace actors::runtime {

namespace {

using caf::io::basp::header;
using caf::io::basp::message_type;

/// Errors nest in errors, some 20 bytes a level: 16 KiB stay far inside the stack.
constexpr std::size_t largest_error = 16 << 10;

/// Moves `from` to where the message itself begins.
caf::error skip_route(caf::binary_deserializer& from, const header& of) {
  if (of.operation == message_type::routed_message) {
    caf::node_id source;
    caf::node_id target;
    if (auto failed = from(source, target))
      return failed;
  }
  std::vector<caf::strong_actor_ptr> stages;
  return from(stages);
}

bool has_type(std::string_view types, std::string_view wanted) {
  for (auto at = types.find(wanted); at != types.npos; at = types.find(wanted, at + 1)) {
    const auto end = at + wanted.size();
    if (at != 0 && types[at - 1] == '+' && (end == types.size() || types[end] == '+'))
      return true;
  }
  return false;
}

template <std::size_t N>
bool has_any(std::string_view types, const std::array<std::string_view, N>& of) {
  return std::ranges::any_of(of, [&](auto each) { return has_type(types, each); });
}

} // namespace

std::string types_in(const std::vector<char>& payload, const header& of,
                     caf::execution_unit& unit) {
  caf::binary_deserializer from{&unit, payload};
  std::uint16_t number = 0;
  std::string types;
  if (skip_route(from, of) || from.begin_object(number, types))
    return {};
  return types;
}

bool may_be_decoded(const std::string& types, std::size_t size) {
  // Values in values without end, byte vectors as long as they say, groups that connect elsewhere.
  static constexpr std::array<std::string_view, 8> never{
      "@message",        "@config_value", "@charbuf", "@open_stream_msg",
      "@downstream_msg", "@upstream_msg", "@group",   "@group_down"};
  static constexpr std::array<std::string_view, 3> errors{"@error", "@exit", "@down"};
  return !has_any(types, never) && (size <= largest_error || !has_any(types, errors));
}

} // namespace actors::runtime
