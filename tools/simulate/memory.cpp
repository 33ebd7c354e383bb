// SPDX-License-Identifier: BSD-3-Clause
#include "memory.hpp"

#include <malloc.h>

namespace simulate {

void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  mallopt(M_TOP_PAD, 16 << 20);
}

} // namespace simulate
