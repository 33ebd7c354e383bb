// SPDX-License-Identifier: BSD-3-Clause
// Compiled with -O3 -ffp-contract=off: see CMakeLists.txt.
#include "heat/stencil.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#define ACTORS_HEAT_X86 1
#endif

namespace heat {
namespace {

// `out` may be `north` or `south`, so no __restrict; ivdep says what holds: a cell is read before
// it is written in the same turn, and no turn reads what another one wrote.
[[gnu::always_inline]] inline void heat_body(const double* north, const double* here,
                                             const double* south, double* out, std::ptrdiff_t n,
                                             double rate) {
#pragma GCC ivdep
  for (std::ptrdiff_t i = 0; i < n; ++i)
    out[i] =
        here[i] + rate * (((north[i] + south[i]) + (here[i - 1] + here[i + 1])) - 4.0 * here[i]);
}

// Weights of the star: 1 / (2 k radius) at distance k, negative to the north and the west.
constexpr double near = 1.0 / 4.0;
constexpr double far = 1.0 / 8.0;

[[gnu::always_inline]] inline void star_body(const double* const rows[5], double* __restrict out,
                                             std::ptrdiff_t n) {
  const double* __restrict north_far = rows[0];
  const double* __restrict north = rows[1];
  const double* __restrict here = rows[2];
  const double* __restrict south = rows[3];
  const double* __restrict south_far = rows[4];
  for (std::ptrdiff_t i = 0; i < n; ++i)
    out[i] = out[i] - far * north_far[i] - near * north[i] + near * south[i] + far * south_far[i] -
             far * here[i - 2] - near * here[i - 1] + near * here[i + 1] + far * here[i + 2];
}

using heat_function = void (*)(const double*, const double*, const double*, double*, std::ptrdiff_t,
                               double);
using star_function = void (*)(const double* const[5], double*, std::ptrdiff_t);

void heat_plain(const double* north, const double* here, const double* south, double* out,
                std::ptrdiff_t n, double rate) {
  heat_body(north, here, south, out, n, rate);
}

void star_plain(const double* const rows[5], double* out, std::ptrdiff_t n) {
  star_body(rows, out, n);
}

#ifdef ACTORS_HEAT_X86
[[gnu::target("avx2")]] void heat_avx2(const double* north, const double* here, const double* south,
                                       double* out, std::ptrdiff_t n, double rate) {
  heat_body(north, here, south, out, n, rate);
}

[[gnu::target("avx2")]] void star_avx2(const double* const rows[5], double* out, std::ptrdiff_t n) {
  star_body(rows, out, n);
}

[[gnu::target("avx512f,prefer-vector-width=512")]] void
heat_avx512(const double* north, const double* here, const double* south, double* out,
            std::ptrdiff_t n, double rate) {
  heat_body(north, here, south, out, n, rate);
}
#endif

// target_clones would do this by itself, but its resolvers run before a sanitizer is ready.
heat_function best_heat() {
#ifdef ACTORS_HEAT_X86
  if (__builtin_cpu_supports("avx512f"))
    return heat_avx512;
  if (__builtin_cpu_supports("avx2"))
    return heat_avx2;
#endif
  return heat_plain;
}

star_function best_star() {
#ifdef ACTORS_HEAT_X86
  if (__builtin_cpu_supports("avx2"))
    return star_avx2;
#endif
  return star_plain;
}

} // namespace

void heat_row(const double* north, const double* here, const double* south, double* out,
              std::ptrdiff_t n, double rate) {
  static const heat_function chosen = best_heat();
  chosen(north, here, south, out, n, rate);
}

void star_row(const double* const rows[5], double* out, std::ptrdiff_t n) {
  static const star_function chosen = best_star();
  chosen(rows, out, n);
}

} // namespace heat
