// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

namespace bench {

/// How a baseline configures CAF's scheduler. Each baseline names the choice that measured best for
/// CAF; the README of tools/bench has the figures.
struct caf_choice {
  enum class policy { stealing, sharing };

  policy scheduling = policy::stealing;
  std::size_t workers = 2;
};

/// Makes all baselines use `text`, such as "sharing,2", instead of their own choice.
/// Errors: throws when the text is none of that form. Threading: before any baseline runs.
void override_caf(const std::string& text);

/// `own`, or what `override_caf` said.
caf_choice effective(caf_choice own);

} // namespace bench
