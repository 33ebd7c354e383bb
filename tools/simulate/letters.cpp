// SPDX-License-Identifier: BSD-3-Clause
#include "letters.hpp"

#include <fmt/format.h>

namespace simulate {

std::uint64_t letters::send(std::uint64_t way, actors::duration now) {
  road& r = ways_[way];
  r.on_the_way.push_back(now);
  return ++r.sent;
}

std::string letters::hear(std::uint64_t way, std::uint64_t serial) {
  road& r = ways_[way];
  if (serial <= r.heard) return fmt::format("{} comes again after {}", serial, r.heard);
  if (serial != r.heard + 1) return fmt::format("{} comes after {}, what was between is lost", serial, r.heard);
  r.heard = serial;
  r.on_the_way.pop_front();
  return {};
}

} // namespace simulate
