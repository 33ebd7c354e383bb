// SPDX-License-Identifier: BSD-3-Clause
//
// One node's machine: the world's part is played by hand. Many of them together are in
// tests/simulation.
#define BOOST_TEST_MODULE membership
#include <boost/test/unit_test.hpp>

#include "protocol/membership/membership.hpp"

using namespace actors;
using namespace actors::protocol;

namespace {

member node(std::uint64_t id, std::string address = {}) {
  member m;
  m.id = node_id{id};
  m.address = address.empty() ? "n" + std::to_string(id) : std::move(address);
  m.name = m.address;
  return m;
}

membership_options with_seeds(std::vector<std::string> seeds) {
  membership_options o;
  o.joining.seeds = std::move(seeds);
  return o;
}

template <class Order>
std::vector<Order> take(membership& m) {
  std::vector<Order> result;
  for (order& o : m.take_orders())
    if (auto* found = std::get_if<Order>(&o))
      result.push_back(std::move(*found));
  return result;
}

message from(std::uint64_t sender, const membership& to, message_kind kind,
             std::vector<member> members = {}) {
  message m;
  m.kind = kind;
  m.from = node_id{sender};
  m.to = to.self();
  m.cluster = to.cluster();
  m.members = std::move(members);
  return m;
}

member up(std::uint64_t id) {
  member m = node(id);
  m.state = member_state::up;
  m.up_number = static_cast<std::uint32_t>(id);
  return m;
}

/// Node 1 founds a cluster; the others are up, as it is told.
membership cluster_of(std::uint64_t count) {
  membership m{node(1), {}, 1};
  m.tick(0s);
  std::vector<member> others;
  for (std::uint64_t id = 2; id <= count; ++id)
    others.push_back(up(id));
  if (!others.empty())
    m.receive(0s, from(2, m, message_kind::gossip, others));
  (void)m.take_orders();
  return m;
}

std::vector<member_event> events_of(membership& m, std::uint64_t about) {
  std::vector<member_event> result;
  for (const auto& e : take<publish_event>(m))
    if (e.about.id == node_id{about})
      result.push_back(e.what);
  return result;
}

using events = std::vector<member_event>;

} // namespace

BOOST_AUTO_TEST_CASE(without_seeds_a_node_founds_at_once) {
  membership m{node(1), {}, 1};
  m.tick(5s);
  BOOST_CHECK(events_of(m, 1) == (events{member_event::joined, member_event::up}));
  BOOST_CHECK(m.cluster() == node_id{1});
}

BOOST_AUTO_TEST_CASE(with_seeds_it_asks_them_and_waits_for_all) {
  membership m{node(1, "a"), with_seeds({"a", "b", "c"}), 1};
  m.tick(0s);
  const auto calls = take<send_message>(m);
  BOOST_REQUIRE(calls.size() == 2U);
  BOOST_TEST(calls[0].address == "b");
  for (duration now = 0s; now < 10s; now = m.wake_at()) {
    m.tick(now);
    m.receive(now, from(2, m, message_kind::join_request, {node(2, "b")}));
  }
  BOOST_CHECK(m.now_in() == membership::phase::seeking);
}

BOOST_AUTO_TEST_CASE(a_seed_gives_one_vote_at_a_time) {
  membership m{node(3, "c"), with_seeds({"a", "b", "c"}), 1};
  m.tick(0s);
  (void)m.take_orders();
  const auto vote = [&](std::uint64_t candidate, std::string address, duration now) {
    auto request = from(candidate, m, message_kind::join_request, {node(candidate, address)});
    request.sequence = 1;
    m.receive(now, request);
    for (const auto& s : take<send_message>(m))
      if (s.what.kind == message_kind::join_wait)
        return s.what.about;
    return node_id::none;
  };
  BOOST_CHECK(vote(2, "b", 1ms) == node_id{2});
  BOOST_CHECK(vote(1, "a", 2ms) == node_id{2});
  for (duration now = 0s; now < 4s; now = m.wake_at())
    m.tick(now);
  BOOST_CHECK(vote(1, "a", 4s) == node_id{1});
}

BOOST_AUTO_TEST_CASE(a_joiner_is_up_only_when_all_have_seen_it) {
  membership m = cluster_of(3);
  m.receive(1ms, from(9, m, message_kind::join_request, {node(9)}));
  BOOST_CHECK(events_of(m, 9) == events{member_event::joined});
  auto seen = from(2, m, message_kind::ack);
  seen.about = node_id{2};
  seen.digest = m.table().digest();
  m.receive(2ms, seen);
  seen.from = seen.about = node_id{9};
  m.receive(3ms, seen);
  BOOST_CHECK(events_of(m, 9).empty());
  seen.from = seen.about = node_id{3};
  m.receive(4ms, seen);
  BOOST_CHECK(events_of(m, 9) == events{member_event::up});
  BOOST_TEST(m.table().find(node_id{9})->up_number == 4U);
}

