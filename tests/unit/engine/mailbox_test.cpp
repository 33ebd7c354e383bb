// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE mailbox
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

namespace {

/// Tells `count` numbers to `to` from one handler.
std::function<void(puppet&)> flood(ref<puppet> to, int count) {
  return [=](puppet& self) {
    for (int i = 0; i < count; ++i) self.tell(to, number{i});
  };
}

journal numbers(const std::string& name, int first, int end) {
  journal all;
  for (int i = first; i < end; ++i) all.push_back(name + ": " + std::to_string(i));
  return all;
}

/// Counts, and checks that what comes from one sender comes in order.
class counter : public open_actor<counter> {
public:
  using handles = messages<number>;
  counter(std::uint64_t* seen, bool* ordered) : seen_{seen}, ordered_{ordered} {}
  void on(number n) {
    ++*seen_;
    if (n.value <= last_) *ordered_ = false;
    last_ = n.value;
  }

private:
  std::uint64_t* seen_;
  bool* ordered_;
  int last_ = -1;
};

} // namespace

BOOST_AUTO_TEST_CASE(refuse_keeps_the_first_and_turns_the_rest_into_dead_letters) {
  testing::node node{plain()};
  journal log;
  auto full = node.spawn<puppet>(here.limit(10), &log, "full");
  auto sender = node.spawn<puppet>(&log);
  perform<puppet>(node, sender, flood(full, 25));
  BOOST_TEST(log == numbers("full", 0, 10), boost::test_tools::per_element());
  BOOST_TEST(node.dead_letter_count(errc::overloaded) == 15U);
  auto letters = node.dead_letters();
  BOOST_REQUIRE(letters.size() == 15U);
  BOOST_TEST((letters[0].target == full.id() && letters[0].sender == sender.id()));
  BOOST_TEST((letters[0].reason == errc::overloaded));
  BOOST_TEST(letters[0].message_type.find("number") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(drop_newest_keeps_the_first) {
  testing::node node{plain()};
  journal log;
  auto full = node.spawn<puppet>(here.limit(10, overflow_policy::drop_newest), &log, "full");
  perform<puppet>(node, node.spawn<puppet>(&log), flood(full, 25));
  BOOST_TEST(log == numbers("full", 0, 10), boost::test_tools::per_element());
  BOOST_TEST(node.dead_letter_count(errc::overloaded) == 15U);
}

BOOST_AUTO_TEST_CASE(drop_oldest_keeps_the_last) {
  testing::node node{plain()};
  journal log;
  auto full = node.spawn<puppet>(here.limit(10, overflow_policy::drop_oldest), &log, "full");
  perform<puppet>(node, node.spawn<puppet>(&log), flood(full, 25));
  BOOST_TEST(log == numbers("full", 15, 25), boost::test_tools::per_element());
  BOOST_TEST(node.dead_letter_count(errc::overloaded) == 15U);
}

BOOST_AUTO_TEST_CASE(a_slowed_sender_loses_nothing_and_handles_nothing_until_there_is_room) {
  testing::node node{plain()};
  journal log;
  auto full = node.spawn<puppet>(here.limit(10, overflow_policy::slow_sender), &log, "full");
  auto sender = node.spawn<puppet>(&log, "sender");
  sender.tell(act<puppet>{flood(full, 15)});
  sender.tell(note{"on again"});
  node.run_until_idle();
  BOOST_REQUIRE(log.size() == 16U);
  BOOST_TEST(node.counters().dead_letters == 0U);
  // It goes on when the mailbox is half empty, so after ten of fifteen at the earliest.
  auto again = std::find(log.begin(), log.end(), "sender: on again") - log.begin();
  BOOST_TEST(again >= 10);
  std::erase(log, "sender: on again");
  BOOST_TEST(log == numbers("full", 0, 15), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_slowed_sender_is_refused_at_twice_the_limit) {
  testing::node node{plain()};
  journal log;
  auto full = node.spawn<puppet>(here.limit(10, overflow_policy::slow_sender), &log, "full");
  perform<puppet>(node, node.spawn<puppet>(&log), flood(full, 50));
  BOOST_TEST(log == numbers("full", 0, 20), boost::test_tools::per_element());
  BOOST_TEST(node.dead_letter_count(errc::overloaded) == 30U);
}

BOOST_AUTO_TEST_CASE(a_slowed_sender_goes_on_after_its_patience_when_the_receiver_never_gets_on) {
  testing::node node{plain()};
  journal log;
  auto sender = node.spawn<puppet>(&log, "sender");
  auto guard = node.spawn<guardian>(&log, ignore);
  ref<puppet> stuck;
  perform<guardian>(node, guard, [&](guardian& g) {
    stuck = g.spawn<puppet>(here.limit(4, overflow_policy::slow_sender), g.log(), "stuck");
  });
  stuck.tell(act<puppet>{fails()}); // held from now on
  node.run_until_idle();
  sender.tell(act<puppet>{flood(stuck, 6)});
  sender.tell(note{"on again"});
  node.run_until_idle();
  BOOST_TEST(!has(log, "sender: on again"));
  node.run_for(1s);
  BOOST_TEST(has(log, "sender: on again"));
}

BOOST_AUTO_TEST_CASE(the_asker_of_a_full_mailbox_hears_overloaded_at_once) {
  for (auto policy : {overflow_policy::refuse, overflow_policy::drop_newest, overflow_policy::drop_oldest}) {
    testing::node node{plain()};
    journal log;
    auto full = node.spawn<puppet>(here.limit(3, policy), &log, "full");
    std::vector<errc> outcomes;
    perform<puppet>(node, node.spawn<puppet>(&log), [&](puppet& self) {
      for (int i = 0; i < 5; ++i)
        self.ask(full, question{i}).then([&](expected<int> r) { outcomes.push_back(r ? errc::none : r.error().code); });
    });
    BOOST_TEST(outcomes.size() == 5U);
    BOOST_TEST(std::count(outcomes.begin(), outcomes.end(), errc::overloaded) == 2);
    BOOST_TEST(std::count(outcomes.begin(), outcomes.end(), errc::none) == 3);
    BOOST_TEST(node.now() < 1s);
  }
}

BOOST_AUTO_TEST_CASE(the_limit_of_the_node_holds_for_actors_without_one_of_their_own) {
  for (auto policy : {overflow_policy::refuse, overflow_policy::drop_oldest}) {
    auto options = plain();
    options.mailbox = {10, policy};
    testing::node node{options};
    journal log;
    auto full = node.spawn<puppet>(&log, "full");
    perform<puppet>(node, node.spawn<puppet>(&log), flood(full, 25));
    const int first = policy == overflow_policy::refuse ? 0 : 15;
    BOOST_TEST(log == numbers("full", first, first + 10), boost::test_tools::per_element());
    BOOST_TEST(node.dead_letter_count(errc::overloaded) == 15U);
  }
}

BOOST_AUTO_TEST_CASE(a_node_may_limit_mailboxes_and_an_actor_may_choose_its_own_bound) {
  auto options = plain();
  options.mailbox = {10, overflow_policy::drop_oldest};
  testing::node node{options};
  journal log;
  auto full = node.spawn<puppet>(here.limit(5), &log, "full");
  auto late = node.spawn<puppet>(here.stop_within(1s), &log, "late");
  auto sender = node.spawn<puppet>(&log);
  perform<puppet>(node, sender, flood(full, 25));
  BOOST_TEST(log == numbers("full", 0, 5), boost::test_tools::per_element());
  log.clear();
  perform<puppet>(node, sender, flood(late, 25));
  BOOST_TEST(log == numbers("late", 15, 25), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(held_messages_are_bounded_too) {
  testing::node node{plain()};
  journal log;
  auto guard = node.spawn<guardian>(&log, ignore);
  ref<puppet> child;
  perform<guardian>(node, guard, [&](guardian& g) { child = g.spawn<puppet>(here.limit(10), g.log(), "child"); });
  perform<puppet>(node, child, fails());
  for (int i = 0; i < 100; ++i) child.tell(number{i});
  node.run_until_idle();
  BOOST_TEST(node.dead_letter_count(errc::overloaded) >= 80U);
  perform<guardian>(node, guard, [&](guardian& g) { g.resume_child(child); });
  std::erase_if(log, [](auto& line) { return line.find("child: ") != 0; });
  BOOST_TEST(log.size() <= 20U);
  BOOST_TEST(log == numbers("child", 0, static_cast<int>(log.size())), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_system_has_to_say_gets_through_a_full_mailbox) {
  testing::node node{plain()};
  journal log;
  auto full = node.spawn<puppet>(here.limit(5), &log, "full");
  auto other = node.spawn<puppet>(&log, "other");
  perform<puppet>(node, full, [&](puppet& self) { self.watch(other); });
  perform<puppet>(node, node.spawn<puppet>(&log), [&](puppet& self) {
    for (int i = 0; i < 20; ++i) self.tell(full, number{i});
    self.kill(other);
  });
  BOOST_TEST(has(log, "full sees down: killed"));
}

BOOST_AUTO_TEST_CASE(an_outcome_as_message_gets_through_a_full_mailbox) {
  class asker : public open_actor<asker> {
  public:
    using handles = messages<act<asker>, number, outcome<question, int>>;
    explicit asker(journal* log) : log_{log} {}
    void on(act<asker> a) { a.body(*this); }
    void on(number) {}
    void on(outcome<question, int> o) { log_->push_back(std::to_string(*o.result)); }

  private:
    journal* log_;
  };
  testing::node node{plain()};
  journal log;
  auto who = node.spawn<asker>(here.limit(5), &log);
  auto other = node.spawn<puppet>(&log);
  perform<asker>(node, who, [&](asker& self) {
    (void)asker::ask(other, question{21}).as_message();
    for (int i = 0; i < 100; ++i) self.tell(self.self(), number{i});
  });
  BOOST_TEST(log == (journal{"42"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_flooded_actor_does_not_delay_its_neighbours) {
  testing::node node{plain()};
  std::uint64_t seen = 0;
  std::uint64_t seen_when_neighbour_ran = ~0ULL;
  bool ordered = true;
  journal log;
  auto flooded = node.spawn<counter>(&seen, &ordered);
  auto neighbour = node.spawn<puppet>(&log);
  auto sender = node.spawn<puppet>(&log);
  perform<puppet>(node, sender, [&](puppet& self) {
    for (int i = 0; i < 200'000; ++i) self.tell(flooded, number{i});
    self.tell(neighbour, act<puppet>{[&](puppet&) { seen_when_neighbour_ran = seen; }});
  });
  BOOST_TEST(seen == 200'000U);
  BOOST_TEST(ordered);
  BOOST_TEST(seen_when_neighbour_ran <= 5000U);
}

BOOST_AUTO_TEST_CASE(a_flood_behind_messages_laid_aside_keeps_its_order) {
  testing::node node{plain()};
  journal log;
  auto a = node.spawn<puppet>(&log, "a");
  perform<puppet>(node, a, [](puppet& self) {
    self.stash(number{0});
    self.unstash_all();
    // More than its fair share of the queue: the youngest wait elsewhere.
    for (int i = 1; i < 6000; ++i) self.tell(self.self(), number{i});
  });
  BOOST_TEST((log == numbers("a", 0, 6000)));
}

BOOST_AUTO_TEST_CASE(a_flood_from_another_shard_in_bursts_keeps_its_order) {
  for (std::uint64_t seed = 1; seed < 5; ++seed) {
    testing::node node{plain(2, seed)};
    std::uint64_t seen = 0;
    bool ordered = true;
    int next = 0;
    journal log;
    auto flooded = node.spawn<counter>(on_shard(1), &seen, &ordered);
    auto sender = node.spawn<puppet>(on_shard(0), &log);
    for (int round = 0; round < 40; ++round) {
      // Sometimes more than is sorted into mailboxes at once, sometimes little.
      const int burst = round % 6 == 0 ? 60'000 : 100;
      sender.tell(act<puppet>{[&, burst](puppet& self) {
        for (int i = 0; i < burst; ++i) self.tell(flooded, number{next++});
      }});
      for (int i = 0; i < 30; ++i) node.step();
    }
    node.run_until_idle();
    BOOST_TEST(ordered);
    BOOST_TEST(seen == static_cast<std::uint64_t>(next));
  }
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_under_a_flood_from_one_handler) {
  testing::node node{plain()};
  std::uint64_t seen = 0;
  bool ordered = true;
  journal log;
  auto flooded = node.spawn<counter>(&seen, &ordered);
  constexpr int count = 3'000'000;
  perform<puppet>(node, node.spawn<puppet>(&log), [&](puppet& self) {
    for (int i = 0; i < count; ++i) self.tell(flooded, number{i});
  });
  BOOST_TEST(seen == mailbox_options::default_limit);
  BOOST_TEST(ordered);
  BOOST_TEST(node.dead_letter_count(errc::overloaded) == count - mailbox_options::default_limit);
  BOOST_TEST(node.dead_letters().size() <= 1000U);
}

BOOST_AUTO_TEST_CASE(memory_in_front_of_a_shard_is_bounded_and_what_is_refused_is_counted) {
  auto options = plain(2);
  options.inbox_bytes = 1 << 20;
  testing::node node{options};
  std::uint64_t seen = 0;
  bool ordered = true;
  journal log;
  auto flooded = node.spawn<counter>(on_shard(1), &seen, &ordered);
  constexpr int count = 1'000'000;
  perform<puppet>(node, node.spawn<puppet>(on_shard(0), &log), [&](puppet& self) {
    for (int i = 0; i < count; ++i) self.tell(flooded, number{i});
  });
  BOOST_TEST(seen < 50'000U);
  BOOST_TEST(ordered);
  BOOST_TEST(seen + node.dead_letter_count(errc::overloaded) == static_cast<std::uint64_t>(count));
}

BOOST_AUTO_TEST_CASE(a_full_inbox_does_not_swallow_answers_and_messages_of_the_system) {
  auto options = plain(2);
  options.inbox_bytes = 1 << 16;
  testing::node node{options};
  std::uint64_t seen = 0;
  bool ordered = true;
  journal log;
  auto flooded = node.spawn<counter>(on_shard(1), &seen, &ordered);
  auto watched = node.spawn<puppet>(on_shard(0), &log, "watched");
  auto asker = node.spawn<puppet>(on_shard(1), &log, "asker");
  expected<int> answer = fail(errc::none, "none");
  perform<puppet>(node, asker, [&](puppet& self) {
    self.watch(watched);
    self.ask(watched, question{21}, 1h).then([&](expected<int> r) { answer = r; });
    self.tell(watched, act<puppet>{[&](puppet& other) {
      for (int i = 0; i < 100'000; ++i) other.tell(flooded, number{i});
      other.stop();
    }});
  });
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(*answer == 42);
  BOOST_TEST(has(log, "asker sees down: normal"));
}

BOOST_AUTO_TEST_CASE(a_message_of_almost_a_kilobyte_can_be_told_from_outside) {
  testing::node node{plain()};
  int seen = 0;
  struct large {
    char bytes[976];
  };
  struct larger {
    char bytes[1024];
  };
  class taker : public actor<taker> {
  public:
    using handles = messages<large, larger>;
    explicit taker(int* seen) : seen_{seen} {}
    void on(const large& m) { *seen_ += m.bytes[975]; }
    void on(const larger& m) { *seen_ += m.bytes[1023]; }

  private:
    int* seen_;
  };
  auto who = node.spawn<taker>(&seen);
  node.run_until_idle();
  large m{};
  m.bytes[975] = 1;
  who.tell(m);
  node.run_until_idle();
  larger n{};
  n.bytes[1023] = 1;
  who.tell(n);
  node.run_until_idle();
  for (int i = 0; i < 1000; ++i) who.tell(m);
  node.run_until_idle();
  BOOST_TEST(seen == 1002);
}

BOOST_AUTO_TEST_CASE(a_message_to_nobody_is_a_dead_letter) {
  testing::node node{plain()};
  journal log;
  auto sender = node.spawn<puppet>(&log);
  errc outcome = errc::none;
  perform<puppet>(node, sender, [&](puppet& self) {
    self.tell(ref<puppet>{}, number{1});
    self.ask(ref<puppet>{}, question{1}).then([&](expected<int> r) { outcome = r.error().code; });
  });
  BOOST_TEST(node.dead_letter_count(errc::no_such_actor) == 2U);
  BOOST_TEST((outcome == errc::no_such_actor));
}
