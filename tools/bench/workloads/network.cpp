// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/network.hpp"

#include <array>

namespace bench {

std::span<const peer_role> network_roles() {
  static constexpr std::array<peer_role, 4> roles{
      peer_role{"tcp_echo", tcp_echo_peer}, peer_role{"tcp_sink", tcp_sink_peer},
      peer_role{"basp", basp_peer}, peer_role{"basp_rate", basp_rate_peer}};
  return roles;
}

} // namespace bench
