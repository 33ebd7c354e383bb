// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE protocol_frame
#include <boost/test/unit_test.hpp>

#include "link_world.hpp"

using namespace link_world;

namespace {

std::vector<std::byte> frame_with(frame_kind kind, std::uint64_t number,
                                  const std::vector<std::byte>& payload) {
  std::vector<std::byte> bytes(frame_header_bytes);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  seal_frame(bytes, kind, number);
  return bytes;
}

struct sample {
  std::vector<std::vector<std::byte>> payloads;
  std::vector<std::byte> stream;
};

sample make_sample(std::initializer_list<std::size_t> sizes) {
  sample s;
  for (std::size_t n : sizes) {
    const auto frame = frame_with(frame_kind::batch, s.payloads.size(), bytes_of(n, n + 1));
    s.payloads.push_back(bytes_of(n, n + 1));
    s.stream.insert(s.stream.end(), frame.begin(), frame.end());
  }
  return s;
}

/// Takes frames from a stream cut at the given places, and compares them.
void expect_frames(const sample& s, const std::vector<std::size_t>& cuts) {
  frame_decoder decoder(frame_limits::when_open());
  std::size_t seen = 0, begin = 0;
  auto feed = [&](std::size_t end) {
    const std::vector<std::byte> piece(s.stream.begin() + static_cast<std::ptrdiff_t>(begin),
                                       s.stream.begin() + static_cast<std::ptrdiff_t>(end));
    decoder.arrived(piece);
    while (auto f = decoder.next()) {
      BOOST_REQUIRE(seen < s.payloads.size());
      BOOST_REQUIRE(std::ranges::equal(f->payload, s.payloads[seen]));
      ++seen;
    }
    begin = end;
  };
  for (std::size_t cut : cuts)
    feed(cut);
  feed(s.stream.size());
  BOOST_TEST(seen == s.payloads.size());
  BOOST_TEST(decoder.waiting() == 0u);
  BOOST_TEST((decoder.failed() == refusal::none));
}

refusal refusal_of(std::span<const std::byte> bytes,
                   frame_limits limits = frame_limits::when_open()) {
  frame_decoder decoder(limits);
  decoder.arrived(bytes);
  while (decoder.next()) {
  }
  BOOST_TEST(!decoder.next());
  return decoder.failed();
}

} // namespace

