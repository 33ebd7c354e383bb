// SPDX-License-Identifier: BSD-3-Clause
//
// Children whose slots their parent keeps: on the parent's shard, on another one, and moved to a third.
#define BOOST_TEST_MODULE kept_children
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"
#include <algorithm>
#include <ostream>

using namespace actors;
using namespace actors::test;
namespace data = boost::unit_test::data;

namespace kept_children_tests {

/// Keeps the slots of its children and writes down what it hears of them.
class keeper : public open_actor<keeper> {
public:
  using handles = messages<note, act<keeper>, detail::child_halted, detail::child_started>;
  explicit keeper(journal* log) : log_{log} {}

  void on(note n) { log_->push_back("keeper: " + n.text); }
  void on(act<keeper> a) { a.body(*this); }
  void on(detail::child_halted h) {
    std::string line = "halted: " + std::string{to_string(h.kind)};
    if (!h.reason.what.empty()) line += ", " + h.reason.what;
    if (!h.message_type.empty()) line += ", at work";
    log_->push_back(line);
  }
  void on(detail::child_started) { log_->push_back("started"); }

  ref<puppet> keep(const spawn_options& where, const std::string& name) {
    return ref<puppet>{detail::spawn_kept<puppet>(where, log_, name)};
  }
  void again(const ref<puppet>& child, const std::string& name) {
    detail::restart_with<puppet>(child.id(), log_, name);
  }
  static void release(const ref<puppet>& child) { detail::current_shard->release(child.id()); }

  journal* log() { return log_; }

private:
  journal* log_;
};

/// Takes an hour to stop.
class stubborn : public open_actor<stubborn> {
public:
  using handles = messages<number>;
  explicit stubborn(journal* log) : log_{log} {}
  void on(number) {}
  task<void> on_stop() {
    log_->push_back("waits");
    co_await sleep(1h);
    log_->push_back("never");
  }

private:
  journal* log_;
};

enum class where { near, far, moved };
std::ostream& operator<<(std::ostream& to, where w) {
  return to << (w == where::near ? "near" : w == where::far ? "far" : "moved");
}
const auto places = data::make({where::near, where::far, where::moved});

struct household {
  testing::node node{plain(3)};
  journal log;
  ref<keeper> parent;
  ref<puppet> child;

  explicit household(where w, spawn_options how = {}) {
    parent = node.spawn<keeper>(on_shard(0), &log);
    how.place = spawn_options::where::given_shard;
    how.shard = w == where::far ? 1 : 0;
    perform<keeper>(node, parent, [&](keeper& k) { child = k.keep(how, "first"); });
    if (w == where::moved) move();
    log.clear();
  }
  void move() {
    node.engine().post_call(child.id(), [this](detail::shard& here, actor_id) {
      // Every other actor with work moves, so the second of two.
      auto dummy = ref<puppet>{here.spawn<puppet>({}, &log, "dummy")};
      dummy.tell(note{"work"});
      child.tell(note{"work"});
      here.donate(2, 8);
      here.kill(dummy.id());
    });
    node.run_until_idle();
    auto* s = node.engine().shard_at(0)->find(child.id());
    BOOST_REQUIRE(s != nullptr);
    BOOST_REQUIRE((s->flags & detail::state::moved) != 0);
  }
  void expect(const journal& lines) {
    node.run_until_idle();
    BOOST_TEST(log == lines, boost::test_tools::per_element());
    log.clear();
  }
  void order(std::function<void(keeper&)> work) { perform<keeper>(node, parent, std::move(work)); }
  void again(const std::string& name) {
    order([=, this](keeper& k) { k.again(child, name); });
  }
};

} // namespace kept_children_tests
using namespace kept_children_tests;

