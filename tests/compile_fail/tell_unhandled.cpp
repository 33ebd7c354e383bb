// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

void misuse(actors::ref<account> savings) { savings.tell(depositt{100}); }
