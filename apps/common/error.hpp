// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace apps {

/// Why a program cannot go on: one line that names the offending value and what was expected.
struct error {
  std::string text;
};

/// A value, or the one line that says why there is none.
template <class T>
using expected = tl::expected<T, error>;

/// Shorthand for returning a failure.
inline tl::unexpected<error> fail(std::string text) {
  return tl::unexpected<error>{error{std::move(text)}};
}

} // namespace apps