BOOST_DATA_TEST_CASE(a_failed_child_halts_and_comes_back_behind_its_id_with_its_waiting_messages, places, place) {
  household h{place};
  const auto before = h.node.counters().dead_letters;
  h.child.tell(act<puppet>{fails()});
  h.child.tell(number{1});
  h.child.tell(number{2});
  h.expect({"halted: failed, broken, at work"});
  h.child.tell(number{3});
  h.node.run_until_idle();
  h.again("second");
  journal lines = h.log;
  std::erase(lines, "started");
  BOOST_TEST(lines == (journal{"second: 1", "second: 2", "second: 3"}), boost::test_tools::per_element());
  BOOST_TEST(std::count(h.log.begin(), h.log.end(), "started") == 1);
  BOOST_TEST(h.node.ask_result(h.child, question{4}).value() == 8);
  BOOST_TEST(h.node.counters().dead_letters == before + 1); // the message that killed it
}

BOOST_DATA_TEST_CASE(a_child_that_stops_itself_or_is_stopped_by_others_halts, places, place) {
  household h{place};
  perform<puppet>(h.node, h.child, [](puppet& p) { p.stop(); });
  h.expect({"first stops", "halted: normal"});
  h.again("second");
  h.expect({"started"});
  perform<puppet>(h.node, h.child, [](puppet& p) { p.stop(exit_kind::shutdown); });
  h.expect({"second stops", "halted: shutdown"});
  h.again("third");
  h.expect({"started"});
  auto other = h.node.spawn<puppet>(on_shard(2), &h.log, "other");
  perform<puppet>(h.node, other, [&](puppet& p) { p.stop(any_ref{h.child}); });
  h.expect({"third stops", "halted: shutdown"});
  h.again("fourth");
  h.expect({"started"});
  perform<puppet>(h.node, other, [&](puppet& p) { p.kill(any_ref{h.child}); });
  h.expect({"halted: killed"});
  h.again("fifth");
  h.expect({"started"});
}

BOOST_DATA_TEST_CASE(stopping_or_killing_a_halted_child_changes_nothing, places, place) {
  household h{place};
  h.child.tell(act<puppet>{fails()});
  h.expect({"halted: failed, broken, at work"});
  h.order([&](keeper& k) { k.kill(any_ref{h.child}); });
  h.order([&](keeper& k) { k.stop_child(any_ref{h.child}); });
  h.expect({});
  h.again("second");
  h.expect({"started"});
}

BOOST_DATA_TEST_CASE(watchers_hear_of_the_end_of_the_slot_only, places, place) {
  household h{place};
  auto watcher = h.node.spawn<puppet>(on_shard(2), &h.log, "watcher");
  perform<puppet>(h.node, watcher, [&](puppet& p) { p.watch(any_ref{h.child}); });
  h.child.tell(act<puppet>{fails("first failure")});
  h.expect({"halted: failed, first failure, at work"});
  h.again("second");
  h.expect({"started"});
  h.child.tell(act<puppet>{fails("last failure")});
  h.expect({"halted: failed, last failure, at work"});
  h.child.tell(number{1});
  h.node.run_until_idle();
  h.order([&](keeper& k) { k.release(h.child); });
  h.expect({"watcher sees down: failed, last failure"});
  BOOST_TEST((h.node.ask_result(h.child, question{1}).error().code == errc::no_such_actor));
  BOOST_TEST(h.node.dead_letter_count(errc::actor_stopped) == 1U);
}

BOOST_DATA_TEST_CASE(a_running_child_that_is_released_ends_in_order, places, place) {
  household h{place};
  h.order([&](keeper& k) { k.release(h.child); });
  h.expect({"first stops"});
  BOOST_TEST((h.node.ask_result(h.child, question{1}).error().code == errc::no_such_actor));
  h.order([&](keeper& k) { k.stop(); });
  h.expect({});
}

BOOST_DATA_TEST_CASE(its_own_children_stop_before_it_halts, places, place) {
  household h{place};
  auto grow = [&](puppet& p) { p.spawn<puppet>(p.log(), "grandchild"); };
  perform<puppet>(h.node, h.child, grow);
  h.child.tell(act<puppet>{fails()});
  h.expect({"grandchild stops", "halted: failed, broken, at work"});
  h.again("second");
  perform<puppet>(h.node, h.child, grow);
  h.log.clear();
  h.order([&](keeper& k) { k.stop_child(any_ref{h.child}); });
  h.expect({"grandchild stops", "second stops", "halted: shutdown"});
}

