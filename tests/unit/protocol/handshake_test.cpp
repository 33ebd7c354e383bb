// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE protocol_handshake
#include <boost/test/unit_test.hpp>

#include "link_world.hpp"

using namespace link_world;

namespace {

/// Two nodes that shake hands without frames.
struct pair_of {
  pair_of(std::shared_ptr<local_node> first, std::shared_ptr<local_node> second,
          connection_facts first_facts = facts(link_role::connector, 1),
          connection_facts second_facts = facts(link_role::acceptor, 2))
      : a(std::move(first), std::move(first_facts)), b(std::move(second), std::move(second_facts)) {
    a.begin(0s);
    b.begin(0s);
  }

  void run() {
    for (bool moved = true; moved;) {
      moved = pass(a, b);
      moved |= pass(b, a);
      for (handshake* h : {&a, &b})
        if (h->now_in() == handshake::state::deciding) {
          h->open(0s);
          moved = true;
        }
    }
  }
  bool pass(handshake& from, handshake& to) {
    auto frames = from.take_frames();
    for (const buffer& f : frames) {
      const auto payload = f.bytes().subspan(frame_header_bytes);
      seen.emplace_back(payload.begin(), payload.end());
      by_connector.push_back(&from == &a);
      to.received(payload, 0s);
    }
    return !frames.empty();
  }

  handshake a, b;
  std::vector<std::vector<std::byte>> seen;
  std::vector<bool> by_connector;
};

bool is_open(const handshake& h) { return h.now_in() == handshake::state::open; }

/// Whether the text is anywhere in what travelled.
bool travelled(const pair_of& p, std::string_view text) {
  const auto bytes = std::as_bytes(std::span{text.data(), text.size()});
  return std::ranges::any_of(
      p.seen, [&](const auto& payload) { return !std::ranges::search(payload, bytes).empty(); });
}

} // namespace

