// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

actors::ref_to<deposit, depositt> misuse(actors::ref<account> savings) { return savings; }
