// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE stash
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

namespace {

struct open_up {};

/// Lays everything aside until it is opened.
class door : public open_actor<door> {
public:
  using handles = messages<number, question, open_up, act<door>>;
  explicit door(journal* log) : log_{log} {}
  void on(number n) {
    if (!open_) return stash(n);
    log_->push_back(std::to_string(n.value));
  }
  expected<int> on(question q) {
    if (!open_) {
      stash(q);
      return fail(errc::cancelled, "not used: the stashed message is answered later");
    }
    return q.value;
  }
  void on(open_up) {
    open_ = true;
    unstash_all();
  }
  void on(act<door> a) { a.body(*this); }

private:
  journal* log_;
  bool open_ = false;
};

} // namespace

BOOST_AUTO_TEST_CASE(what_was_stashed_is_handled_in_its_order_and_before_anything_newer) {
  for (std::uint64_t seed = 1; seed < 50; ++seed) {
    testing::node node{plain(1, seed)};
    journal log;
    auto d = node.spawn<door>(&log);
    for (int i = 0; i < 4; ++i) d.tell(number{i});
    d.tell(open_up{});
    for (int i = 4; i < 8; ++i) d.tell(number{i});
    node.run_until_idle();
    BOOST_TEST(log == (journal{"0", "1", "2", "3", "4", "5", "6", "7"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_stashed_question_keeps_its_asker) {
  for (std::uint32_t place : {0U, 1U}) {
    testing::node node{plain(2)};
    journal log;
    auto d = node.spawn<door>(on_shard(place), &log);
    auto asker = node.spawn<puppet>(on_shard(0), &log);
    auto outside = node.ask(d, question{7});
    std::vector<int> got;
    perform<puppet>(node, asker, [&](puppet& self) {
      for (int i = 0; i < 3; ++i)
        self.ask(d, question{i}).then([&](expected<int> r) { got.push_back(r.value()); });
    });
    BOOST_TEST(got.empty());
    BOOST_TEST(!outside.ready());
    d.tell(open_up{});
    node.run_until_idle();
    BOOST_TEST(got == (std::vector<int>{0, 1, 2}), boost::test_tools::per_element());
    BOOST_TEST(outside.result().value() == 7);
  }
}

BOOST_AUTO_TEST_CASE(a_message_may_be_stashed_again) {
  testing::node node{plain()};
  journal log;
  auto d = node.spawn<door>(&log);
  for (int i = 0; i < 3; ++i) d.tell(number{i});
  perform<door>(node, d, [](door& self) { self.unstash_all(); });
  BOOST_TEST(log.empty());
  perform<door>(node, d, [](door& self) { self.unstash_all(); });
  d.tell(open_up{});
  node.run_until_idle();
  BOOST_TEST(log == (journal{"0", "1", "2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(unstashing_nothing_does_nothing) {
  testing::node node{plain()};
  journal log;
  auto d = node.spawn<door>(&log);
  d.tell(open_up{});
  d.tell(open_up{});
  d.tell(number{1});
  node.run_until_idle();
  BOOST_TEST(log == (journal{"1"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_stash_of_an_actor_that_ends_becomes_dead_letters_and_its_askers_are_answered) {
  testing::node node{plain()};
  journal log;
  auto d = node.spawn<door>(&log);
  for (int i = 0; i < 3; ++i) d.tell(number{i});
  auto asked = node.ask(d, question{1}, 1h);
  node.run_until_idle();
  node.stop(d);
  node.run_until_idle();
  BOOST_TEST(asked.ready());
  BOOST_TEST((asked.result().error().code == errc::actor_stopped));
  BOOST_TEST(node.dead_letter_count(errc::actor_stopped) == 4U);
}

BOOST_AUTO_TEST_CASE(a_restart_gives_the_stash_to_the_new_instance) {
  testing::node node{plain()};
  journal log;
  auto guard = node.spawn<guardian>(&log, [&](guardian& g, const child_failed& f) {
    g.restart_child(ref<door>{f.child}, &log);
  });
  ref<door> d;
  perform<guardian>(node, guard, [&](guardian& g) { d = g.spawn<door>(&log); });
  for (int i = 0; i < 3; ++i) d.tell(number{i});
  d.tell(act<door>{fails()});
  d.tell(number{3});
  d.tell(open_up{});
  node.run_until_idle();
  std::erase_if(log, [](auto& line) { return line.find("guardian") == 0; });
  BOOST_TEST(log == (journal{"0", "1", "2", "3"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stash_is_bounded_like_a_mailbox) {
  testing::node node{plain()};
  journal log;
  auto d = node.spawn<door>(here.limit(10), &log);
  for (int i = 0; i < 100; ++i) d.tell(number{i});
  auto asked = node.ask(d, question{1}, 1h);
  node.run_until_idle();
  BOOST_TEST(node.dead_letter_count(errc::overloaded) == 91U);
  BOOST_TEST(asked.ready());
  BOOST_TEST((asked.result().error().code == errc::overloaded));
  d.tell(open_up{});
  node.run_until_idle();
  BOOST_TEST(log.size() == 10U);
}

BOOST_AUTO_TEST_CASE(the_sender_of_a_stashed_message_is_kept) {
  class remembers : public open_actor<remembers> {
  public:
    using handles = messages<note, open_up>;
    explicit remembers(std::vector<actor_id>* seen) : seen_{seen} {}
    void on(note n) {
      if (!open_) return stash(std::move(n));
      seen_->push_back(sender().id());
    }
    void on(open_up) {
      open_ = true;
      unstash_all();
    }

  private:
    std::vector<actor_id>* seen_;
    bool open_ = false;
  };
  testing::node node{plain()};
  journal log;
  std::vector<actor_id> seen;
  auto r = node.spawn<remembers>(&seen);
  auto a = node.spawn<puppet>(&log);
  perform<puppet>(node, a, [&](puppet& self) { self.tell(r, note{"hi"}); });
  r.tell(open_up{});
  node.run_until_idle();
  BOOST_REQUIRE(seen.size() == 1U);
  BOOST_TEST((seen[0] == a.id()));
}