BOOST_AUTO_TEST_CASE(two_nodes_introduce_themselves) {
  pair_of p(make_node(1, "eu-1"), make_node(2, "eu-2"));
  p.run();
  BOOST_REQUIRE(is_open(p.a));
  BOOST_REQUIRE(is_open(p.b));
  BOOST_TEST(p.a.peer().name == "eu-2");
  BOOST_TEST(p.b.peer().name == "eu-1");
  BOOST_TEST(p.b.peer().incarnation == 1u);
  BOOST_TEST(p.b.peer().address == "127.0.0.1:4000");
  BOOST_TEST((p.a.peer().labels == labels{{"region", "eu"}}));
  BOOST_TEST((p.a.peer().windows == window_sizes{200'000, 3 << 20, 4 << 20}));
  BOOST_TEST(p.a.token() == p.b.token());
  BOOST_TEST(p.a.token() != 0u);
  BOOST_TEST(!travelled(p, "a secret"));
}

BOOST_AUTO_TEST_CASE(the_smaller_id_decides_whoever_dialled) {
  for (const auto& [first, second] : {std::pair{1, 2}, std::pair{2, 1}}) {
    pair_of p(make_node(static_cast<std::uint64_t>(first), "x"),
              make_node(static_cast<std::uint64_t>(second), "y"));
    for (int i = 0; i < 6; ++i) {
      p.pass(p.a, p.b);
      p.pass(p.b, p.a);
    }
    auto& smaller = first < second ? p.a : p.b;
    auto& larger = first < second ? p.b : p.a;
    BOOST_TEST((smaller.now_in() == handshake::state::deciding));
    BOOST_TEST((larger.now_in() == handshake::state::awaits_open));
    smaller.refuse(refusal::duplicate, "another connection is used");
    p.run();
    BOOST_TEST((larger.why() == refusal::by_peer));
    BOOST_TEST(larger.line().ends_with("refused us: another connection is used"));
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_secret_gets_a_refusal_without_a_reason) {
  auto stranger = make_node(1, "stranger");
  stranger->secret = "a guess";
  pair_of p(stranger, make_node(2, "eu-2"));
  p.run();
  BOOST_TEST((p.b.why() == refusal::wrong_proof));
  BOOST_TEST(p.b.line() ==
             "node eu-2: refused 10.0.0.9:51234: it does not know the cluster's secret");
  BOOST_TEST((p.a.why() == refusal::by_peer));
  BOOST_TEST(p.a.line() ==
             "node stranger: 10.0.0.9:7000 refused us: no reason given; secret, cluster and "
             "version must be the same there and here");
  BOOST_TEST(!travelled(p, "eu-2"));
  BOOST_TEST(!travelled(p, "cell"));
  BOOST_TEST(!travelled(p, "know"));
}

BOOST_AUTO_TEST_CASE(an_impostor_that_listens_is_refused_too) {
  auto impostor = make_node(2, "impostor");
  impostor->secret = "";
  handshake a(make_node(1, "eu-1"), facts(link_role::connector, 1));
  handshake b(impostor, facts(link_role::acceptor, 2));
  a.begin(0s);
  b.begin(0s);
  b.received(a.take_frames()[0].bytes().subspan(frame_header_bytes), 0s);
  a.received(b.take_frames()[0].bytes().subspan(frame_header_bytes), 0s);
  // It does not care for the proof, and answers with what it has.
  const auto body = archived(impostor->me);
  const buffer answer = frame_of_hello(body, bytes32{});
  a.received(answer.bytes().subspan(frame_header_bytes), 0s);
  BOOST_TEST((a.why() == refusal::wrong_proof));
}

BOOST_AUTO_TEST_CASE(another_version_is_refused) {
  handshake b(make_node(2, "eu-2"), facts(link_role::acceptor, 2));
  b.begin(0s);
  const buffer theirs = frame_of(greeting{link_magic, 7, {}});
  b.received(theirs.bytes().subspan(frame_header_bytes), 0s);
  BOOST_TEST((b.why() == refusal::wrong_version));
  BOOST_TEST(b.line() == "node eu-2: refused 10.0.0.9:51234: protocol version 7, expected 1");
  BOOST_TEST(b.take_frames().size() == 1u); // the refusal, no greeting
}

BOOST_AUTO_TEST_CASE(another_cluster_is_refused_by_name) {
  auto other = make_node(1, "eu-1");
  other->me.cluster = "staging";
  pair_of p(other, make_node(2, "eu-2"));
  p.run();
  BOOST_TEST((p.b.why() == refusal::wrong_cluster));
  BOOST_TEST(p.b.line() == "node eu-2: refused 10.0.0.9:51234: cluster 'staging', expected 'test'");
}

BOOST_AUTO_TEST_CASE(a_type_that_differs_is_named_with_both_digests) {
  pair_of p(make_node(1, "eu-1", {{"work", 2}, {"cell", 0x5f3a}}),
            make_node(2, "eu-2", {{"cell", 0x91c0}, {"work", 2}}));
  p.run();
  BOOST_TEST((p.a.why() == refusal::types_differ));
  BOOST_TEST(p.a.line() ==
             "node eu-1: refused 10.0.0.9:7000: type 'cell' differs here (digest 00000000000091c0 "
             "there, 0000000000005f3a here): rebuild both from the same source");
  BOOST_TEST((p.b.why() == refusal::types_differ || p.b.why() == refusal::by_peer));
  BOOST_TEST(p.b.line().find("type 'cell' differs") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_type_that_only_one_has_is_merely_unusable) {
  pair_of p(make_node(1, "eu-1", {{"mine", 5}, {"work", 2}}),
            make_node(2, "eu-2", {{"work", 2}, {"theirs", 6}, {"also", 7}}));
  p.run();
  BOOST_REQUIRE(is_open(p.a));
  BOOST_REQUIRE(is_open(p.b));
  // Indices begin at 10 in both processes.
  BOOST_TEST(p.a.types().to_peer[10] == no_number);
  BOOST_TEST(p.a.types().to_peer[11] == 1);
  BOOST_TEST(p.b.types().from_peer[1] == 10u);
  BOOST_TEST(p.b.types().from_peer[0] == unknown_type);
  BOOST_TEST(p.a.types().from_peer[0] == 11u);
  BOOST_TEST(p.a.types().from_peer[2] == unknown_type);
}

BOOST_AUTO_TEST_CASE(a_node_that_meets_itself_is_refused) {
  pair_of p(make_node(2, "eu-2"), make_node(2, "eu-2"));
  p.run();
  BOOST_TEST((p.b.why() == refusal::itself));
}

BOOST_AUTO_TEST_CASE(another_channel_breaks_the_proof) {
  auto inside = facts(link_role::connector, 1), outside = facts(link_role::acceptor, 2);
  inside.binding = "the channel to the relay";
  outside.binding = "the channel from the relay";
  pair_of p(make_node(1, "eu-1"), make_node(2, "eu-2"), inside, outside);
  p.run();
  BOOST_TEST((p.b.why() == refusal::wrong_proof));
}

BOOST_AUTO_TEST_CASE(a_recorded_handshake_cannot_be_replayed) {
  for (const link_role role : {link_role::connector, link_role::acceptor}) {
    // What the victim's peer said to it the first time.
    pair_of recorded(make_node(1, "eu-1"), make_node(2, "eu-2"));
    recorded.run();
    const bool dials = role == link_role::connector;
    handshake victim(make_node(dials ? 1 : 2, "victim"), facts(role, 9));
    victim.begin(0s);
    for (std::size_t i = 0; i < recorded.seen.size(); ++i)
      if (recorded.by_connector[i] != dials)
        victim.received(recorded.seen[i], 0s);
    BOOST_TEST((victim.why() == refusal::wrong_proof));
    BOOST_TEST(!victim.is_proved());
  }
}

BOOST_AUTO_TEST_CASE(what_a_node_says_cannot_be_reflected_to_it) {
  const auto node = make_node(2, "eu-2");
  handshake connector(node, facts(link_role::connector, 1));
  connector.begin(0s);
  connector.received(connector.take_frames()[0].bytes().subspan(frame_header_bytes), 0s);
  BOOST_TEST((connector.why() == refusal::itself));

  // Two connections to the same node: what it says as connector is said to it as acceptor.
  handshake dials(node, facts(link_role::connector, 3)),
      accepts(node, facts(link_role::acceptor, 4));
  dials.begin(0s);
  accepts.begin(0s);
  accepts.received(dials.take_frames()[0].bytes().subspan(frame_header_bytes), 0s);
  dials.received(accepts.take_frames()[0].bytes().subspan(frame_header_bytes), 0s);
  const auto hello = dials.take_frames();
  dials.received(hello[0].bytes().subspan(frame_header_bytes), 0s);
  BOOST_TEST((dials.why() == refusal::wrong_proof)); // its own proof, for the other role
  accepts.received(hello[0].bytes().subspan(frame_header_bytes), 0s);
  BOOST_TEST((accepts.why() == refusal::itself));
}

BOOST_AUTO_TEST_CASE(every_altered_byte_before_the_proof_ends_the_handshake) {
  // The checks of frames are out of the way: this is for someone who can make them.
  pair_of clean(make_node(1, "eu-1"), make_node(2, "eu-2"));
  clean.run();
  for (std::size_t which = 0; which < clean.seen.size(); ++which)
    for (std::size_t at = 0; at < clean.seen[which].size(); ++at) {
      pair_of p(make_node(1, "eu-1"), make_node(2, "eu-2"));
      std::size_t count = 0;
      auto pass = [&](handshake& from, handshake& to) {
        auto frames = from.take_frames();
        for (buffer& f : frames) {
          if (count++ == which && frame_header_bytes + at < f.size())
            f.data()[frame_header_bytes + at] ^= std::byte{0x10};
          to.received(f.bytes().subspan(frame_header_bytes), 0s);
        }
        return !frames.empty();
      };
      for (bool moved = true; moved;) {
        moved = pass(p.a, p.b);
        moved |= pass(p.b, p.a);
        for (handshake* h : {&p.a, &p.b})
          if (h->now_in() == handshake::state::deciding)
            h->open(0s);
      }
      // The last message, `open`, has one byte: damaged, it is refused as well.
      BOOST_REQUIRE_MESSAGE(!is_open(p.a) || !is_open(p.b), "message " << which << " byte " << at);
    }
}

BOOST_AUTO_TEST_CASE(each_state_has_a_deadline) {
  auto node = make_node(2, "eu-2");
  handshake silent(node, facts(link_role::acceptor, 2));
  silent.begin(10s);
  BOOST_TEST((silent.deadline() == 12s));
  silent.tick(11999ms);
  BOOST_TEST((silent.why() == refusal::none));
  silent.tick(12s);
  BOOST_TEST((silent.why() == refusal::too_slow));
  BOOST_TEST(silent.line() == "node eu-2: refused 10.0.0.9:51234: no greeting within its time");

  pair_of p(make_node(1, "eu-1"), node);
  p.pass(p.a, p.b);
  p.b.tick(3s);
  BOOST_TEST(p.b.line().ends_with("no hello within its time"));

  pair_of q(make_node(1, "eu-1"), node);
  q.pass(q.a, q.b);
  q.pass(q.b, q.a);
  q.pass(q.a, q.b);
  q.b.tick(6s);
  BOOST_TEST(q.b.line().ends_with("no table of types within its time"));

  pair_of r(make_node(1, "eu-1"), node);
  for (int i = 0; i < 4; ++i) {
    r.pass(r.a, r.b);
    r.pass(r.b, r.a);
  }
  r.a.tick(6s);
  r.b.tick(6s);
  BOOST_TEST((r.a.why() == refusal::too_slow)); // nobody decided
  BOOST_TEST(r.b.line().ends_with("it was not opened within its time"));
}

BOOST_AUTO_TEST_CASE(steps_out_of_turn_are_refused) {
  pair_of clean(make_node(1, "eu-1"), make_node(2, "eu-2"));
  clean.run();
  for (const auto& payload : clean.seen) {
    handshake late(make_node(2, "eu-2"), facts(link_role::acceptor, 2));
    late.begin(0s);
    late.received(clean.seen[0], 0s);
    late.received(payload, 0s);
    BOOST_TEST(!late.is_introduced());
  }
  handshake h(make_node(2, "eu-2"), facts(link_role::acceptor, 2));
  h.begin(0s);
  h.received(std::vector<std::byte>{std::byte{4}}, 0s); // open
  BOOST_TEST((h.why() == refusal::unexpected));
}

BOOST_AUTO_TEST_CASE(a_refusal_cannot_forge_lines_in_the_log) {
  pair_of p(make_node(1, "eu-1"), make_node(2, "eu-2"));
  for (int i = 0; i < 4; ++i) {
    p.pass(p.a, p.b);
    p.pass(p.b, p.a);
  }
  p.a.refuse(refusal::duplicate, "x\nnode eu-2: all is well\x1b[0m" + std::string(1000, 'y'));
  p.pass(p.a, p.b);
  BOOST_TEST(p.b.line().find('\n') == std::string::npos);
  BOOST_TEST(p.b.line().find('\x1b') == std::string::npos);
  BOOST_TEST(p.b.line().size() < 600u);
}

BOOST_AUTO_TEST_CASE(how_the_last_connection_ended_is_told) {
  auto first = facts(link_role::connector, 1), second = facts(link_role::acceptor, 2);
  first.expected_node = 2;
  first.previous = [](std::uint64_t node) { return previous_connection{node + 100, 7}; };
  second.previous = [](std::uint64_t node) { return previous_connection{node + 200, 9}; };
  pair_of p(make_node(1, "eu-1"), make_node(2, "eu-2"), first, second);
  p.run();
  BOOST_TEST(p.b.peer().previous.token == 102u);
  BOOST_TEST(p.b.peer().previous.received == 7u);
  BOOST_TEST(p.a.peer().previous.token == 201u);
}

BOOST_AUTO_TEST_CASE(one_connection_is_chosen) {
  hello newcomer;
  newcomer.incarnation = 5;
  BOOST_TEST((choose({}, newcomer) == choice::open));
  BOOST_TEST((choose(standing_connection{77, 5}, newcomer) == choice::refuse));
  BOOST_TEST((choose(standing_connection{77, 4}, newcomer) == choice::replace));
  BOOST_TEST((choose(standing_connection{77, 6}, newcomer) == choice::refuse));
  newcomer.previous.token = 77; // it has lost that one
  BOOST_TEST((choose(standing_connection{77, 5}, newcomer) == choice::replace));
  BOOST_TEST((choose(standing_connection{78, 5}, newcomer) == choice::refuse));
}

BOOST_AUTO_TEST_CASE(a_node_is_checked_before_it_speaks) {
  auto refused = [](auto change, std::string_view words) {
    hello h = make_node(1, "eu-1")->me;
    change(h);
    const auto said = check(h);
    return !said && said.error().what.find(words) != std::string::npos;
  };
  BOOST_TEST(check(make_node(1, "eu-1")->me).has_value());
  BOOST_TEST(refused([](hello& h) { h.cluster = ""; }, "cluster"));
  BOOST_TEST(refused([](hello& h) { h.name = std::string(65, 'x'); }, "name"));
  BOOST_TEST(refused([](hello& h) { h.node = 0; }, "id"));
  BOOST_TEST(refused([](hello& h) { h.node = std::uint64_t{1} << 48; }, "id"));
  BOOST_TEST(refused([](hello& h) { h.address = std::string(300, 'x'); }, "address"));
  BOOST_TEST(refused([](hello& h) { h.labels.assign(65, {"a", "b"}); }, "labels"));
  BOOST_TEST(refused([](hello& h) { h.labels.assign(1, {"", "b"}); }, "label"));
  BOOST_TEST(refused([](hello& h) { h.labels.assign(60, {"a", std::string(99, 'x')}); }, "in all"));
  BOOST_TEST(refused([](hello& h) { h.windows.bytes = 1; }, "window"));
  BOOST_TEST(refused([](hello& h) { h.windows.messages = 1; }, "window"));
  BOOST_TEST(refused([](hello& h) { h.windows.bulk = 1; }, "window"));
}
