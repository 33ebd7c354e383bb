// SPDX-License-Identifier: BSD-3-Clause
//
// Actors that move between real nodes, over sockets and threads. What can go wrong on the way is the simulator's:
// tests/simulation/cluster_moves_test.cpp.
#define BOOST_TEST_MODULE cluster_moves
#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

#include <actors/actors.hpp>

#include "two_nodes.hpp"
#include "waiting.hpp"

using namespace actors;
using namespace std::chrono_literals;
using waiting::eventually;

namespace {

struct numbered {
  std::uint32_t sender = 0;
  std::uint32_t number = 0;
};
struct look {};

class witness : public actor<witness> {
public:
  using handles = messages<numbered, look>;
  void on(numbered m) {
    if (m.sender >= next_.size()) next_.resize(m.sender + 1);
    if (next_[m.sender] != m.number) ++wrong_;
    next_[m.sender] = m.number + 1;
    ++seen_;
  }
  std::vector<std::uint64_t> on(look) const { return {seen_, wrong_}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(next_, seen_, wrong_, ballast_);
  }

private:
  std::vector<std::uint32_t> next_;
  std::uint64_t seen_ = 0, wrong_ = 0;
  std::vector<double> ballast_ = std::vector<double>(1000);
};

struct go_on {};
class chatter : public actor<chatter> {
public:
  using handles = messages<go_on>;
  chatter() = default;
  chatter(ref<witness> to, std::uint32_t name, std::uint32_t most) : to_{to}, name_{name}, most_{most} {
    send_every(1ms, go_on{});
  }
  void on(go_on) {
    for (int i = 0; i < 20 && next_ < most_; ++i) to_.tell(numbered{name_, next_++});
  }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(to_, name_, most_, next_);
  }

private:
  ref<witness> to_;
  std::uint32_t name_ = 0, most_ = 0, next_ = 0;
};

std::string said(const expected<void>& outcome) { return outcome ? "moved" : to_string(outcome.error()); }

} // namespace

BOOST_FIXTURE_TEST_CASE(an_actor_goes_to_and_fro_and_its_senders_follow, two_nodes) {
  constexpr std::uint32_t senders = 4, each = 10'000;
  auto w = a.spawn<witness>();
  std::vector<any_ref> all{w};
  for (std::uint32_t i = 0; i < senders; ++i) all.push_back((i % 2 == 0 ? a : b).spawn<chatter>(w, i, each));
  for (int round = 0; round < 50; ++round) {
    BOOST_TEST(said(a.migrate(w, placement::on(round % 2 == 0 ? "b" : "a"))) == "moved");
    BOOST_TEST(said(b.migrate(all[1 + static_cast<std::size_t>(round) % senders], placement::on(round % 3 == 0 ? "b" : "a"))) == "moved");
  }
  std::vector<std::uint64_t> seen;
  BOOST_TEST(eventually([&] { return (seen = b.ask(w, look{}).value())[0] >= std::uint64_t{senders} * each; }, 20s));
  BOOST_TEST(seen[0] == std::uint64_t{senders} * each);
  BOOST_TEST(seen[1] == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_thousand_move_at_once_and_back, two_nodes) {
  std::vector<ref<witness>> refs;
  std::vector<any_ref> all;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    refs.push_back(a.spawn<witness>());
    all.push_back(refs.back());
    refs.back().tell(numbered{0, 0});
  }
  for (const char* to : {"b", "a", "b"}) {
    const auto report = a.migrate(all, placement::on(to)).value();
    BOOST_TEST(report.actors.size() == all.size());
    BOOST_TEST(report.all_moved());
  }
  for (const auto& r : refs) BOOST_REQUIRE(a.ask(r, look{}).value()[0] == 1);
  BOOST_TEST(a.counters().live_actors < 10U);
}

BOOST_AUTO_TEST_CASE(a_node_of_its_own_moves_nobody) {
  node_options o;
  o.log_file = "/dev/null";
  node alone{o};
  auto w = alone.spawn<witness>();
  BOOST_TEST(said(alone.migrate(w, placement::on("node-2"))).find("not part of a cluster") != std::string::npos);
}
