// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE envelope_queue
#include <boost/test/unit_test.hpp>

#include <actors/detail/envelope.hpp>
#include <actors/testing.hpp>
#include <deque>

using namespace actors::detail;

namespace {

struct body {
  std::uint64_t number;
};

struct fixture {
  chunk_pool pool;
  envelope_queue queue;
  explicit fixture(std::uint32_t first_class = 0) : queue{first_class} {}
  ~fixture() { queue.clear(pool); }

  void push(std::uint64_t number, std::uint32_t extra = 0) {
    message_head head{message_index<body>, 0, {1, 2, 3}, {4, 5, 6}, 0};
    const std::uint32_t size = envelope_size(sizeof(body) + extra, 0);
    envelope* e = queue.append(size, pool);
    write_header(e, head, size);
    new (e->payload()) body{number};
  }
  std::uint64_t pop() {
    envelope* e = queue.front(pool);
    BOOST_REQUIRE(e != nullptr);
    auto n = payload<body>::get(e->payload()).number;
    queue.pop(e);
    return n;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_new_queue_is_empty_and_takes_no_memory) {
  fixture f;
  BOOST_TEST(f.queue.empty());
  BOOST_TEST(f.queue.front(f.pool) == nullptr);
}

BOOST_AUTO_TEST_CASE(envelopes_come_out_in_the_order_they_went_in) {
  for (std::uint32_t first_class : {0U, 1U, 2U}) {
    fixture f{first_class};
    for (std::uint64_t i = 0; i < 10'000; ++i) f.push(i);
    BOOST_TEST(!f.queue.empty());
    for (std::uint64_t i = 0; i < 10'000; ++i) BOOST_REQUIRE(f.pop() == i);
    BOOST_TEST(f.queue.front(f.pool) == nullptr);
    BOOST_TEST(f.queue.empty());
  }
}

BOOST_AUTO_TEST_CASE(the_front_stays_where_it_is_while_more_is_appended) {
  fixture f;
  f.push(7);
  envelope* front = f.queue.front(f.pool);
  for (std::uint64_t i = 0; i < 5'000; ++i) f.push(i);
  BOOST_TEST(f.queue.front(f.pool) == front);
  BOOST_TEST(payload<body>::get(front->payload()).number == 7U);
}

BOOST_AUTO_TEST_CASE(a_mix_of_sizes_up_to_the_largest_inline_message_fits) {
  fixture f;
  for (std::uint32_t extra = 0; extra <= largest_inline_message - sizeof(body); ++extra) f.push(extra, extra);
  for (std::uint32_t extra = 0; extra <= largest_inline_message - sizeof(body); ++extra)
    BOOST_REQUIRE(f.pop() == extra);
}

BOOST_AUTO_TEST_CASE(random_use_agrees_with_a_deque) {
  const std::uint64_t first = actors::testing::seed_from_environment(1);
  for (std::uint64_t seed = first; seed < first + 200; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      actors::testing::random_source random{seed};
      fixture f{static_cast<std::uint32_t>(random.below(3))};
      std::deque<std::uint64_t> reference;
      std::uint64_t next = 0;
      for (int phase = 0; phase < 40; ++phase) {
        const std::uint64_t bias = 1 + random.below(5);
        for (int step = 0; step < 200; ++step) {
          if (random.below(6) >= bias) {
            f.push(next, static_cast<std::uint32_t>(random.one_in(10) ? random.below(900) : 0));
            reference.push_back(next++);
          } else {
            envelope* e = f.queue.front(f.pool);
            BOOST_REQUIRE((e == nullptr) == reference.empty());
            if (e == nullptr) continue;
            BOOST_REQUIRE(payload<body>::get(e->payload()).number == reference.front());
            f.queue.pop(e);
            reference.pop_front();
          }
          BOOST_REQUIRE(f.queue.empty() == reference.empty());
        }
        std::vector<std::uint64_t> seen;
        f.queue.for_each([&](envelope& e) {
          seen.push_back(payload<body>::get(e.payload()).number);
          return true;
        });
        BOOST_REQUIRE(std::equal(seen.begin(), seen.end(), reference.begin(), reference.end()));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_relocated_envelope_keeps_header_request_and_payload) {
  struct text {
    std::string value;
  };
  message_head head{message_type_of<text>().index, flag::asks, {1, 2, 3}, {4, 5, 6}, 77};
  const std::uint32_t size = envelope_size(payload<text>::size, flag::asks);
  alignas(16) char a[256];
  alignas(16) char b[256];
  auto* from = reinterpret_cast<envelope*>(a);
  auto* to = reinterpret_cast<envelope*>(b);
  write_header(from, head, size);
  payload<text>::construct(from->payload(), std::string(100, 'x'));
  relocate(to, from);
  BOOST_TEST(to->request() == 77U);
  BOOST_TEST(to->slot == 2U);
  BOOST_TEST((to->sender == actors::actor_id{4, 5, 6}));
  BOOST_TEST(payload<text>::get(to->payload()).value == std::string(100, 'x'));
  destroy_payload(*to);
}
