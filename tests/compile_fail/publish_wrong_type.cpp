// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

void misuse(actors::node& node) { node.publish(actors::topic<deposit>{"deposits"}, balance{}); }
