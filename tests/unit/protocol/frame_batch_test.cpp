// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE protocol_frame_batch
#include <boost/test/unit_test.hpp>

#include <stdexcept>

#include <actors/archive.hpp>

#include "link_world.hpp"

using namespace link_world;
namespace form = actors::protocol::record_form;

namespace {

constexpr std::uint64_t here = 0x1234;
const std::vector<std::uint32_t> known(200, 1);

std::vector<message> random_messages(std::mt19937_64& random, std::size_t n) {
  const std::uint8_t flags[] = {0,
                                0,
                                form::asks,
                                form::answers,
                                form::answers | form::failed,
                                form::system | form::vital,
                                form::asks | form::vital};
  const actor_id senders[] = {{}, {}, {here << 16, 5, 1}, {9 << 16, 6, 2}};
  std::vector<message> all;
  for (std::size_t i = 0; i < n; ++i) {
    message m;
    m.head.type = static_cast<std::uint16_t>(random() % 200);
    m.head.flags = flags[random() % 7];
    m.head.target = {(random() % 4 == 0 ? 77 : here) << 16 | random() % 8,
                     static_cast<std::uint32_t>(random()),
                     static_cast<std::uint32_t>(random()) | 1};
    m.head.sender = senders[random() % 4];
    m.head.request = (m.head.flags & 3) != 0 ? random() : 0;
    m.payload = bytes_of(random() % (random() % 50 == 0 ? 3000 : 40), random());
    all.push_back(std::move(m));
  }
  return all;
}

bool reads_back(const outgoing_batch& batch, const std::vector<message>& all) {
  batch_reader reader(batch.records(), here);
  std::size_t i = 0;
  for (record r; reader.next(r); ++i)
    if (i == all.size() || r.head != all[i].head || !std::ranges::equal(r.payload, all[i].payload))
      return false;
  return i == all.size();
}

} // namespace

BOOST_AUTO_TEST_CASE(messages_of_every_form_come_back) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    const auto all = random_messages(random, 1 + random() % 60);
    const auto batch = batch_of(here, all);
    BOOST_REQUIRE(batch.messages == all.size());
    BOOST_REQUIRE((check_batch(batch.records(), known) == std::uint32_t(all.size())));
    BOOST_REQUIRE(reads_back(batch, all));
    const bool vital = std::ranges::any_of(
        all, [](const message& m) { return (m.head.flags & form::vital) != 0; });
    BOOST_REQUIRE(batch.vital == vital);
  }
}

BOOST_AUTO_TEST_CASE(a_message_of_16_bytes_takes_32_in_a_run_and_48_alone) {
  const message m{head_to(here, 1, {9 << 16, 1, 1}), bytes_of(16)};
  message other = m;
  other.head.sender.slot = 2;
  BOOST_TEST(batch_of(here, {m}).records().size() == 48u);
  BOOST_TEST(batch_of(here, {m, m, m}).records().size() == 48u + 32 + 32);
  BOOST_TEST(batch_of(here, {m, other, m}).records().size() == 3 * 48u);
  message anonymous = m;
  anonymous.head.sender = {};
  BOOST_TEST(batch_of(here, {anonymous}).records().size() == 32u);
}

BOOST_AUTO_TEST_CASE(a_batch_says_when_it_is_full) {
  batch_builder builder(here, 1000);
  int n = 1;
  while (builder.add(head_to(here, 1), [](writer& out) { out(1.0, 2.0); }) ==
         batch_builder::state::open)
    ++n;
  BOOST_TEST(n == 31);
  BOOST_TEST(builder.take().messages == 31u);
  BOOST_TEST(builder.empty());
  BOOST_TEST(builder.take().frame.empty());
}

