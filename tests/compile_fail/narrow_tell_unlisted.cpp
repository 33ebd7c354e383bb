// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

void misuse(actors::ref_to<deposit> savings) { savings.tell(balance{}); }