BOOST_AUTO_TEST_CASE(frames_survive_every_split) {
  const auto s = make_sample({0, 1, 15, 40, 0, 7});
  expect_frames(s, {});
  for (std::size_t a = 0; a <= s.stream.size(); ++a)
    for (std::size_t b = a; b <= s.stream.size(); b += 3)
      expect_frames(s, {a, b});
  std::vector<std::size_t> all(s.stream.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = i;
  expect_frames(s, all);
}

BOOST_AUTO_TEST_CASE(frames_survive_random_splits) {
  std::mt19937_64 random(7);
  const auto s = make_sample({3, 70'000, 0, 900, 65'536, 12, largest_batch});
  for (int round = 0; round < 30; ++round) {
    std::vector<std::size_t> cuts(random() % 40);
    for (auto& c : cuts)
      c = random() % s.stream.size();
    std::sort(cuts.begin(), cuts.end());
    expect_frames(s, cuts);
  }
}

BOOST_AUTO_TEST_CASE(whole_frames_are_shown_where_they_lie) {
  const auto s = make_sample({100, 200});
  frame_decoder decoder(frame_limits::when_open());
  decoder.arrived(s.stream);
  const auto first = decoder.next();
  const auto second = decoder.next();
  BOOST_TEST((first->payload.data() == s.stream.data() + frame_header_bytes));
  BOOST_TEST((second->payload.data() == s.stream.data() + 2 * frame_header_bytes + 100));
}

BOOST_AUTO_TEST_CASE(a_torn_frame_stays_while_the_next_ones_are_shown) {
  const auto s = make_sample({100, 200, 50});
  frame_decoder decoder(frame_limits::when_open());
  decoder.arrived(std::span{s.stream}.first(40));
  BOOST_TEST(!decoder.next());
  decoder.arrived(std::span{s.stream}.subspan(40, s.stream.size() - 50));
  const auto first = decoder.next(), second = decoder.next();
  BOOST_TEST(!decoder.next());
  BOOST_TEST(std::ranges::equal(first->payload, s.payloads[0]));
  BOOST_TEST(std::ranges::equal(second->payload, s.payloads[1]));
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_refused) {
  const auto s = make_sample({5, 30, 9});
  for (std::size_t at = 0; at < s.stream.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = s.stream;
      damaged[at] ^= static_cast<std::byte>(1 << bit);
      BOOST_REQUIRE((refusal_of(damaged) != refusal::none));
    }
}

BOOST_AUTO_TEST_CASE(each_fault_has_its_reason) {
  const auto good = frame_with(frame_kind::batch, 0, bytes_of(10));
  BOOST_TEST((refusal_of(good) == refusal::none));
  BOOST_TEST((refusal_of(frame_with(frame_kind::batch, 1, {})) == refusal::out_of_sequence));
  BOOST_TEST((refusal_of(frame_with(frame_kind{9}, 0, {})) == refusal::unknown_kind));
  BOOST_TEST((refusal_of(frame_with(frame_kind{0}, 0, {})) == refusal::unknown_kind));
  // On an open link a handshake is short: the word of a peer that gave it up.
  BOOST_TEST((refusal_of(frame_with(frame_kind::handshake, 0, bytes_of(largest_unproved))) == refusal::none));
  BOOST_TEST((refusal_of(frame_with(frame_kind::handshake, 0, bytes_of(largest_unproved + 1))) == refusal::oversize));
  BOOST_TEST((refusal_of(good, frame_limits::before_proof()) == refusal::unexpected));
  BOOST_TEST((refusal_of(frame_with(frame_kind::credit, 0, bytes_of(33))) == refusal::oversize));
  BOOST_TEST((refusal_of(frame_with(frame_kind::batch, 0, bytes_of(largest_batch + 1))) ==
              refusal::oversize));
  BOOST_TEST((refusal_of(frame_with(frame_kind::handshake, 0, bytes_of(largest_unproved + 1)),
                         frame_limits::before_proof()) == refusal::oversize));
  auto torn = good;
  torn[20] ^= std::byte{1};
  BOOST_TEST((refusal_of(torn) == refusal::damaged_payload));
  torn = good;
  torn.erase(torn.begin());
  torn.push_back({});
  BOOST_TEST((refusal_of(torn) == refusal::damaged_header));
}

BOOST_AUTO_TEST_CASE(a_doubled_or_missing_frame_is_refused) {
  const auto s = make_sample({20, 20, 20});
  auto doubled = std::vector(s.stream.begin(), s.stream.begin() + 36);
  doubled.insert(doubled.end(), s.stream.begin(), s.stream.end());
  BOOST_TEST((refusal_of(doubled) == refusal::out_of_sequence));
  BOOST_TEST((refusal_of(std::span{s.stream}.subspan(36)) == refusal::out_of_sequence));
}

BOOST_AUTO_TEST_CASE(the_check_in_two_steps_is_the_check_in_one) {
  const auto bytes = bytes_of(5000);
  const auto whole = check_of(bytes, {});
  for (std::size_t cut : {0u, 1u, 24u, 239u, 300u, 4999u})
    BOOST_TEST(check_of(std::span{bytes}.first(cut), std::span{bytes}.subspan(cut)) == whole);
}

BOOST_AUTO_TEST_CASE(random_bytes_are_refused_or_waited_for) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 20'000; ++round) {
    const auto bytes = bytes_of(random() % 200, random());
    frame_decoder decoder(frame_limits::when_open());
    decoder.arrived(bytes);
    BOOST_REQUIRE(!decoder.next());
    BOOST_REQUIRE((bytes.size() < frame_header_bytes || decoder.failed() != refusal::none));
  }
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_torn_chunk_goes_where_it_is_told) {
  const auto payload = bytes_of(5000);
  const auto stream = frame_with(frame_kind::chunk, 0, payload);
  for (const bool is_damaged : {false, true})
    for (std::size_t cut : {1u, 16u, 87u, 88u, 89u, 3000u, 5015u}) {
      frame_decoder decoder(frame_limits::when_open());
      decoder.stop_at_torn_chunks();
      std::vector<std::byte> memory;
      std::optional<frame> got;
      const auto feed = [&](std::span<const std::byte> piece) {
        decoder.arrived(piece);
        while (!(got = decoder.next())) {
          const auto torn = decoder.ask_where_to();
          if (!torn)
            break;
          memory.resize(torn->rest);
          decoder.divert(memory);
        }
      };
      feed(std::span{stream}.first(cut));
      BOOST_REQUIRE(!got);
      auto rest = std::span{stream}.subspan(cut);
      if (const auto place = decoder.landing(); place.size() > 10) { // some of it without `arrived`
        std::ranges::copy(rest.first(10), place.begin());
        decoder.landed(10);
        rest = rest.subspan(10);
      }
      std::vector<std::byte> last(rest.begin(), rest.end());
      if (is_damaged)
        last.back() ^= std::byte{1};
      feed(last);
      BOOST_REQUIRE(got.has_value() != is_damaged);
      BOOST_REQUIRE(((decoder.failed() == refusal::damaged_payload) == is_damaged));
      if (is_damaged)
        continue;
      BOOST_TEST(got->diverted == memory.size());
      BOOST_TEST(std::ranges::equal(got->payload, std::span{payload}.first(payload.size() - memory.size())));
      BOOST_TEST(std::ranges::equal(memory, std::span{payload}.last(memory.size())));
    }
}

BOOST_AUTO_TEST_CASE(a_torn_chunk_with_no_place_is_put_together) {
  const auto payload = bytes_of(5000);
  const auto stream = frame_with(frame_kind::chunk, 0, payload);
  frame_decoder decoder(frame_limits::when_open());
  decoder.stop_at_torn_chunks();
  decoder.arrived(std::span{stream}.first(1000));
  BOOST_TEST(!decoder.next());
  BOOST_TEST(decoder.ask_where_to().has_value());
  BOOST_TEST(!decoder.next());
  BOOST_TEST(!decoder.ask_where_to().has_value());
  decoder.arrived(std::span{stream}.subspan(1000));
  const auto got = decoder.next();
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(std::ranges::equal(got->payload, payload));
}