BOOST_AUTO_TEST_CASE(suspicion_is_refuted_with_a_higher_incarnation) {
  membership m = cluster_of(3);
  member said = *m.table().find(node_id{1});
  said.live = liveness::unreachable;
  said.incarnation = 4;
  m.receive(1ms, from(2, m, message_kind::gossip, {said}));
  BOOST_TEST(m.table().find(node_id{1})->incarnation == 5U);
  std::size_t told = 0;
  for (const auto& s : take<send_message>(m))
    told += !s.what.members.empty() && s.what.members.front().incarnation == 5 ? 1 : 0;
  BOOST_TEST(told >= 2U);
}

BOOST_AUTO_TEST_CASE(who_is_held_for_down_stops_at_once) {
  membership m = cluster_of(3);
  m.receive(1ms, from(2, m, message_kind::gossip, {tombstone(node_id{1})}));
  const auto ends = take<stop_all>(m);
  BOOST_REQUIRE(ends.size() == 1U);
  BOOST_CHECK(ends.front().why == stop_reason::fenced);
  m.tick(10s);
  BOOST_TEST(m.take_orders().empty());
}

BOOST_AUTO_TEST_CASE(another_life_at_an_address_ends_the_one_before_for_good) {
  membership m = cluster_of(3);
  m.receive(1ms, from(9, m, message_kind::join_request, {node(9, "n2")}));
  BOOST_CHECK((m.table().find(node_id{2})->state == member_state::down));
  (void)m.take_orders();
  m.receive(2ms, from(2, m, message_kind::ping));
  const auto replies = take<send_message>(m);
  BOOST_REQUIRE(!replies.empty());
  BOOST_CHECK(replies.front().to == node_id{2});
  BOOST_CHECK((replies.front().what.members.front().state == member_state::down));
}

BOOST_AUTO_TEST_CASE(a_joiner_with_a_bad_record_or_a_taken_id_is_told_so) {
  membership m = cluster_of(3);
  const auto answer = [&](const member& who) {
    m.receive(1ms, from(static_cast<std::uint64_t>(who.id), m, message_kind::join_request, {who}));
    for (const auto& s : take<send_message>(m))
      if (s.what.kind == message_kind::join_refused)
        return s.what.refused;
    return join_refusal::none;
  };
  BOOST_CHECK(answer(node(9, std::string(300, 'a'))) == join_refusal::bad_record);
  BOOST_CHECK(answer(up(9)) == join_refusal::bad_record);
  BOOST_CHECK(answer(node(2, "elsewhere")) == join_refusal::id_taken);
  BOOST_CHECK(answer(node(9, "n1")) == join_refusal::id_taken);
  BOOST_CHECK(answer(node(9)) == join_refusal::none);
  BOOST_TEST(m.refusals().joins == 4U);
}

BOOST_AUTO_TEST_CASE(a_full_table_refuses_and_counts) {
  membership m = cluster_of(1);
  std::vector<member> many;
  for (std::uint64_t id = 2; id <= max_members + 50; ++id)
    many.push_back(up(id));
  m.receive(1ms, from(2, m, message_kind::sync_reply, many));
  BOOST_TEST(m.table().size() == max_members);
  BOOST_TEST(m.refusals().members == 50U);
  m.receive(2ms, from(60'000, m, message_kind::join_request, {node(60'000)}));
  BOOST_TEST(m.refusals().joins == 1U);
}

BOOST_AUTO_TEST_CASE(flaws_are_counted_and_change_nothing) {
  membership m = cluster_of(2);
  const auto before = m.table().digest();
  auto text = from(2, m, message_kind::gossip, {up(7)});
  text.version = 99;
  m.receive(1ms, text);
  text.version = membership_version;
  text.cluster = node_id{77};
  m.receive(1ms, text);
  text.cluster = m.cluster();
  text.to = node_id{5};
  m.receive(1ms, text);
  BOOST_TEST(m.table().digest() == before);
  BOOST_TEST(m.refusals().version == 1U);
  BOOST_TEST(m.refusals().other_cluster == 1U);
  BOOST_TEST(m.refusals().misaddressed == 1U);
}

BOOST_AUTO_TEST_CASE(leaving_waits_for_the_actors_and_for_the_others) {
  membership m = cluster_of(2);
  m.leave(1ms);
  BOOST_CHECK(events_of(m, 1) == events{member_event::leaving});
  auto seen = from(2, m, message_kind::ack);
  seen.about = node_id{2};
  seen.digest = m.table().digest();
  m.receive(2ms, seen);
  BOOST_TEST(take<stop_all>(m).empty());
  m.drained(3ms);
  const auto ends = take<stop_all>(m);
  BOOST_REQUIRE(ends.size() == 1U);
  BOOST_CHECK(ends.front().why == stop_reason::left);
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_makes_nobody_suspect) {
  membership m = cluster_of(5);
  m.tick(100ms);
  m.tick(10s);
  m.tick(10s + 30ms);
  for (const member& other : m.table().members())
    BOOST_CHECK((other.live == liveness::alive));
  BOOST_TEST(m.stalls() == 1U);
}
