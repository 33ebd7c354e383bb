// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "hub.hpp"

namespace actors::cluster {

/// One line for the log when a node has ended: its connections, and how often each kind of end came.
///
///   3 connections accepted, 1 dialled, 0 turned away; links: goodbye 1, cut 2, not_a_link 1
///
/// Behind it, only where there were any: nodes lost, messages malformed, misaddressed.
[[nodiscard]] std::string summary_of(const hub& h);

} // namespace actors::cluster
