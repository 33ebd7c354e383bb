// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE protocol_credit
#include <boost/test/unit_test.hpp>

#include <deque>

#include "link_world.hpp"

using namespace link_world;

namespace {

constexpr window_sizes small{20, 1000, 3000};

} // namespace

BOOST_AUTO_TEST_CASE(a_window_ends_where_it_says) {
  send_window w(small);
  BOOST_TEST(w.has_room(20, 1000));
  BOOST_TEST(!w.has_room(21, 1));
  BOOST_TEST(!w.has_room(1, 1001));
  w.sent_batch(5, 900);
  BOOST_TEST(w.has_room(15, 100));
  BOOST_TEST(!w.has_room(15, 101));
  BOOST_TEST(w.grant({5, 5, 900, 0}));
  BOOST_TEST(w.has_room(20, 1000));
}

BOOST_AUTO_TEST_CASE(a_large_message_takes_its_credit_at_its_beginning) {
  send_window w(small);
  BOOST_TEST(w.has_bulk_room(3000));
  BOOST_TEST(!w.has_bulk_room(3001));
  w.began_bulk(2000);
  BOOST_TEST(!w.has_bulk_room(1001));
  BOOST_TEST(w.sent().received == 0u);
  w.ended_bulk();
  BOOST_TEST(w.sent().received == 1u);
  BOOST_TEST(w.grant({1, 1, 0, 2000}));
  BOOST_TEST(w.has_bulk_room(3000));
}

BOOST_AUTO_TEST_CASE(a_grant_that_cannot_be_is_refused) {
  send_window w(small);
  w.sent_batch(10, 500);
  BOOST_TEST(!w.grant({11, 0, 0, 0}));
  BOOST_TEST(!w.grant({0, 11, 0, 0}));
  BOOST_TEST(!w.grant({0, 0, 501, 0}));
  BOOST_TEST(!w.grant({0, 0, 0, 1}));
  BOOST_TEST(w.grant({6, 5, 250, 0}));
  BOOST_TEST(w.grant({6, 5, 250, 0}));
  BOOST_TEST(!w.grant({5, 5, 250, 0}));
  BOOST_TEST(!w.grant({6, 4, 250, 0}));
  BOOST_TEST(!w.grant({6, 5, 249, 0}));
  BOOST_TEST((w.granted() == credit{6, 5, 250, 0}));
}

BOOST_AUTO_TEST_CASE(a_receiver_knows_what_it_granted) {
  receive_window w(small);
  BOOST_TEST(w.arrived(10, 1000));
  w.consumed(10, 1000);
  receive_window late = w;
  BOOST_TEST(!late.arrived(1, 1)); // consumed, but the sender cannot know
  static_cast<void>(w.take_grant());
  BOOST_TEST(w.arrived(20, 1000));
  BOOST_TEST(!w.arrived(1, 0));
  receive_window bulk(small);
  BOOST_TEST(bulk.began_bulk(3000));
  BOOST_TEST(!bulk.began_bulk(1));
}

BOOST_AUTO_TEST_CASE(credit_travels) {
  const credit c{1, 2, 3, std::uint64_t{1} << 63};
  const buffer frame = frame_of(c);
  const auto payload = frame.bytes().subspan(frame_header_bytes);
  BOOST_TEST((read_credit(payload) == c));
  BOOST_TEST(!read_credit(payload.first(31)));
}

// A sender and a receiver with a channel of any delay between them. Whatever is sent, consumed and
// granted in whatever order: never more than a window is held, no honest peer is refused, and as
// long as shards consume, everything arrives.
BOOST_AUTO_TEST_CASE(windows_hold_and_never_stall) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    std::mt19937_64 random(seed);
    send_window sender(small);
    receive_window receiver(small);
    struct batch {
      std::uint64_t messages, bytes;
    };
    std::deque<batch> wire, held;
    std::deque<credit> back;
    std::uint64_t held_bytes = 0, held_messages = 0, to_send = 60, idle = 0;
    // At most half a window each, as largest batches are.
    auto next = [&] { return batch{1 + random() % 10, random() % 501}; };
    batch waiting = next();
    while ((to_send != 0 || !wire.empty() || !held.empty()) && idle < 1000) {
      ++idle;
      switch (random() % 4) {
      case 0:
        if (to_send != 0 && sender.has_room(waiting.messages, waiting.bytes)) {
          sender.sent_batch(waiting.messages, waiting.bytes);
          wire.push_back(waiting);
          waiting = next();
          --to_send;
          idle = 0;
        }
        break;
      case 1:
        if (!wire.empty()) {
          BOOST_REQUIRE(receiver.arrived(wire.front().messages, wire.front().bytes));
          held_bytes += wire.front().bytes;
          held_messages += wire.front().messages;
          held.push_back(wire.front());
          wire.pop_front();
          BOOST_REQUIRE(held_bytes <= small.bytes);
          BOOST_REQUIRE(held_messages <= small.messages);
        }
        break;
      case 2:
        if (!held.empty()) {
          const auto at = held.begin() + static_cast<std::ptrdiff_t>(random() % held.size());
          receiver.consumed(at->messages, at->bytes);
          held_bytes -= at->bytes;
          held_messages -= at->messages;
          held.erase(at);
          if (receiver.is_urgent()) // no clock here: nothing else makes it tell
            back.push_back(receiver.take_grant());
        }
        break;
      default:
        if (!back.empty()) {
          BOOST_REQUIRE(sender.grant(back.front()));
          back.pop_front();
        }
      }
    }
    BOOST_REQUIRE_MESSAGE(to_send == 0 && held.empty(), "stalled with seed " << seed);
  }
}
