// SPDX-License-Identifier: BSD-3-Clause
//
// Peers that do what they should not: each is refused, with a line, in bounded time and memory.
#define BOOST_TEST_MODULE protocol_link_hostile
#include <boost/test/unit_test.hpp>

#include <malloc.h>

#include "link_world.hpp"

using namespace link_world;

namespace {

/// What an orderly exchange looks like from one side: all that the other was given, in order.
struct recording {
  std::vector<std::byte> to_a, to_b;
};

struct exchange {
  exchange()
      : a(make_node(1, "eu-1"), facts(link_role::connector, 1)),
        b(make_node(2, "eu-2"), facts(link_role::acceptor, 2)) {
    begin(a, b);
  }
  /// Runs to the end; the byte at `flip_at` of what `b` is given is flipped.
  void run(std::size_t flip_at = SIZE_MAX, int bit = 0) {
    for (int turn = 0; turn < 12; ++turn) {
      for (side* s : {&a, &b})
        if (s->introduced && s->may_open && s->closed == 0)
          s->ends.open(0s);
      if (turn == 6)
        static_cast<void>(a.ends.send(batch_of(2, {{head_to(2, 1), bytes_of(20)}}), 0s));
      a.obey();
      auto given = std::exchange(a.given, {});
      if (flip_at >= seen && flip_at < seen + given.size())
        given[flip_at - seen] ^= static_cast<std::byte>(1 << bit);
      seen += given.size();
      a.ends.written(given.size(), 0s);
      if (!given.empty())
        b.ends.arrived(given, 0s);
      b.obey();
      carry(b, a, SIZE_MAX, SIZE_MAX, 0s);
    }
  }
  side a, b;
  std::size_t seen = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(every_flipped_bit_ends_the_link_or_delivers_nothing) {
  exchange clean;
  clean.run();
  BOOST_REQUIRE(clean.b.messages.size() == 1u);
  for (std::size_t at = 0; at < clean.seen; ++at)
    for (int bit = 0; bit < 8; bit += at < 400 ? 1 : 3) {
      exchange e;
      e.run(at, bit);
      BOOST_REQUIRE_MESSAGE(e.b.messages.empty(), "byte " << at << " bit " << bit);
      BOOST_REQUIRE(e.b.closed + (e.b.ends.now_in() == protocol::link::phase::shaking) +
                        (e.b.ends.now_in() == protocol::link::phase::open) ==
                    1);
      if (e.b.closed != 0)
        BOOST_REQUIRE(!e.b.ends.line().empty());
    }
}

BOOST_AUTO_TEST_CASE(random_bytes_are_refused_at_once) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 3000; ++i) {
    side b(make_node(2, "eu-2"), facts(link_role::acceptor, 2));
    b.ends.begin(0s);
    b.ends.arrived(bytes_of(16 + random() % 3000, random()), 0s);
    b.obey();
    BOOST_REQUIRE((b.ends.why() == refusal::not_a_link));
    BOOST_REQUIRE(b.closed == 1);
    BOOST_REQUIRE(b.given.size() <= 32u); // a refusal, no more
  }
}

BOOST_AUTO_TEST_CASE(a_request_of_another_protocol_is_no_link) {
  side b(make_node(2, "eu-2"), facts(link_role::acceptor, 2));
  b.ends.begin(0s);
  const std::string_view http = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  b.ends.arrived(std::as_bytes(std::span{http.data(), http.size()}), 0s);
  BOOST_TEST((b.ends.why() == refusal::not_a_link));
  BOOST_TEST(b.ends.line() == "node eu-2: refused 10.0.0.9:51234: frame 0: not_a_link");
}

BOOST_AUTO_TEST_CASE(one_byte_a_second_does_not_hold_a_connection) {
  side a(make_node(1, "eu-1"), facts(link_role::connector, 1));
  side b(make_node(2, "eu-2"), facts(link_role::acceptor, 2));
  begin(a, b);
  a.obey();
  duration now = 0s;
  while (b.closed == 0 && now < 60s) {
    carry(a, b, 1, 1, now);
    now += 1s;
    b.ends.tick(now);
    b.obey();
  }
  BOOST_TEST((b.ends.why() == refusal::too_slow));
  BOOST_TEST((now == 2s));
}

