// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

class thing {};

void misuse(actors::ref<thing> it) { it.tell(deposit{100}); }
