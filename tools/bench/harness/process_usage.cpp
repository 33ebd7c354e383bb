// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/process_usage.hpp"

#include <ctime>
#include <fstream>
#include <malloc.h>
#include <stdexcept>
#include <unistd.h>

namespace bench {

std::size_t resident_bytes() {
  ::malloc_trim(0);
  std::ifstream statm{"/proc/self/statm"};
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  if (!(statm >> total_pages >> resident_pages))
    throw std::runtime_error("cannot read /proc/self/statm");
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  std::timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

} // namespace bench
