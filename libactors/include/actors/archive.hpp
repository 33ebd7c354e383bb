// SPDX-License-Identifier: BSD-3-Clause
//
// Archives over contiguous memory. They take what cereal's archives take, and aggregates without
// any code. cereal itself is not included: include the headers of cereal/types for what is not
// built in.
//
// Byte layout, little-endian, no alignment, no padding:
//
//   integers, characters, enums   their bytes in memory; bool is one byte, 0 or 1
//   float, double                 the bytes of IEEE 754; long double its ten bytes
//   size                          7 bits a byte, least first, the top bit says "more"; shortest
//   form only string                        size, characters vector, deque, list, set, map and
//   their kin
//                                 size, elements; a map's element is key, value. Where elements may
//                                 take no bytes at all, zeros follow up to one byte an element, so
//                                 that a size never exceeds the bytes behind it
//   vector<bool>                  size, one bit an element, least first
//   optional                      bool, the value
//   array, pair, tuple, aggregate the elements or members in order, nothing else
//   chrono                        a duration's count; a time point's duration since its epoch
//   variant, pointers, others     what cereal writes, in the terms above
//   versioned classes             size (the version), then what their function writes; each time
#pragma once

#include <cstddef>
#include <span>

#include <actors/detail/archivable.hpp>
#include <actors/detail/cereal_aggregate.hpp>
#include <actors/detail/reader.hpp>
#include <actors/detail/writer.hpp>

namespace actors {

/// Appends `value` to `out`. Errors: archive_error, when a function of the user or nesting fails;
/// `out` is then as it was.
template <class T>
void encode(buffer& out, const T& value) {
  const std::size_t before = out.size();
  writer to(out);
  try {
    to(value);
  } catch (...) {
    to.rewind(before);
    throw;
  }
}

/// The value that `bytes` hold, all of them. Errors: archive_error.
template <class T>
[[nodiscard]] T decode(std::span<const std::byte> bytes) {
  T value{};
  reader from(bytes);
  from(value);
  if (from.remaining() != 0)
    from.fail("bytes are left over behind the value");
  return value;
}

} // namespace actors
