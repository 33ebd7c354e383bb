// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE codec_large_blocks
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <vector>

#include <actors/detail/buffer.hpp>

#include "codec/large_blocks.hpp"

namespace blocks = actors::detail::large_blocks;

BOOST_AUTO_TEST_CASE(a_block_that_is_given_back_is_taken_again) {
  const auto first = blocks::take(4'000'000);
  BOOST_REQUIRE(first.memory != nullptr);
  BOOST_TEST(first.size >= 4'000'000u);
  blocks::give_back(first);
  BOOST_TEST(blocks::idle() == first.size);
  const auto much_smaller = blocks::take(1'000'000);
  BOOST_TEST(much_smaller.memory != first.memory);
  const auto second = blocks::take(3'000'000);
  BOOST_TEST(second.memory == first.memory);
  blocks::give_back(second);
  blocks::give_back(much_smaller);
}

BOOST_AUTO_TEST_CASE(what_lies_idle_is_bounded) {
  std::vector<blocks::block> all;
  for (int k = 0; k < 100; ++k) all.push_back(blocks::take(std::size_t{1} << 20));
  all.push_back(blocks::take(2 * blocks::kept_bytes));
  for (const auto& b : all) blocks::give_back(b);
  BOOST_TEST(blocks::idle() <= blocks::kept_bytes);
  BOOST_TEST(blocks::idle() >= blocks::kept_bytes / 2);
}

BOOST_AUTO_TEST_CASE(a_buffer_keeps_what_it_holds_as_it_grows) {
  actors::buffer b;
  std::size_t filled = 0;
  for (std::size_t size : {100u, 500'000u, 524'288u, 600'000u, 3'000'000u, 9'000'000u}) {
    b.resize(size);
    std::memset(b.data() + filled, static_cast<int>(size % 251), size - filled);
    filled = size;
  }
  BOOST_TEST(std::to_integer<int>(b.data()[99]) == 100 % 251);
  BOOST_TEST(std::to_integer<int>(b.data()[524'287]) == 524'288 % 251);
  BOOST_TEST(std::to_integer<int>(b.data()[2'999'999]) == 3'000'000 % 251);
}
