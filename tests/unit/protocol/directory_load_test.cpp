// SPDX-License-Identifier: BSD-3-Clause
//
// Many names and entities: no call takes long, messages stay small, and the figures of the README
// (`--log_level=message`).
#define BOOST_TEST_MODULE directory_load
#include <boost/test/unit_test.hpp>

#include <malloc.h>

#include <algorithm>
#include <ctime>

#include "directory_stage.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace actors::protocol::test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t names = 5'000;
constexpr std::uint32_t entities = 20'000;
#else
constexpr std::uint32_t names = 100'000;
constexpr std::uint32_t entities = 1'000'000;
#endif

/// Of the processor, which others may use meanwhile.
double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::size_t bytes_in_use() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#else
  return mallinfo2().uordblks;
#endif
}

void report(const char* what, std::uint32_t count, double time, std::size_t before) {
  BOOST_TEST_MESSAGE(what << ": " << static_cast<std::uint64_t>(count / time) << " a second, "
                          << (bytes_in_use() - before) / count << " bytes each");
}

std::unique_ptr<directory> one_node() {
  auto d = std::make_unique<directory>(node_id{1}, directory_options{});
  d->observe(0s, member_event::joined, up_member(1));
  d->observe(0s, member_event::up, up_member(1));
  return d;
}

std::string key_of(std::uint32_t i) { return "shop.cart/" + std::to_string(i); }

/// The longest single call, while other members come, go and ask.
struct longest {
  template <class F>
  void call(const F& f) {
    const double begin = seconds();
    f();
    most = std::max(most, (seconds() - begin));
  }
  double most = 0;
};

/// Node 2 asks, node 1 answers; how many outcomes there were.
std::size_t run_all(directory_stage& s, std::uint32_t count,
                    const std::function<void(std::uint32_t)>& ask) {
  constexpr std::uint32_t batch = 1000;
  std::size_t outcomes = 0;
  const auto collect = [&] {
    outcomes += s.take<entity_at>(2).size() + s.take<name_granted>(2).size();
    for (const std::uint64_t node : {1, 2}) {
      (void)s.take<name_known>(node);
      (void)s.take<entity_gone>(node);
    }
  };
  for (std::uint32_t i = 0; i < count; i += batch) {
    for (std::uint32_t j = i; j < std::min(count, i + batch); ++j)
      ask(j);
    s.settle();
    for (const std::uint64_t node : {1, 2})
      for (const auto& what : s.take<activate_entity>(node))
        s[node].activated(s.now(), what.key, what.ticket,
                          actor_of(node, static_cast<std::uint32_t>(what.ticket)));
    s.settle();
    collect();
  }
  s.run(100ms);
  collect();
  return outcomes;
}

} // namespace

BOOST_AUTO_TEST_CASE(names_of_one_node) {
  const std::size_t before = bytes_in_use();
  auto d = one_node();
  const double begin = seconds();
  for (std::uint32_t i = 0; i < names; ++i) {
    (void)d->claim(1s, "service-" + std::to_string(i), actor_of(1, i), "service");
    BOOST_REQUIRE(d->take_orders().size() == 2U);
  }
  report("claims on one node (table, replica and own)", names, (seconds() - begin), before);
}

BOOST_AUTO_TEST_CASE(entities_of_one_node) {
  const std::size_t before = bytes_in_use();
  auto d = one_node();
  const double begin = seconds();
  for (std::uint32_t i = 0; i < entities; ++i) {
    (void)d->resolve(1s, key_of(i));
    for (const auto& o : d->take_orders())
      if (const auto* what = std::get_if<activate_entity>(&o))
        d->activated(1s, what->key, what->ticket, actor_of(1, i));
    BOOST_REQUIRE(!d->take_orders().empty());
  }
  report("activations on one node (table and own)", entities, (seconds() - begin), before);
}

BOOST_AUTO_TEST_CASE(names_of_two_nodes) {
  directory_stage s{2};
  std::size_t largest = 0;
  s.passes = [&](const directory_message& m) {
    largest = std::max(largest, m.items.size());
    return true;
  };
  const double begin = seconds();
  const std::size_t granted = run_all(s, names, [&](std::uint32_t i) {
    (void)s[2].claim(s.now(), "service-" + std::to_string(i), actor_of(2, i), "service");
  });
  BOOST_TEST_MESSAGE("claims from another node: "
                     << static_cast<std::uint64_t>(names / (seconds() - begin))
                     << " a second, both");
  BOOST_TEST(granted == names);
  BOOST_TEST(s[1].desk().names().size() == names);
  BOOST_TEST(largest <= max_directory_items);
}

BOOST_AUTO_TEST_CASE(entities_of_two_nodes_and_a_new_registrar) {
  directory_stage s{2};
  const double begin = seconds();
  const std::size_t found =
      run_all(s, entities, [&](std::uint32_t i) { (void)s[2].resolve(s.now(), key_of(i)); });
  BOOST_TEST_MESSAGE("activations from another node: "
                     << static_cast<std::uint64_t>(entities / (seconds() - begin))
                     << " a second, both");
  BOOST_TEST(found == entities);
  BOOST_TEST(s[1].office()->entities().size() == entities);
  const std::size_t own = s[2].desk().held().entities();

  // All of node 2's are reported, piece by piece; all of node 1's are gone.
  s.crash(1);
  longest step;
  const double change = seconds();
  step.call([&] { s.see(2, 1, member_event::removed); });
  while (s[2].wake_at() <= s.now())
    step.call([&] {
      s[2].tick(s.now());
      (void)s[2].take_orders();
    });
  BOOST_TEST(s[2].is_serving());
  BOOST_TEST(s[2].office()->entities().size() == own);
  BOOST_TEST_MESSAGE("a new registrar has taken over " << own << " entities of its own after "
                                                       << (seconds() - change)
                                                       << " s, longest call " << step.most << " s");
}

BOOST_AUTO_TEST_CASE(entities_that_live_are_resolved_fast) {
  directory_options o;
  o.max_known = entities;
  directory_stage s{2, o};
  constexpr std::uint32_t some = entities / 10;
  (void)run_all(s, some, [&](std::uint32_t i) { (void)s[2].resolve(s.now(), key_of(i)); });
  // The registrar is asked, but nothing is activated.
  for (std::uint32_t i = 0; i < some; ++i)
    if (const auto* known = s[2].desk().known().find(key_of(i)))
      s[2].forget(key_of(i), actor_id{known->id});
  const double begin = seconds();
  const std::size_t found =
      run_all(s, some, [&](std::uint32_t i) { (void)s[2].resolve(s.now(), key_of(i)); });
  BOOST_TEST_MESSAGE("resolves from another node: "
                     << static_cast<std::uint64_t>(some / (seconds() - begin))
                     << " a second, both");
  BOOST_TEST(found == some);
}
