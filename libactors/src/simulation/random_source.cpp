// SPDX-License-Identifier: BSD-3-Clause
#include <actors/testing.hpp>

#include <cstdlib>

namespace actors::testing {

std::uint64_t seed_from_environment(std::uint64_t otherwise) {
  const char* text = std::getenv("ACTORS_SEED");
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::uint64_t random_source::next() noexcept {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

} // namespace actors::testing
