// SPDX-License-Identifier: BSD-3-Clause
//
// Reliable tells between two nodes, over real links.
#define BOOST_TEST_MODULE cluster_reliable
#include <boost/test/unit_test.hpp>

#include <actors/actors.hpp>
#include <actors/reliable.hpp>

#include "two_nodes.hpp"
#include "waiting.hpp"

using namespace actors;
using namespace std::chrono_literals;

namespace {

struct next {
  std::uint32_t number;
  std::string text;
};
struct seen {};

class in_order : public actor<in_order> {
public:
  using handles = messages<next, seen>;
  void on(const next& n) {
    if (n.number != count_++ || n.text != "number " + std::to_string(n.number)) ++wrong_;
    from_ = sender();
  }
  std::tuple<std::uint32_t, std::uint32_t, any_ref> on(seen) const { return {count_, wrong_, from_}; }

private:
  std::uint32_t count_ = 0, wrong_ = 0;
  any_ref from_;
};

struct send_all {
  ref<in_order> to;
  std::uint32_t count;
};
class client : public actor<client> {
public:
  using handles = messages<send_all>;
  void on(send_all s) {
    for (std::uint32_t i = 0; i < s.count; ++i) tell_reliably(s.to, next{i, "number " + std::to_string(i)});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reliable_tells, two_nodes)

BOOST_AUTO_TEST_CASE(they_arrive_once_in_order_and_from_their_sender) {
  auto there = b.spawn<in_order>();
  auto here = a.spawn<client>();
  a.tell(here, send_all{there, 20'000});
  std::tuple<std::uint32_t, std::uint32_t, any_ref> got{};
  BOOST_TEST(waiting::eventually([&] { return std::get<0>(got = b.ask(there, seen{}, 5s).value()) == 20'000; }, 20s));
  BOOST_TEST(std::get<1>(got) == 0u);
  BOOST_TEST((std::get<2>(got) == any_ref{here}));
}

BOOST_AUTO_TEST_CASE(inside_a_node_they_are_ordinary_tells) {
  auto here = a.spawn<in_order>();
  tell_reliably(here, next{0, "number 0"});
  BOOST_TEST(std::get<0>(a.ask(here, seen{}, 5s).value()) == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_for_an_actor_that_has_ended_is_a_dead_letter_there) {
  auto there = b.spawn<in_order>();
  b.kill(there);
  BOOST_TEST(waiting::eventually([&] { return !b.ask(there, seen{}, 5s).result().has_value(); }, 5s));
  auto here = a.spawn<client>();
  const auto before = b.dead_letter_count(errc::no_such_actor);
  a.tell(here, send_all{there, 3});
  BOOST_TEST(waiting::eventually([&] { return b.dead_letter_count(errc::no_such_actor) >= before + 3; }, 5s));
}

BOOST_AUTO_TEST_SUITE_END()