BOOST_AUTO_TEST_CASE(a_large_message_is_split_off_in_place) {
  const auto small = bytes_of(20), big = bytes_of(largest_record + 1);
  batch_builder builder(here);
  BOOST_TEST((builder.add(head_to(here, 1), [&](writer& out) { out.write(small); }) ==
              batch_builder::state::open));
  const auto head = head_to(here, 2, {9 << 16, 4, 1}, form::asks);
  BOOST_TEST(
      (builder.add(head, [&](writer& out) { out.write(big); }) == batch_builder::state::large));
  const auto before = builder.take();
  const auto large = builder.take_large();
  BOOST_TEST(reads_back(before, {{head_to(here, 1), small}}));
  BOOST_TEST((large.head == head));
  BOOST_TEST(std::ranges::equal(large.payload(), big));

  const auto most = bytes_of(largest_record);
  BOOST_TEST(
      (builder.add(head, [&](writer& out) { out.write(most); }) == batch_builder::state::full));
  BOOST_TEST(reads_back(builder.take(), {{head, most}}));
}

BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_written_leaves_nothing) {
  batch_builder builder(here);
  auto add = [&](std::uint32_t slot, bool bad) {
    return builder.add(head_to(here, slot, {9 << 16, slot, 1}), [&](writer& out) {
      out(std::uint64_t{7});
      if (bad)
        throw std::runtime_error{"no"};
    });
  };
  static_cast<void>(add(1, false));
  BOOST_CHECK_THROW(static_cast<void>(add(2, true)), std::runtime_error);
  static_cast<void>(add(1, false));
  const auto batch = builder.take();
  BOOST_TEST(batch.messages == 2u);
  BOOST_TEST((check_batch(batch.records(), known) == 2u));
  BOOST_TEST(batch.records().size() == 40u + 24u);
}

BOOST_AUTO_TEST_CASE(each_fault_of_a_record_is_refused) {
  const auto good = batch_of(here, {{head_to(here, 1), bytes_of(8)}});
  const std::vector<std::byte> bytes(good.records().begin(), good.records().end());
  auto refused = [&](std::size_t at, int value) {
    auto bad = bytes;
    bad[at] = static_cast<std::byte>(value);
    return !check_batch(bad, known);
  };
  BOOST_TEST(!check_batch({}, known));
  BOOST_TEST(!check_batch(bytes, std::vector<std::uint32_t>{7, unknown_type}));
  BOOST_TEST(!check_batch(bytes, std::vector<std::uint32_t>{7}));
  BOOST_TEST(refused(0, 9));   // longer than the batch
  BOOST_TEST(refused(0, 7));   // a byte is left over
  BOOST_TEST(refused(3, 128)); // no such form
  BOOST_TEST(refused(3, 3));   // asks and answers
  BOOST_TEST(refused(3, 4));   // failed, but no answer
  BOOST_TEST(refused(3, 16));  // the sender is not there
  BOOST_TEST(refused(12, 0));  // to nobody
  BOOST_TEST(!refused(12, 3));
}

BOOST_AUTO_TEST_CASE(what_passes_the_check_stays_in_its_bounds) {
  std::mt19937_64 random(5);
  std::size_t passed = 0;
  for (int round = 0; round < 100; ++round) {
    const auto batch = batch_of(here, random_messages(random, 8));
    for (int flip = 0; flip < 200; ++flip) {
      // Of exactly its size, for the address sanitizer.
      const auto size = batch.records().size() - (flip % 4 == 0 ? random() % 40 : 0);
      auto bytes = std::make_unique<std::byte[]>(size);
      std::memcpy(bytes.get(), batch.records().data(), size);
      bytes[random() % size] ^= static_cast<std::byte>(1 << random() % 8);
      const std::span<const std::byte> records{bytes.get(), size};
      const auto n = check_batch(records, known);
      if (!n)
        continue;
      ++passed;
      batch_reader reader(records, here);
      std::uint32_t seen = 0;
      for (record r; reader.next(r); ++seen)
        BOOST_REQUIRE(r.payload.data() + r.payload.size() <= bytes.get() + size);
      BOOST_REQUIRE(seen == *n);
    }
  }
  BOOST_TEST(passed > 0u);
}
