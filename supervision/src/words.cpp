// SPDX-License-Identifier: BSD-3-Clause
#include "words.hpp"

#include <utility>

#include <fmt/format.h>

#include "supervisor_core.hpp"

namespace actors::supervision::detail {

std::string in_words(duration d) {
  constexpr std::pair<duration::rep, const char*> units[] = {
      {1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}};
  for (const auto& [size, name] : units)
    if (d.count() % size == 0)
      return fmt::format("{} {}", d.count() / size, name);
  return fmt::format("{} ns", d.count());
}

std::string text_of(const ending& how) {
  return how.reason.what.empty() ? fmt::format("ended: {}", to_string(how.kind)) : how.reason.what;
}

} // namespace actors::supervision::detail
