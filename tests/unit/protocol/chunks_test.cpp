// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE protocol_chunks
#include <boost/test/unit_test.hpp>

#include "link_world.hpp"

using namespace link_world;

namespace {

constexpr std::uint64_t here = 5;
const std::vector<std::uint32_t> known(4, 1);
const message sample{head_to(here, 8, {9 << 16, 4, 1}, record_form::asks), bytes_of(1000)};

/// The payloads of a message's frames.
std::vector<std::vector<std::byte>> chunks_of(const message& m, std::uint64_t number,
                                              std::size_t most) {
  chunk_cutter cutter(std::make_shared<const outgoing_large>(large_of(m)), number, here);
  std::vector<std::vector<std::byte>> all;
  for (bool last = false; !last;) {
    chunk_frame f = cutter.next(most);
    last = f.is_last;
    const auto head = f.head.bytes().subspan(frame_header_bytes);
    auto& payload = all.emplace_back(head.begin(), head.end());
    payload.insert(payload.end(), f.body.begin(), f.body.end());
  }
  return all;
}

refusal joined(const std::vector<std::vector<std::byte>>& payloads, std::uint64_t largest = 5000) {
  chunk_joiner joiner(here, largest);
  for (const auto& p : payloads) {
    const auto step = joiner.add(p, known, 0s);
    if (step.why != refusal::none)
      return step.why;
    if (step.is_complete)
      static_cast<void>(joiner.take());
  }
  return refusal::none;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_message_is_put_together) {
  for (std::size_t most : {1u, 7u, 999u, 1000u, 5000u}) {
    chunk_joiner joiner(here, 1000);
    for (std::uint64_t number = 0; number < 3; ++number) {
      const auto chunks = chunks_of(sample, number, most);
      BOOST_TEST(chunks.size() == (1000 + most - 1) / most);
      for (std::size_t i = 0; i < chunks.size(); ++i) {
        const auto step = joiner.add(chunks[i], known, 0s);
        BOOST_REQUIRE((step.why == refusal::none));
        BOOST_REQUIRE(step.began == (i == 0 ? 1000u : 0u));
        BOOST_REQUIRE(step.is_complete == (i + 1 == chunks.size()));
      }
      const auto whole = joiner.take();
      BOOST_TEST((whole.head == sample.head));
      BOOST_TEST(std::ranges::equal(whole.bytes.bytes(), sample.payload));
    }
  }
}

BOOST_AUTO_TEST_CASE(out_of_order_doubled_and_missing_chunks_are_refused) {
  const auto good = chunks_of(sample, 0, 100);
  BOOST_TEST((joined(good) == refusal::none));
  for (std::size_t i = 0; i + 1 < good.size(); ++i) {
    auto bad = good;
    std::swap(bad[i], bad[i + 1]);
    BOOST_TEST((joined(bad) == refusal::bad_chunk));
    bad = good;
    bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(i), good[i]);
    BOOST_TEST((joined(bad) == refusal::bad_chunk));
    bad = good;
    bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
    BOOST_TEST((joined(bad) == refusal::bad_chunk));
  }
  auto again = good;
  again.insert(again.end(), good.begin(), good.end()); // the number has been
  BOOST_TEST((joined(again) == refusal::bad_chunk));
}

BOOST_AUTO_TEST_CASE(two_messages_are_not_mixed) {
  auto first = chunks_of(sample, 0, 100);
  const auto second = chunks_of(sample, 1, 100);
  first.insert(first.begin() + 3, second[0]);
  BOOST_TEST((joined(first) == refusal::bad_chunk));
}

BOOST_AUTO_TEST_CASE(too_large_a_message_is_refused_before_memory_is_taken) {
  BOOST_TEST((joined(chunks_of(sample, 0, 100), 999) == refusal::bad_chunk));
  auto liar = chunks_of(sample, 0, 100);
  wire::store(liar[0].data() + 16, std::uint64_t{1} << 62);
  BOOST_TEST((joined(liar) == refusal::bad_chunk));
  liar = chunks_of(sample, 0, 100);
  wire::store(liar[1].data() + 16, std::uint64_t{1001});
  BOOST_TEST((joined(liar) == refusal::bad_chunk));
}

BOOST_AUTO_TEST_CASE(every_altered_byte_of_a_header_is_refused_or_harmless) {
  const auto good = chunks_of(sample, 0, 100);
  for (std::size_t which : {0u, 1u, 9u})
    for (std::size_t at = 0; at < good[which].size() && at < 70; ++at)
      for (int bit = 0; bit < 8; ++bit) {
        auto bad = good;
        bad[which][at] ^= static_cast<std::byte>(1 << bit);
        const bool in_header = at < chunk_header_bytes;
        if (joined(bad) == refusal::none)
          BOOST_REQUIRE(!in_header);
      }
}

BOOST_AUTO_TEST_CASE(short_chunks_are_refused) {
  const auto good = chunks_of(sample, 0, 100);
  for (std::size_t n = 0; n < good[0].size() - 1; ++n) {
    const std::vector<std::byte> cut(good[0].begin(),
                                     good[0].begin() + static_cast<std::ptrdiff_t>(n));
    const bool has_bytes = n > chunk_header_bytes + record_header_bytes + 24;
    BOOST_TEST(((joined({cut}) == refusal::none) == has_bytes));
  }
}

BOOST_AUTO_TEST_CASE(a_message_that_does_not_go_on_shows) {
  chunk_joiner joiner(here, 1000);
  BOOST_TEST(!joiner.waits_since());
  const auto good = chunks_of(sample, 0, 500);
  static_cast<void>(joiner.add(good[0], known, 7s));
  BOOST_TEST((joiner.waits_since() == std::optional<duration>{7s}));
  static_cast<void>(joiner.add(good[1], known, 9s));
  static_cast<void>(joiner.take());
  BOOST_TEST(!joiner.waits_since());
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_chunk_is_put_straight_into_place) {
  const auto chunks = chunks_of(sample, 0, 600);
  chunk_joiner joiner(here, 5000);
  for (const auto& c : chunks) {
    const auto begin = std::span{c}.first(largest_chunk_head), rest = std::span{c}.subspan(largest_chunk_head);
    const auto place = joiner.place(begin, rest.size(), known);
    BOOST_REQUIRE(place.size() == rest.size());
    std::ranges::copy(rest, place.begin());
    BOOST_REQUIRE((joiner.add(begin, known, 0s, rest.size()).why == refusal::none));
  }
  BOOST_TEST(std::ranges::equal(joiner.take().bytes.bytes(), sample.payload));
}

BOOST_AUTO_TEST_CASE(a_chunk_that_does_not_belong_has_no_place) {
  const auto chunks = chunks_of(sample, 0, 600);
  const auto begin = [&](std::size_t i) { return std::span{chunks[i]}.first(largest_chunk_head); };
  chunk_joiner joiner(here, 999), second(here, 5000);
  BOOST_TEST(joiner.place(begin(0), 100, known).empty()); // too large
  BOOST_TEST(second.place(begin(1), 100, known).empty()); // not the first
  BOOST_TEST(second.place(begin(0), 5000, known).empty()); // more than the message has
  BOOST_TEST(second.place(begin(0), 100, std::span{known}.first(1)).empty()); // of no known type
}
