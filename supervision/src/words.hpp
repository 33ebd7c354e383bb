// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <actors/time.hpp>

namespace actors::supervision::detail {

struct ending;

/// In the largest unit that divides it: `5 s`, `1500 ms`.
[[nodiscard]] std::string in_words(duration d);

/// Why, never empty.
[[nodiscard]] std::string text_of(const ending& how);

} // namespace actors::supervision::detail
