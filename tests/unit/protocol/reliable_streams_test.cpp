// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE reliable_streams
#include <boost/test/unit_test.hpp>

#include <map>

#include <actors/testing.hpp>

#include "protocol/reliable/streams.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace std::chrono_literals;

namespace {

using stream = outgoing_stream<int>;

reliable_options few() {
  reliable_options o;
  o.most_waiting = 100;
  o.most_at_once = 8;
  return o;
}

} // namespace

BOOST_AUTO_TEST_CASE(what_is_pushed_is_sent_once_while_nothing_is_lost) {
  stream out{few()};
  for (int i = 0; i < 20; ++i) BOOST_TEST(out.push(i, 0ms));
  int next = 0;
  while (auto p = out.take(1ms)) {
    BOOST_TEST(p->first == static_cast<std::uint64_t>(next));
    for (int item : p->items) BOOST_TEST(item == next++);
  }
  BOOST_TEST(next == 20);
  BOOST_TEST(out.acknowledged(20, 2ms));
  BOOST_TEST(out.waiting() == 0u);
  BOOST_TEST((out.wake_at() == duration::max()));
}

BOOST_AUTO_TEST_CASE(what_is_not_acknowledged_is_sent_again_with_longer_pauses) {
  stream out{few()};
  BOOST_TEST(out.push(1, 0ms));
  std::vector<duration> sent;
  for (duration now = 0ms; now < 1s; now += 1ms)
    if (out.take(now)) sent.push_back(now);
  BOOST_TEST(sent.size() == 4u); // 0, 100, 300 and 700 ms
  BOOST_TEST((sent.back() == 700ms));
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_of_what_was_never_sent_is_refused) {
  stream out{few()};
  BOOST_TEST(out.push(1, 0ms));
  BOOST_TEST(!out.acknowledged(2, 0ms));
  BOOST_TEST(out.acknowledged(1, 0ms));
  BOOST_TEST(out.acknowledged(0, 0ms)); // late
}

BOOST_AUTO_TEST_CASE(too_much_is_refused) {
  stream out{few()};
  for (int i = 0; i < 100; ++i) BOOST_TEST(out.push(i, 0ms));
  BOOST_TEST(!out.push(100, 0ms));
}

BOOST_AUTO_TEST_CASE(what_was_given_up_is_skipped_by_the_receiver) {
  stream out{few()};
  incoming_stream in;
  BOOST_TEST(out.push(1, 0ms));
  BOOST_TEST(out.give_up(59s).empty());
  BOOST_TEST(out.give_up(60s).size() == 1u);
  BOOST_TEST(out.push(2, 61s));
  auto p = out.take(61s);
  BOOST_REQUIRE(p.has_value());
  const auto [skip, count] = in.accept(p->first, p->oldest, p->items.size());
  BOOST_TEST(skip == 0u);
  BOOST_TEST(count == 1u);
}

// Each leg loses, doubles and delays messages, so that they overtake each other; both directions are used.
BOOST_AUTO_TEST_CASE(everything_arrives_once_and_in_order_whatever_is_lost) {
  const std::uint64_t first = testing::seed_from_environment(1);
  for (std::uint64_t seed = first; seed < first + 300; ++seed) {
    testing::random_source random{seed};
    const std::uint64_t loss = 10 + random.below(41); // percent
    struct news {
      std::uint64_t first, oldest, acknowledged;
      std::vector<int> items;
    };
    struct side {
      stream out{few()};
      incoming_stream in;
      int pushed = 0;
      std::vector<int> got;
    } sides[2];
    std::multimap<duration, std::pair<int, news>> network;
    const auto transmit = [&](int to, news n, duration now) {
      for (int copies = random.below(20) == 0 ? 2 : 1; copies > 0; --copies)
        if (random.below(100) >= loss)
          network.emplace(now + std::chrono::microseconds{100 + random.below(30'000)}, std::pair{to, n});
    };
    for (duration now = 0ms; now < 120s; now += 5ms) {
      for (int s = 0; s < 2; ++s) {
        side& me = sides[s];
        if (me.pushed < 200 && random.below(4) == 0 && me.out.push(me.pushed, now)) ++me.pushed;
        BOOST_REQUIRE(me.out.give_up(now).empty());
        while (auto p = me.out.take(now)) {
          (void)me.in.take_debt();
          transmit(1 - s, {p->first, p->oldest, me.in.expected(), p->items}, now);
        }
        if (me.in.take_debt()) transmit(1 - s, {0, 0, me.in.expected(), {}}, now);
      }
      while (!network.empty() && network.begin()->first <= now) {
        auto [to, n] = network.begin()->second;
        network.erase(network.begin());
        side& me = sides[to];
        BOOST_REQUIRE(me.out.acknowledged(n.acknowledged, now));
        const auto [skip, count] = me.in.accept(n.first, n.oldest, n.items.size());
        for (std::size_t k = skip; k < skip + count; ++k) me.got.push_back(n.items[k]);
      }
      if (sides[0].got.size() == 200 && sides[1].got.size() == 200) break;
    }
    for (const side& me : sides) {
      BOOST_REQUIRE_MESSAGE(me.got.size() == 200, "seed " << seed << ": " << me.got.size() << " of 200 came");
      for (int i = 0; i < 200; ++i) BOOST_REQUIRE_MESSAGE(me.got[static_cast<std::size_t>(i)] == i, "seed " << seed);
    }
  }
}
