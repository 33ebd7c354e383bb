// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE protocol_link
#include <boost/test/unit_test.hpp>

#include "link_world.hpp"

using namespace link_world;

namespace {

struct two_nodes {
  explicit two_nodes(link_options options = {})
      : a(make_node(1, "eu-1"), facts(link_role::connector, 1), options),
        b(make_node(2, "eu-2"), facts(link_role::acceptor, 2), options) {
    begin(a, b);
    settle(a, b);
  }
  admission tell(side& from, std::uint32_t slot, std::size_t bytes, actor_id sender = {},
                 std::uint8_t flags = 0) {
    const std::uint64_t to = &from == &a ? 2 : 1;
    return from.ends.send(batch_of(to, {{head_to(to, slot, sender, flags), bytes_of(bytes)}}), now);
  }
  admission tell_large(side& from, std::uint32_t slot, std::size_t bytes, actor_id sender = {}) {
    const std::uint64_t to = &from == &a ? 2 : 1;
    return from.ends.send(large_of({head_to(to, slot, sender), bytes_of(bytes)}), now);
  }
  void run() { settle(a, b, now); }

  side a, b;
  duration now{};
};

std::vector<std::uint32_t> slots(const side& s) {
  std::vector<std::uint32_t> all;
  for (const auto& m : s.messages)
    all.push_back(m.head.target.slot);
  return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(two_links_open_and_carry_messages) {
  two_nodes n;
  BOOST_REQUIRE(n.a.open);
  BOOST_REQUIRE(n.b.open);
  BOOST_TEST(n.a.may_open);
  BOOST_TEST(!n.b.may_open);
  BOOST_TEST((n.tell(n.a, 7, 16) == admission::accepted));
  BOOST_TEST((n.tell(n.b, 8, 16, {1 << 16, 9, 1}, record_form::asks) == admission::accepted));
  n.run();
  BOOST_REQUIRE(n.b.messages.size() == 1u);
  BOOST_REQUIRE(n.a.messages.size() == 1u);
  BOOST_TEST(n.b.messages[0].head.target.slot == 7u);
  BOOST_TEST((n.b.messages[0].payload == bytes_of(16)));
  BOOST_TEST(n.a.messages[0].head.request == 77u);
  BOOST_TEST(n.a.ends.received() == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_before_the_link_is_open) {
  side a(make_node(1, "eu-1"), facts(link_role::connector, 1));
  BOOST_TEST((a.ends.send(batch_of(2, {{head_to(2, 1), bytes_of(8)}}), 0s) == admission::closed));
}

BOOST_AUTO_TEST_CASE(a_closed_window_waits_and_then_overloads) {
  link_options options;
  options.queue_bytes = 1 << 20;
  two_nodes n(options);
  int accepted = 0;
  while (n.tell(n.a, 1, 60'000) == admission::accepted) {
    ++accepted;
    n.run(); // the transport takes everything; nobody consumes
  }
  // The window of 3 MiB, and the queue.
  BOOST_TEST(accepted == (3 << 20) / 60'032 + (1 << 20) / 60'048);
  BOOST_TEST(n.b.messages.size() == (3u << 20) / 60'032);
  BOOST_TEST(n.a.ends.counts().overloaded == 1u);
  BOOST_TEST((n.tell(n.a, 1, 60'000, {}, record_form::vital) == admission::accepted));
  n.b.consume_all(n.now);
  n.b.obey();
  n.run();
  BOOST_TEST(n.b.messages.size() == static_cast<std::size_t>(accepted) + 1);
  BOOST_TEST(n.a.ends.queued_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(vital_messages_are_not_dropped_but_end_the_link) {
  link_options options;
  options.queue_bytes = 1 << 20;
  two_nodes n(options);
  while (n.tell(n.a, 1, 60'000, {}, record_form::vital) == admission::accepted)
    n.run();
  n.run();
  BOOST_TEST((n.a.ends.why() == refusal::stuffed));
  BOOST_TEST((n.b.ends.why() == refusal::by_peer));
}

BOOST_AUTO_TEST_CASE(two_full_links_do_not_wait_for_each_other) {
  two_nodes n;
  int sent = 0;
  while (n.tell(n.a, 1, 60'000) == admission::accepted &&
         n.tell(n.b, 1, 60'000) == admission::accepted)
    ++sent;
  for (int round = 0; round < 200; ++round) {
    n.run();
    n.a.consume_all(n.now);
    n.b.consume_all(n.now);
    n.a.obey();
    n.b.obey();
  }
  BOOST_TEST(n.a.messages.size() == static_cast<std::size_t>(sent));
  BOOST_TEST(n.b.messages.size() >= static_cast<std::size_t>(sent));
}

BOOST_AUTO_TEST_CASE(small_messages_pass_between_chunks) {
  link_options options;
  options.pace_bytes = 1; // one frame at a time
  two_nodes n(options);
  BOOST_TEST((n.tell_large(n.a, 1, 3 << 20, {1 << 16, 1, 1}) == admission::accepted));
  carry(n.a, n.b, 200'000, SIZE_MAX, n.now);
  BOOST_TEST((n.tell(n.a, 2, 16, {1 << 16, 2, 1}) == admission::accepted));
  const int before = n.a.frames;
  for (int i = 0; i < 200 && n.b.messages.empty(); ++i)
    carry(n.a, n.b, 1000, SIZE_MAX, n.now);
  BOOST_REQUIRE(!n.b.messages.empty());
  BOOST_TEST(n.a.frames - before <= 2);
  BOOST_TEST(n.b.messages[0].head.target.slot == 2u);
  n.run();
  BOOST_REQUIRE(n.b.messages.size() == 2u);
  BOOST_TEST((n.b.messages[1].payload == bytes_of(3 << 20)));
}

BOOST_AUTO_TEST_CASE(a_large_message_gets_its_share_under_a_flood) {
  link_options options;
  options.pace_bytes = 1;
  two_nodes n(options);
  BOOST_TEST((n.tell_large(n.a, 1, 2 << 20, {1 << 16, 1, 1}) == admission::accepted));
  std::size_t flood = 0;
  while (std::ranges::count(slots(n.b), 1u) == 0) {
    while (n.a.ends.queued_bytes() < (2 << 20) + 200'000)
      BOOST_REQUIRE((n.tell(n.a, 2, 60'000, {1 << 16, 2, 1}) == admission::accepted));
    carry(n.a, n.b, 300'000, SIZE_MAX, n.now);
    n.b.consume_all(n.now);
    n.b.obey();
    carry(n.b, n.a, SIZE_MAX, SIZE_MAX, n.now);
    flood += 300'000;
    std::erase_if(n.b.messages, [](const message& m) { return m.head.target.slot == 2; });
    BOOST_REQUIRE(flood < 100'000'000u);
  }
  // 64 KiB of 320 KiB.
  BOOST_TEST(flood < 15'000'000u);
}

BOOST_AUTO_TEST_CASE(the_order_of_a_sender_and_a_target_holds_across_lanes) {
  const actor_id x{1 << 16, 1, 1}, y{1 << 16, 2, 1};
  link_options options;
  options.pace_bytes = 1;
  two_nodes n(options);
  const std::uint64_t to = 2;
  n.tell(n.a, 1, 60'000, x);
  n.tell(n.a, 1, 60'001, x);
  n.tell_large(n.a, 1, 1 << 20, x);
  // One batch with what must wait and what must not.
  auto batch = batch_of(to, {{head_to(to, 1, x), bytes_of(5)},
                             {head_to(to, 1, y), bytes_of(6)},
                             {head_to(to, 3, x), bytes_of(7)},
                             {head_to(to, 1, x), bytes_of(8)}});
  BOOST_TEST((n.a.ends.send(std::move(batch), n.now) == admission::accepted));
  n.tell_large(n.a, 3, (1 << 20) + 1, y);
  n.tell(n.a, 1, 9, x);
  n.tell(n.a, 3, 10, y);
  n.tell(n.a, 4, 11, y);
  n.run();
  std::vector<std::size_t> from_x_to_1, from_y_to_3, others;
  for (const auto& m : n.b.messages) {
    const bool is_x1 = m.head.sender == x && m.head.target.slot == 1;
    const bool is_y3 = m.head.sender == y && m.head.target.slot == 3;
    (is_x1 ? from_x_to_1 : is_y3 ? from_y_to_3 : others).push_back(m.payload.size());
  }
  BOOST_TEST((from_x_to_1 == std::vector<std::size_t>{60'000, 60'001, 1 << 20, 5, 8, 9}));
  BOOST_TEST((from_y_to_3 == std::vector<std::size_t>{(1 << 20) + 1, 10}));
  BOOST_TEST((others == std::vector<std::size_t>{6, 7, 11}));
  BOOST_TEST(n.a.ends.queued_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_message_that_no_window_holds_is_refused_at_once) {
  two_nodes n;
  BOOST_TEST((n.tell_large(n.a, 1, (4 << 20) + 1) == admission::too_large));
  BOOST_TEST((n.tell_large(n.a, 1, 4 << 20) == admission::accepted));
  n.run();
  BOOST_TEST(n.b.messages.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_cut_tells_what_was_certainly_lost) {
  link_options options;
  options.pace_bytes = 100'000;
  options.credit_after = 20ms;
  two_nodes n(options);
  for (std::uint32_t i = 0; i < 10; ++i)
    n.tell(n.a, i, 40'000);
  n.tell_large(n.a, 10, 1 << 20);
  n.a.obey();
  // Two frames and a half reach the transport; one of them the peer, whose credit says so.
  carry(n.a, n.b, 40'048, SIZE_MAX, n.now);
  n.b.consume_all(n.now);
  n.now = 30ms;
  n.b.ends.tick(n.now);
  n.b.obey();
  carry(n.b, n.a, SIZE_MAX, SIZE_MAX, n.now);
  n.a.ends.written(60'000, n.now);
  n.a.ends.cut(n.now);
  n.a.obey();
  BOOST_TEST(n.a.closed == 1);
  BOOST_TEST((n.a.ends.why() == refusal::cut));
  const losses lost = n.a.ends.take_losses();
  BOOST_TEST(lost.confirmed == 1u);
  BOOST_TEST(lost.uncertain == 1u);
  BOOST_REQUIRE(lost.unsent.batches.size() == 8u);
  BOOST_TEST(lost.unsent.large.size() == 1u);
  for (std::uint32_t i = 0; i < 8; ++i) {
    batch_reader reader(lost.unsent.batches[i].records(), 2);
    record r;
    BOOST_REQUIRE(reader.next(r));
    BOOST_TEST(r.head.target.slot == i + 2);
  }
}

BOOST_AUTO_TEST_CASE(a_silent_peer_is_asked_and_then_given_up) {
  two_nodes n;
  n.now = 500ms;
  n.a.ends.tick(n.now);
  n.run();
  BOOST_TEST((n.a.ends.now_in() == protocol::link::phase::open));
  BOOST_TEST(n.a.ends.round_trip().has_value());
  for (n.now = 600ms; n.now < 3500ms; n.now += 100ms) { // nothing is carried
    n.a.ends.tick(n.now);
    BOOST_REQUIRE((n.a.ends.now_in() == protocol::link::phase::open));
  }
  n.a.ends.tick(3500ms);
  n.a.obey();
  BOOST_TEST((n.a.ends.why() == refusal::silent));
  BOOST_TEST(n.a.ends.line() ==
             "node eu-1: closed 10.0.0.9:7000 (node eu-2): nothing came for 3000 ms");
}

BOOST_AUTO_TEST_CASE(a_process_that_was_stopped_does_not_blame_its_peer) {
  two_nodes n;
  n.a.ends.tick(400ms);
  n.a.ends.tick(60s);
  n.a.obey();
  BOOST_TEST((n.a.ends.now_in() == protocol::link::phase::open));
  BOOST_TEST(n.a.wake_at <= 64s);
}

BOOST_AUTO_TEST_CASE(an_idle_link_wakes_twice_a_second) {
  two_nodes n;
  int ticks = 0;
  for (n.now = std::max(n.a.wake_at, n.b.wake_at); n.now < 60s; ++ticks) {
    n.a.ends.tick(n.now);
    n.b.ends.tick(n.now);
    n.run();
    n.now = std::max({n.now + 1ms, std::min(n.a.wake_at, n.b.wake_at)});
  }
  BOOST_TEST(ticks <= 250);
  BOOST_TEST((n.a.ends.now_in() == protocol::link::phase::open));
}

BOOST_AUTO_TEST_CASE(leaving_sends_what_waits_and_loses_nothing) {
  two_nodes n;
  for (std::uint32_t i = 0; i < 60; ++i) {
    n.tell(n.a, i, 60'000);
    n.tell(n.b, i, 60'000);
  }
  n.a.ends.leave(n.now);
  BOOST_TEST((n.tell(n.a, 1, 16) == admission::closed));
  for (int i = 0; i < 20; ++i) {
    n.run();
    n.a.consume_all(n.now);
    n.b.consume_all(n.now);
    n.a.obey();
    n.b.obey();
  }
  BOOST_TEST(n.a.closed == 1);
  BOOST_TEST(n.b.closed == 1);
  BOOST_TEST((n.a.ends.why() == refusal::goodbye));
  BOOST_TEST((n.b.ends.why() == refusal::goodbye));
  BOOST_TEST(n.a.ends.line().empty());
  BOOST_TEST(slots(n.a).size() == 60u);
  BOOST_TEST(slots(n.b).size() == 60u);
  BOOST_TEST(n.a.ends.take_losses().uncertain == 60u - n.a.ends.take_losses().confirmed);
}

BOOST_AUTO_TEST_CASE(a_goodbye_that_is_not_answered_has_a_deadline) {
  two_nodes n;
  n.a.ends.leave(1s);
  n.a.obey();
  for (n.now = 1s; n.now < 6s; n.now += 100ms) {
    carry(n.a, n.b, 0, 1, n.now);
    n.a.ends.arrived({}, n.now); // not silent
    n.a.ends.tick(n.now);
  }
  n.a.ends.tick(6s);
  BOOST_TEST((n.a.ends.why() == refusal::too_slow));
}

BOOST_AUTO_TEST_CASE(a_small_message_waits_behind_few_bytes_of_large_ones) {
  two_nodes n;
  const link_options standard;
  n.tell_large(n.a, 1, 1 << 20);
  n.tell_large(n.a, 2, 1 << 20);
  n.a.obey();
  carry(n.a, n.b, 300'000, 50'000, n.now); // the large ones are well under way
  BOOST_REQUIRE(n.b.messages.empty());
  n.tell(n.a, 3, 64);
  std::size_t passed = 0;
  while (n.b.messages.empty()) {
    const std::size_t moved = carry(n.a, n.b, 1000, 1000, n.now);
    BOOST_REQUIRE(moved != 0);
    passed += moved;
  }
  BOOST_TEST(n.b.messages.front().head.target.slot == 3u);
  // What the transport had, a chunk begun before that was full, and the message.
  BOOST_TEST(passed <= standard.bulk_pace_bytes + standard.chunk_bytes + 2000);
}