BOOST_DATA_TEST_CASE(an_ask_in_flight_ends_with_the_exceptions_text, places, place) {
  household h{place};
  auto asker = h.node.spawn<puppet>(on_shard(1), &h.log, "asker");
  h.child.tell(act<puppet>{fails("out of ink")});
  h.node.run_until_idle();
  h.log.clear();
  // One that waits is answered by the new instance.
  std::optional<expected<int>> answer;
  perform<puppet>(h.node, asker, [&](puppet& p) {
    p.ask(h.child, question{21}, 1h).then([&](expected<int> r) { answer = std::move(r); });
  });
  BOOST_TEST(!answer);
  h.again("second");
  BOOST_TEST(answer.value().value() == 42);
}

BOOST_DATA_TEST_CASE(a_constructor_that_throws_at_a_restart_halts_again, places, place) {
  struct work {};
  class fragile : public open_actor<fragile> {
  public:
    using handles = messages<work, act<fragile>>;
    fragile(journal* log, int tries) : log_{log} {
      if (tries > 0) throw std::runtime_error{"not yet"};
    }
    void on(work) { log_->push_back("works"); }
    void on(act<fragile> a) { a.body(*this); }

  private:
    journal* log_;
  };
  household h{place};
  h.child.tell(act<puppet>{fails()});
  auto same = ref<fragile>{h.child.id()};
  same.tell(work{});
  h.expect({"halted: failed, broken, at work"});
  h.order([&](keeper& k) { detail::restart_with<fragile>(same.id(), k.log(), 1); });
  h.expect({"halted: failed, not yet"});
  h.order([&](keeper& k) { detail::restart_with<fragile>(same.id(), k.log(), 0); });
  journal lines = h.log;
  std::erase(lines, "started");
  BOOST_TEST(lines == (journal{"works"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_birth_that_fails_on_another_shard_is_a_halt_and_may_be_tried_again) {
  class fragile : public open_actor<fragile> {
  public:
    using handles = messages<question>;
    explicit fragile(bool fail) {
      if (fail) throw std::invalid_argument{"bad"};
    }
    int on(question q) { return q.value; }
  };
  testing::node node{plain(2)};
  journal log;
  auto parent = node.spawn<keeper>(on_shard(0), &log);
  ref<fragile> child;
  perform<keeper>(node, parent,
                  [&](keeper&) { child = ref<fragile>{detail::spawn_kept<fragile>(on_shard(1), true)}; });
  BOOST_TEST(log == (journal{"halted: failed, bad"}), boost::test_tools::per_element());
  perform<keeper>(node, parent, [&](keeper&) { detail::restart_with<fragile>(child.id(), false); });
  BOOST_TEST(log.back() == "started");
  BOOST_TEST(node.ask_result(child, question{5}).value() == 5);
  // On the parent's own shard the parent hears it at once.
  bool threw = false;
  perform<keeper>(node, parent, [&](keeper&) {
    try {
      (void)detail::spawn_kept<fragile>(here, true);
    } catch (const std::invalid_argument&) {
      threw = true;
    }
  });
  BOOST_TEST(threw);
  BOOST_TEST(node.shutdown());
}

BOOST_DATA_TEST_CASE(a_child_that_does_not_stop_in_time_is_killed, places, place) {
  household h{place, spawn_options{}.stop_within(100ms)};
  h.child.tell(act<puppet>{fails()});
  h.node.run_until_idle();
  h.order([&](keeper& k) { detail::restart_with<stubborn>(h.child.id(), k.log()); });
  h.log.clear();
  h.order([&](keeper& k) { k.stop_child(any_ref{h.child}); });
  h.expect({"waits"});
  h.node.run_for(99ms);
  h.expect({});
  h.node.run_for(2ms);
  h.expect({"halted: killed"});
}

BOOST_AUTO_TEST_CASE(an_actor_without_keeper_that_does_not_stop_in_time_is_killed_too) {
  testing::node node{plain(1)};
  journal log;
  auto watcher = node.spawn<puppet>(&log, "watcher");
  auto s = node.spawn<stubborn>(spawn_options{}.stop_within(50ms), &log);
  perform<puppet>(node, watcher, [&](puppet& p) { p.watch(any_ref{s}); });
  perform<puppet>(node, watcher, [&](puppet& p) { p.stop(any_ref{s}); });
  BOOST_TEST(log == (journal{"waits"}), boost::test_tools::per_element());
  node.run_for(60ms);
  BOOST_TEST(log == (journal{"waits", "watcher sees down: killed"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(on_stop_that_throws_is_not_an_orderly_end) {
  class clumsy : public open_actor<clumsy> {
  public:
    using handles = messages<number>;
    void on(number) {}
    void on_stop() { throw std::runtime_error{"tripped"}; }
  };
  testing::node node{plain(1)};
  journal log;
  auto parent = node.spawn<keeper>(&log);
  ref<clumsy> child;
  perform<keeper>(node, parent, [&](keeper& k) {
    child = ref<clumsy>{detail::spawn_kept<clumsy>(here)};
    k.stop_child(any_ref{child});
  });
  BOOST_TEST(log == (journal{"halted: failed, tripped"}), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(the_end_of_the_parent_takes_its_kept_children_along_also_halted_ones, places, place) {
  household h{place};
  h.child.tell(act<puppet>{fails()});
  h.node.run_until_idle();
  ref<puppet> running;
  h.order([&](keeper& k) { running = k.keep(on_shard(1), "running"); });
  h.log.clear();
  auto watcher = h.node.spawn<puppet>(on_shard(2), &h.log, "watcher");
  perform<puppet>(h.node, watcher, [&](puppet& p) {
    p.watch(any_ref{h.child});
    p.watch(any_ref{running});
  });
  h.order([](keeper& k) { k.stop(); });
  std::sort(h.log.begin(), h.log.end());
  h.expect({"running stops", "watcher sees down: failed, broken", "watcher sees down: shutdown"});
  BOOST_TEST(h.node.shutdown());
}

namespace kept_children_tests {

/// A keeper that is kept itself, with three kept children.
struct dynasty {
  testing::node node;
  journal log;
  ref<keeper> top, middle;
  std::vector<ref<puppet>> children;

  explicit dynasty(std::uint32_t far, std::uint64_t seed = 1) : node{plain(3, seed)} {
    top = node.spawn<keeper>(on_shard(0), &log);
    perform<keeper>(node, top, [&](keeper& k) {
      middle = ref<keeper>{detail::spawn_kept<keeper>(on_shard(0), k.log())};
    });
    perform<keeper>(node, middle, [&](keeper& k) {
      for (std::uint32_t i = 0; i < 4; ++i)
        children.push_back(k.keep(on_shard((far >> i & 1) != 0 ? 1 : 0), std::string(1, static_cast<char>('a' + i))));
    });
    node.run_until_idle();
    log.clear();
  }
  /// A new instance of `middle` takes its children back and starts them anew.
  void restart_middle(bool all = true) {
    perform<keeper>(node, top, [&](keeper& k) { detail::restart_with<keeper>(middle.id(), k.log()); });
    perform<keeper>(node, middle, [&](keeper& k) {
      std::unordered_set<actor_id> taken;
      for (std::size_t i = 0; i < children.size(); ++i)
        if (all || i % 2 == 0) taken.insert(children[i].id());
      detail::current_shard->release_halted_children(taken);
      for (std::size_t i = 0; i < children.size(); ++i)
        if (taken.contains(children[i].id())) {
          BOOST_TEST(detail::current_shard->adopt_halted_child(children[i].id()));
          k.again(children[i], std::string(1, static_cast<char>('A' + i)));
        }
    });
  }
};

} // namespace kept_children_tests
using namespace kept_children_tests;

BOOST_DATA_TEST_CASE(when_a_kept_parent_halts_its_kept_children_wait_for_its_next_instance, data::xrange(16), far) {
  dynasty d{static_cast<std::uint32_t>(far)};
  d.middle.tell(act<keeper>{fails()});
  d.node.run_until_idle();
  journal stops{"d stops", "c stops", "b stops", "a stops", "halted: failed, broken, at work"};
  d.log.resize(std::min(d.log.size(), stops.size()));
  BOOST_TEST(std::vector(d.log.begin(), d.log.end() - 1) == std::vector(stops.begin(), stops.end() - 1),
             boost::test_tools::per_element());
  d.log.clear();
  for (auto& c : d.children) c.tell(number{1});
  d.restart_middle();
  std::erase(d.log, "started");
  std::sort(d.log.begin(), d.log.end());
  BOOST_TEST(d.log == (journal{"A: 1", "B: 1", "C: 1", "D: 1"}), boost::test_tools::per_element());
  d.log.clear();
  // They stop in the reverse of their order again.
  perform<keeper>(d.node, d.top, [](keeper& k) { k.stop(); });
  BOOST_TEST(d.log == (journal{"D stops", "C stops", "B stops", "A stops"}), boost::test_tools::per_element());
  BOOST_TEST(d.node.shutdown());
}

BOOST_DATA_TEST_CASE(halted_children_that_the_next_instance_does_not_take_end, data::xrange(16), far) {
  dynasty d{static_cast<std::uint32_t>(far)};
  auto watcher = d.node.spawn<puppet>(on_shard(2), &d.log, "watcher");
  perform<puppet>(d.node, watcher, [&](puppet& p) {
    for (auto& c : d.children) p.watch(any_ref{c});
  });
  d.middle.tell(act<keeper>{fails()});
  d.node.run_until_idle();
  d.log.clear();
  d.restart_middle(false);
  BOOST_TEST(std::count(d.log.begin(), d.log.end(), "watcher sees down: shutdown") == 2);
  d.log.clear();
  perform<keeper>(d.node, d.top, [](keeper& k) { k.stop(); });
  std::erase(d.log, "watcher sees down: shutdown");
  BOOST_TEST(d.log == (journal{"C stops", "A stops"}), boost::test_tools::per_element());
  BOOST_TEST(d.node.shutdown());
}

BOOST_DATA_TEST_CASE(a_halted_parent_that_ends_takes_its_halted_children_along, data::xrange(16), far) {
  dynasty d{static_cast<std::uint32_t>(far)};
  auto watcher = d.node.spawn<puppet>(on_shard(2), &d.log, "watcher");
  perform<puppet>(d.node, watcher, [&](puppet& p) {
    for (auto& c : d.children) p.watch(any_ref{c});
  });
  // One has halted before.
  d.children[1].tell(act<puppet>{fails("early")});
  d.node.run_until_idle();
  d.middle.tell(act<keeper>{fails()});
  d.node.run_until_idle();
  d.log.clear();
  perform<keeper>(d.node, d.top, [](keeper& k) { k.stop(); });
  std::sort(d.log.begin(), d.log.end());
  BOOST_TEST(d.log == (journal{"watcher sees down: failed, early", "watcher sees down: shutdown",
                               "watcher sees down: shutdown", "watcher sees down: shutdown"}),
             boost::test_tools::per_element());
  BOOST_TEST(d.node.shutdown());
}

BOOST_AUTO_TEST_CASE(the_end_of_the_node_while_a_sub_tree_halts_leaves_nothing_behind) {
  const std::uint64_t first = testing::seed_from_environment(1);
  for (std::uint64_t seed = first; seed < first + 2000; ++seed) {
    dynasty d{static_cast<std::uint32_t>(seed % 16), seed};
    d.middle.tell(act<keeper>{fails()});
    if (seed % 3 == 0) d.children[seed % 4].tell(act<puppet>{fails()});
    for (std::uint64_t k = d.node.random().below(12); k > 0; --k) d.node.step();
    if (seed % 5 == 0) perform<keeper>(d.node, d.top, [&](keeper& k) { detail::restart_with<keeper>(d.middle.id(), k.log()); });
    BOOST_REQUIRE_MESSAGE(d.node.shutdown(4s), "seed " << seed);
    BOOST_REQUIRE_MESSAGE(d.node.counters().live_actors == 0, "seed " << seed);
  }
}
