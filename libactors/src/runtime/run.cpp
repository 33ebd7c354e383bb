// SPDX-License-Identifier: BSD-3-Clause
#include <actors/run.hpp>

#include <cstdio>
#include <exception>

namespace actors::detail {

int run_node(int argc, char** argv, unique_function<void(node&)> body) {
  try {
    node here{node_options::from_command_line(argc, argv)};
    body(here);
    return here.shutdown() ? 0 : 1;
  } catch (const usage_error& e) {
    std::fprintf(e.status() == 0 ? stdout : stderr, "%s\n", e.what());
    return e.status();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}

} // namespace actors::detail
