// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace bench {

/// The name under which results show the baseline that most benchmarks have.
inline constexpr const char* plain_caf = "plain CAF 0.17";

/// Cores that a benchmark may use on either side: CAF's workers, our shards.
inline constexpr unsigned workers = 2;

} // namespace bench
