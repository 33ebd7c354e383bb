// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <exception>

#include <actors/node.hpp>

namespace actors {

namespace detail {
int run_node(int argc, char** argv, unique_function<void(node&)> body);
}

/// The whole of a program: reads the command line, starts a node, calls `body(node)`, shuts down.
/// Returns the exit status: 0; 2 for a command line that cannot be used (said in one line on standard
/// error); 1 when `body` throws.
template <class F>
int run(int argc, char** argv, F&& body) {
  return detail::run_node(argc, argv, detail::unique_function<void(node&)>{std::forward<F>(body)});
}

} // namespace actors
