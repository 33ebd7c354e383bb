// SPDX-License-Identifier: BSD-3-Clause
#include "member.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace actors::protocol {

std::string_view to_string(member_state state) noexcept {
  constexpr std::string_view names[] = {"joining", "up", "leaving", "down", "removed"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(liveness live) noexcept {
  constexpr std::string_view names[] = {"alive", "suspect", "unreachable", "gone"};
  return names[static_cast<std::size_t>(live)];
}

std::string to_string(node_id id) { return fmt::format("{:x}", static_cast<std::uint64_t>(id)); }

member tombstone(node_id id) {
  member m;
  m.id = id;
  m.state = member_state::removed;
  return m;
}

void merge(member& into, const member& news) {
  into.state = std::max(into.state, news.state);
  if (into.state == member_state::removed) {
    into = tombstone(into.id);
    return;
  }
  // They differ only if somebody lies; even then all must agree.
  if (std::tie(news.name, news.address, news.labels) <
      std::tie(into.name, into.address, into.labels))
    std::tie(into.name, into.address, into.labels) = std::tie(news.name, news.address, news.labels);
  // The leader gives numbers; should two nodes think that they lead, the older number stands.
  if (into.up_number == 0 || (news.up_number != 0 && news.up_number < into.up_number))
    into.up_number = news.up_number;
  std::tie(into.incarnation, into.live) =
      std::max(std::pair{into.incarnation, into.live}, std::pair{news.incarnation, news.live});
}

namespace {

expected<void> check_details(const member& m) {
  if (m.name.size() > max_name_bytes)
    return fail(errc::invalid_argument, "name: at most 128 bytes", m.name.substr(0, 32));
  if (m.address.empty() || m.address.size() > max_address_bytes)
    return fail(errc::invalid_argument, "address: 1 to 256 bytes", m.address.substr(0, 32));
  if (m.labels.size() > max_labels)
    return fail(errc::invalid_argument, "labels: at most 32", std::to_string(m.labels.size()));
  for (const auto& [key, value] : m.labels)
    if (key.size() + value.size() > max_label_bytes)
      return fail(errc::invalid_argument, "labels: at most 256 bytes each", key.substr(0, 32));
  return {};
}

} // namespace

expected<void> check(const member& m) {
  if (m.id == node_id::none || static_cast<std::uint64_t>(m.id) > max_node_number)
    return fail(errc::invalid_argument, "id: 1 to 2^48 - 1", to_string(m.id));
  if (m.state > member_state::removed || m.live > liveness::gone)
    return fail(errc::invalid_argument, "state: unknown", to_string(m.id));
  if (m.incarnation > max_incarnation || m.up_number > max_up_number)
    return fail(errc::invalid_argument, "incarnation: too high", std::to_string(m.incarnation));
  if (is_voter(m) && m.up_number == 0)
    return fail(errc::invalid_argument, "up_number: not 0 for a voter", to_string(m.id));
  if (m.state == member_state::removed && m != tombstone(m.id))
    return fail(errc::invalid_argument, "removed: only the id is kept", to_string(m.id));
  return m.state == member_state::removed ? expected<void>{} : check_details(m);
}

} // namespace actors::protocol