BOOST_AUTO_TEST_CASE(a_thousand_half_open_connections_take_little_memory_and_time) {
  const auto node = make_node(2, "eu-2");
  const auto before = mallinfo2();
  std::vector<std::unique_ptr<side>> all;
  for (int i = 0; i < 1000; ++i) {
    all.push_back(std::make_unique<side>(node, facts(link_role::acceptor, 2)));
    all.back()->ends.begin(0s);
    if (i % 3 == 1) { // a frame that promises more than it brings
      std::vector<std::byte> bytes(frame_header_bytes + largest_unproved);
      seal_frame(bytes, frame_kind::handshake, 0);
      all.back()->ends.arrived(std::span{bytes}.first(1500), 0s);
    }
    if (i % 3 == 2) { // a greeting, and then nothing
      buffer frame = frame_of(greeting{});
      seal_frame({frame.data(), frame.size()}, frame_kind::handshake, 0);
      all.back()->ends.arrived(frame.bytes(), 0s);
    }
    all.back()->obey();
  }
  const auto after = mallinfo2();
  const auto used = (after.uordblks + after.hblkhd - before.uordblks - before.hblkhd) / 1000;
  BOOST_TEST_MESSAGE("bytes for one half-open connection: " << used);
  BOOST_TEST(used < 8000u);
  for (auto& s : all) {
    BOOST_TEST((s->wake_at <= 2s));
    s->ends.tick(2s);
    s->obey();
    BOOST_REQUIRE((s->ends.why() == refusal::too_slow));
  }
}

namespace {

/// An open link, and a peer of which only the frames are real.
struct victim {
  victim() {
    e.run();
    frames = static_cast<std::uint64_t>(e.a.frames);
    e.b.messages.clear();
  }
  void say(frame_kind kind, std::span<const std::byte> payload) {
    std::vector<std::byte> bytes(frame_header_bytes);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    seal_frame(bytes, kind, frames++);
    e.b.ends.arrived(bytes, 0s);
    e.b.obey();
  }
  [[nodiscard]] refusal why() const { return e.b.ends.why(); }

