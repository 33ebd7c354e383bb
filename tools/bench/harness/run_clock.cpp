// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/run_clock.hpp"

#include <cstdio>
#include <cstdlib>

namespace bench {

double run_clock::seconds() {
  constexpr std::chrono::seconds limit{60};
  auto elapsed = elapsed_.get_future();
  if (elapsed.wait_for(limit) != std::future_status::ready) {
    std::fprintf(stderr, "actors-bench: a run did not end within %lld s: giving up\n",
                 static_cast<long long>(limit.count()));
    std::_Exit(1);
  }
  return std::chrono::duration<double>(elapsed.get()).count();
}

} // namespace bench
