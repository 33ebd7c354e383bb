// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace actors::protocol {

/// Bugs that the simulator is to find: they show that its oracles can fail. Options of nodes carry one in
/// tests only; it is looked at on paths that are rarely taken. See simulation/planted.cpp.
enum class planted_bug : std::uint8_t {
  none,
  quorum_off_by_one,
  fence_lost,
  refutation_unheeded,
  acknowledged_early,
  bulk_overtaken,
  watchers_not_told,
  early_take_over,
  reliable_repeated,
  reliable_gap_acknowledged,
};

} // namespace actors::protocol
