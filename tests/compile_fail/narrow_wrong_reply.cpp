// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

actors::ref_to<deposit, std::string(balance)> misuse(actors::ref<account> savings) { return savings; }
