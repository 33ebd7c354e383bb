// SPDX-License-Identifier: BSD-3-Clause
//
// A node that publishes a vault, prints the port and stays.
#include <cstdio>

#include <unistd.h>

#include <actors/caf_gateway.hpp>

#include "vault.hpp"

int main() {
  actors::node node{actors::node_options{}};
  auto port = actors::publish_caf(node, node.spawn<bank::vault>());
  if (!port)
    return 1;
  std::printf("%u\n", static_cast<unsigned>(*port));
  std::fflush(stdout);
  ::alarm(60);
  ::pause();
}
