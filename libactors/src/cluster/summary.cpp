// SPDX-License-Identifier: BSD-3-Clause
#include "summary.hpp"

#include <fmt/format.h>

namespace actors::cluster {

namespace {

/// `separator, name, count`, where it was counted.
std::string counted(std::string_view separator, std::string_view name, std::uint64_t count) {
  return count == 0 ? std::string{} : fmt::format("{}{} {}", separator, name, count);
}

} // namespace

std::string summary_of(const hub& h) {
  const hub_counts& c = h.counts();
  std::string line = fmt::format("{} connections accepted, {} dialled, {} turned away", c.accepted, c.dialled, c.turned_away);
  std::string ends;
  for (std::size_t k = 1; k < protocol::refusal_count; ++k) {
    const auto why = static_cast<protocol::refusal>(k);
    ends += counted(ends.empty() ? "" : ", ", to_string(why), h.refusals().of(why));
  }
  if (!ends.empty()) line += "; links: " + ends;
  line += counted("; ", "nodes lost", c.nodes_lost);
  line += counted("; ", "messages malformed", h.deliveries().malformed);
  line += counted("; ", "messages misaddressed", h.deliveries().misaddressed);
  return line;
}

} // namespace actors::cluster