  exchange e;
  std::uint64_t frames;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_proved_peer_is_held_to_the_rules_too) {
  const auto batch = batch_of(2, {{head_to(2, 1), bytes_of(20)}});
  auto refused = [&](frame_kind kind, std::span<const std::byte> payload) {
    victim v;
    v.say(kind, payload);
    return v.why();
  };
  BOOST_TEST((refused(frame_kind::batch, batch.records()) == refusal::none));
  BOOST_TEST((refused(frame_kind::batch, batch.records().first(30)) == refusal::malformed));
  BOOST_TEST((refused(frame_kind::batch, {}) == refusal::malformed));
  BOOST_TEST((refused(frame_kind::handshake, bytes_of(40)) == refusal::unexpected));
  BOOST_TEST((refused(frame_kind::credit, bytes_of(32)) == refusal::bad_credit));
  BOOST_TEST((refused(frame_kind::credit, bytes_of(31)) == refusal::malformed));
  BOOST_TEST((refused(frame_kind::chunk, bytes_of(100)) == refusal::bad_chunk));
  BOOST_TEST((refused(frame_kind::control, {}) == refusal::malformed));
  BOOST_TEST((refused(frame_kind::control, bytes_of(9, 4)) == refusal::malformed));
}

BOOST_AUTO_TEST_CASE(a_peer_that_gave_the_handshake_up_before_it_heard_of_its_end_is_not_broken) {
  victim v;
  const buffer frame = frame_of_refusal("no word of the opening within its time");
  v.say(frame_kind::handshake, frame.bytes().subspan(frame_header_bytes));
  BOOST_TEST((v.why() == refusal::by_peer));
}

BOOST_AUTO_TEST_CASE(a_type_that_was_not_agreed_is_refused) {
  auto head = head_to(2, 1);
  head.type = 2;
  victim v;
  v.say(frame_kind::batch, batch_of(2, {{head, bytes_of(4)}}).records());
  BOOST_TEST((v.why() == refusal::malformed));
}

BOOST_AUTO_TEST_CASE(more_than_the_window_is_refused) {
  victim v;
  const auto batch = batch_of(2, {{head_to(2, 1), bytes_of(100'000)}});
  int n = 0;
  while (v.why() == refusal::none && n < 100) {
    v.say(frame_kind::batch, batch.records());
    ++n;
  }
  BOOST_TEST((v.why() == refusal::window_exceeded));
  BOOST_TEST(n == (3 << 20) / 100'032 + 1);

  victim large;
  for (std::uint64_t number = 0; number < 5 && large.why() == refusal::none; ++number) {
    const auto m =
        std::make_shared<const outgoing_large>(large_of({head_to(2, 1), bytes_of(1 << 20)}));
    chunk_cutter cutter(m, number, 2);
    for (bool last = false; !last && large.why() == refusal::none;) {
      const auto c = cutter.next(1 << 19);
      std::vector<std::byte> payload(c.head.bytes().begin() + frame_header_bytes,
                                     c.head.bytes().end());
      payload.insert(payload.end(), c.body.begin(), c.body.end());
      large.say(frame_kind::chunk, payload);
      last = c.is_last;
    }
  }
  BOOST_TEST((large.why() == refusal::window_exceeded));
  BOOST_TEST(large.e.b.messages.size() == 4u);
}

BOOST_AUTO_TEST_CASE(messages_after_a_goodbye_are_refused) {
  victim v;
  const std::vector<std::byte> goodbye{std::byte{3}};
  static_cast<void>(v.e.b.ends.send(batch_of(1, {{head_to(1, 1), bytes_of(20)}}), 0s));
  v.say(frame_kind::control, goodbye);
  BOOST_TEST((v.e.b.ends.now_in() == protocol::link::phase::leaving));
  v.say(frame_kind::batch, batch_of(2, {{head_to(2, 1), bytes_of(20)}}).records());
  BOOST_TEST((v.why() == refusal::unexpected));
}

BOOST_AUTO_TEST_CASE(a_flood_of_pings_makes_no_queue) {
  victim v;
  v.e.b.given.clear();
  std::vector<std::byte> ping(9);
  ping[0] = std::byte{1};
  for (int i = 0; i < 100'000; ++i) {
    std::vector<std::byte> bytes(frame_header_bytes);
    bytes.insert(bytes.end(), ping.begin(), ping.end());
    seal_frame(bytes, frame_kind::control, v.frames++);
    v.e.b.ends.arrived(bytes, 0s); // and the transport takes nothing
  }
  v.e.b.obey();
  BOOST_TEST((v.why() == refusal::none));
  BOOST_TEST(v.e.b.given.size() <= (256u << 10) + 64);
}

BOOST_AUTO_TEST_CASE(a_large_message_that_stops_is_given_up) {
  victim v;
  const auto m =
      std::make_shared<const outgoing_large>(large_of({head_to(2, 1), bytes_of(2 << 20)}));
  const auto c = chunk_cutter(m, 0, 2).next(1000);
  std::vector<std::byte> payload(c.head.bytes().begin() + frame_header_bytes, c.head.bytes().end());
  payload.insert(payload.end(), c.body.begin(), c.body.end());
  v.say(frame_kind::chunk, payload);
  for (duration now = 0s; now < 30s; now += 400ms) {
    v.e.b.ends.arrived({}, now);
    v.e.b.ends.tick(now);
    BOOST_REQUIRE((v.why() == refusal::none));
  }
  v.e.b.ends.tick(30s);
  BOOST_TEST((v.why() == refusal::stalled));
}
