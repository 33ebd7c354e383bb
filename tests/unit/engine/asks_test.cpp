// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE asks
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

namespace {

struct by_value {
  int value;
};
struct by_expected {
  int value;
};
struct by_promise {
  int value;
};
struct by_task {
  int value;
};
struct by_slow_task {
  int value;
};
struct nothing {};
struct throws {};
struct never {};
struct settle {};
struct settle_once {};
struct slow_nothing {};
struct nested {
  int value;
};
struct nested_throw {};
struct big_reply {};
struct huge {
  std::vector<int> values;
  char padding[2000];
};

class server : public open_actor<server> {
public:
  using handles = messages<by_value, by_expected, by_promise, by_task, by_slow_task, nothing, throws, never, settle, settle_once,
                           slow_nothing, nested, nested_throw, big_reply, act<server>>;

  int on(by_value m) { return m.value; }
  expected<int> on(by_expected m) {
    if (m.value < 0) return fail(errc::invalid_argument, "negative", std::to_string(m.value));
    return m.value;
  }
  promise<int> on(by_promise m) {
    auto p = make_promise<int>();
    open_.emplace_back(p, m.value);
    return p;
  }
  void on(settle) {
    for (auto& [p, value] : open_) {
      p.set(value);
      p.set(value + 1); // the first counts
      p.fail({errc::cancelled, {}, "", ""});
    }
    open_.clear();
  }
  void on(settle_once) {
    for (auto& [p, value] : open_) p.set(value);
    open_.clear();
  }
  task<int> on(by_task m) { co_return m.value; }
  task<expected<int>> on(by_slow_task m) {
    co_await sleep(10ms);
    if (m.value < 0) co_return failure{errc::invalid_argument, {}, "negative", ""};
    co_return m.value;
  }
  void on(nothing) {}
  int on(throws) { throw std::runtime_error{"it broke"}; }
  promise<int> on(never) { return make_promise<int>(); }
  task<void> on(slow_nothing) { co_await sleep(1ms); }
  task<int> inner(int value) {
    co_await sleep(1ms);
    co_return value + 1;
  }
  task<int> middle(int value) {
    int a = co_await inner(value);
    int b = co_await inner(a);
    co_return b;
  }
  task<int> on(nested m) { co_return co_await middle(m.value); }
  task<int> inner_throw() {
    co_await sleep(1ms);
    throw std::logic_error{"deep inside"};
  }
  task<int> on(nested_throw) { co_return co_await inner_throw(); }
  huge on(big_reply) { return huge{std::vector<int>(100, 7), {}}; }
  void on(act<server> a) { a.body(*this); }

private:
  std::vector<std::pair<promise<int>, int>> open_;
};

struct fixture {
  testing::node node;
  journal log;
  ref<server> there;
  ref<puppet> asker;
  explicit fixture(std::uint32_t shards, std::uint32_t place)
      : node{plain(shards)}, there{node.spawn<server>(on_shard(place))}, asker{node.spawn<puppet>(on_shard(0), &log)} {
    node.run_until_idle();
  }

  /// Asks from an actor; the outcome must come exactly once.
  template <class R, class M>
  expected<R> ask(M message, duration timeout = 1s) {
    int count = 0;
    expected<R> outcome = fail(errc::none, "no outcome");
    perform<puppet>(node, asker, [&](puppet& self) {
      self.ask(there, message, timeout).then([&](expected<R> r) {
        ++count;
        outcome = std::move(r);
      });
    });
    node.run_for(10s);
    BOOST_TEST(count == 1);
    return outcome;
  }
};

struct nap {
  int value;
};
class sleeper : public open_actor<sleeper> {
public:
  static constexpr bool reentrant = true;
  using handles = messages<nap, note>;
  explicit sleeper(journal* log) : log_{log} {}
  task<int> on(nap g) {
    co_await sleep(std::chrono::milliseconds{g.value});
    log_->push_back("woke " + std::to_string(g.value));
    co_return g.value;
  }
  void on(note n) { log_->push_back(n.text); }

private:
  journal* log_;
};

/// Notes who its sender is, each time it goes on.
class clerk : public open_actor<clerk> {
public:
  static constexpr bool reentrant = true;
  using handles = messages<nap>;
  clerk(ref<server> there, std::vector<actor_id>* seen) : there_{there}, seen_{seen} {}
  task<void> on(nap) {
    look();
    (void)co_await ask(there_, by_slow_task{1});
    look();
    (void)co_await ask(there_, never{}, 1ms);
    look();
    co_await look_later();
    look();
  }

private:
  task<void> look_later() {
    co_await sleep(1ms);
    look();
    (void)co_await ask(there_, by_value{1});
    look();
  }
  void look() { seen_->push_back(sender().id()); }

  ref<server> there_;
  std::vector<actor_id>* seen_;
};

} // namespace

BOOST_AUTO_TEST_CASE(every_kind_of_reply_arrives_once) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    BOOST_TEST(f.ask<int>(by_value{1}).value() == 1);
    BOOST_TEST(f.ask<int>(by_expected{2}).value() == 2);
    BOOST_TEST(f.ask<int>(by_task{3}).value() == 3);
    BOOST_TEST(f.ask<int>(by_slow_task{4}).value() == 4);
    BOOST_TEST(f.ask<int>(nested{5}).value() == 7);
    BOOST_TEST(f.ask<void>(nothing{}).has_value());
    BOOST_TEST(f.ask<void>(slow_nothing{}).has_value());
    BOOST_TEST(f.ask<huge>(big_reply{}).value().values.size() == 100U);
    BOOST_TEST((f.ask<int>(by_expected{-1}).error().code == errc::invalid_argument));
    BOOST_TEST((f.ask<int>(by_slow_task{-1}).error().code == errc::invalid_argument));
    BOOST_TEST(f.node.counters().dead_letters == 0U);
  }
}

BOOST_AUTO_TEST_CASE(every_kind_of_reply_reaches_a_thread_outside) {
  fixture f{2, 1};
  BOOST_TEST(f.node.ask_result(f.there, by_value{1}).value() == 1);
  BOOST_TEST(f.node.ask_result(f.there, by_task{3}).value() == 3);
  BOOST_TEST(f.node.ask_result(f.there, by_slow_task{4}).value() == 4);
  BOOST_TEST(f.node.ask_result(f.there, nothing{}).has_value());
  BOOST_TEST(f.node.ask_result(f.there, big_reply{}).value().values.size() == 100U);
  BOOST_TEST((f.node.ask_result(f.there, by_expected{-1}).error().code == errc::invalid_argument));
  auto failed = f.node.ask_result(f.there, throws{});
  BOOST_TEST((failed.error().code == errc::actor_failed));
  BOOST_TEST((f.node.ask_result(f.there, by_value{1}).error().code == errc::no_such_actor));
}

BOOST_AUTO_TEST_CASE(an_ask_without_an_answer_times_out_once_and_in_time) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    const duration before = f.node.now();
    duration at{};
    errc code = errc::none;
    int count = 0;
    perform<puppet>(f.node, f.asker, [&](puppet& self) {
      self.ask(f.there, never{}, 50ms).then([&](expected<int> r) {
        ++count;
        code = r.error().code;
        at = f.node.now();
      });
    });
    f.node.run_for(1s);
    BOOST_TEST(count == 1);
    BOOST_TEST((code == errc::timeout));
    BOOST_TEST((at - before >= 50ms && at - before < 52ms));
  }
}

BOOST_AUTO_TEST_CASE(an_ask_from_outside_times_out) {
  fixture f{1, 0};
  BOOST_TEST((f.node.ask_result(f.there, never{}, 20ms).error().code == errc::timeout));
}

BOOST_AUTO_TEST_CASE(the_longest_timeout_there_is_does_not_overflow) {
  fixture f{1, 0};
  bool answered = false;
  errc code = errc::none;
  perform<puppet>(f.node, f.asker, [&](puppet& self) {
    self.ask(f.there, by_promise{1}, duration::max()).then([&](expected<int> r) {
      answered = r.has_value();
      if (!r) code = r.error().code;
    });
  });
  f.node.run_for(1h);
  BOOST_TEST((code == errc::none));
  f.there.tell(settle{});
  f.node.run_until_idle();
  BOOST_TEST(answered);
  BOOST_TEST(f.node.ask_result(f.there, by_value{1}, duration::max()).value() == 1);
}

BOOST_AUTO_TEST_CASE(a_late_answer_after_the_timeout_changes_nothing) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    int count = 0;
    perform<puppet>(f.node, f.asker, [&](puppet& self) {
      self.ask(f.there, by_promise{1}, 5ms).then([&](expected<int>) { ++count; });
    });
    f.node.run_for(1s);
    f.there.tell(settle{});
    f.node.run_for(1s);
    BOOST_TEST(count == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_promise_counts_once) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    std::vector<int> got;
    perform<puppet>(f.node, f.asker, [&](puppet& self) {
      for (int i = 0; i < 3; ++i)
        self.ask(f.there, by_promise{i}, 1s).then([&](expected<int> r) { got.push_back(r.value()); });
    });
    f.there.tell(settle{});
    f.node.run_for(2s);
    std::sort(got.begin(), got.end());
    BOOST_TEST(got == (std::vector<int>{0, 1, 2}), boost::test_tools::per_element());
    auto& shard = *f.node.engine().shard_at(place);
    BOOST_TEST(shard.cold(*shard.find(f.there.id())).owed.empty());
  }
}

BOOST_AUTO_TEST_CASE(an_actor_that_stops_with_a_promise_open_answers_actor_stopped) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    errc code = errc::none;
    perform<puppet>(f.node, f.asker, [&](puppet& self) {
      self.ask(f.there, never{}, 1h).then([&](expected<int> r) { code = r.error().code; });
    });
    perform<server>(f.node, f.there, [](server& s) { s.stop(); });
    BOOST_TEST((code == errc::actor_stopped));
    BOOST_TEST(f.node.now() < 1s);
  }
}

BOOST_AUTO_TEST_CASE(an_actor_that_is_killed_with_a_promise_or_a_coroutine_open_answers) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    std::vector<errc> codes;
    auto keep = [&](expected<int> r) { codes.push_back(r.error().code); };
    perform<puppet>(f.node, f.asker, [&](puppet& self) {
      self.ask(f.there, never{}, 1h).then(keep);
      self.ask(f.there, by_slow_task{1}, 1h).then(keep);
    });
    f.node.kill(f.there);
    f.node.run_until_idle();
    BOOST_TEST(codes.size() == 2U);
    for (errc code : codes) BOOST_TEST((code == errc::actor_stopped));
  }
}

BOOST_AUTO_TEST_CASE(the_exception_of_a_handler_reaches_the_asker_with_type_and_text) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    auto r = f.ask<int>(throws{});
    BOOST_TEST((r.error().code == errc::actor_failed));
    BOOST_TEST(r.error().value == "std::runtime_error");
    BOOST_TEST(r.error().what == "it broke");
    BOOST_TEST((r.error().who == f.there.id()));
  }
}

BOOST_AUTO_TEST_CASE(an_exception_deep_in_a_suspended_coroutine_reaches_the_asker) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    auto r = f.ask<int>(nested_throw{});
    BOOST_TEST((r.error().code == errc::actor_failed));
    BOOST_TEST(r.error().value == "std::logic_error");
    BOOST_TEST(r.error().what == "deep inside");
    BOOST_TEST((f.ask<int>(by_value{1}).error().code == errc::no_such_actor));
  }
}

BOOST_AUTO_TEST_CASE(an_actor_that_fails_answers_all_it_owes) {
  fixture f{2, 1};
  std::vector<errc> codes;
  auto keep = [&](expected<int> r) { codes.push_back(r.error().code); };
  perform<puppet>(f.node, f.asker, [&](puppet& self) {
    self.ask(f.there, never{}, 1h).then(keep);
    self.ask(f.there, by_promise{1}, 1h).then(keep);
    self.ask(f.there, throws{}, 1h).then(keep);
    self.ask(f.there, by_value{1}, 1h).then(keep);
  });
  BOOST_REQUIRE(codes.size() == 4U);
  BOOST_TEST(std::count(codes.begin(), codes.end(), errc::actor_failed) == 3);
  BOOST_TEST(f.node.now() < 1s);
}

BOOST_AUTO_TEST_CASE(an_ask_to_a_dead_actor_fails_at_once) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    f.node.stop(f.there);
    f.node.run_until_idle();
    const duration before = f.node.now();
    auto r = f.node.ask_result(f.there, by_value{1}, 1h);
    BOOST_TEST((r.error().code == errc::no_such_actor));
    errc code = errc::none;
    perform<puppet>(f.node, f.asker, [&](puppet& self) {
      self.ask(f.there, by_value{1}, 1h).then([&](expected<int> x) { code = x.error().code; });
    });
    BOOST_TEST((code == errc::no_such_actor));
    BOOST_TEST(f.node.now() - before < 1s);
  }
}

BOOST_AUTO_TEST_CASE(when_the_asker_dies_nothing_is_called_and_nothing_leaks) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    auto token = std::make_shared<int>(1);
    perform<puppet>(f.node, f.asker, [&](puppet& self) {
      self.ask(f.there, by_promise{1}, 1s).then([token](expected<int>) { BOOST_ERROR("called after the end"); });
    });
    f.node.kill(f.asker);
    f.node.run_until_idle();
    BOOST_TEST(token.use_count() == 1);
    f.there.tell(settle{});
    f.node.run_for(2s);
  }
}

BOOST_AUTO_TEST_CASE(a_large_callback_is_called_and_freed) {
  fixture f{1, 0};
  auto token = std::make_shared<int>(1);
  std::array<char, 500> bulk{};
  int got = 0;
  perform<puppet>(f.node, f.asker, [&](puppet& self) {
    self.ask(f.there, by_value{3}).then([token, bulk, &got](expected<int> r) { got = *r + bulk[0]; });
    self.ask(f.there, never{}, 1h).then([token, bulk](expected<int>) {});
  });
  BOOST_TEST(got == 3);
  BOOST_TEST(token.use_count() == 2);
  f.node.kill(f.asker);
  f.node.run_until_idle();
  BOOST_TEST(token.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(the_outcome_comes_as_a_message_with_its_number) {
  class asker : public open_actor<asker> {
  public:
    using handles = messages<act<asker>, outcome<by_value, int>, outcome<throws, int>, outcome<nothing, void>>;
    void on(act<asker> a) { a.body(*this); }
    void on(outcome<by_value, int> o) { values.emplace_back(o.request, *o.result); }
    void on(outcome<throws, int> o) { code = o.result.error().code; }
    void on(outcome<nothing, void> o) { ended = o.result.has_value(); }
    std::vector<std::pair<std::uint64_t, int>> values;
    errc code = errc::none;
    bool ended = false;
  };
  fixture f{2, 1};
  auto who = f.node.spawn<asker>(on_shard(0));
  std::vector<std::uint64_t> tickets;
  perform<asker>(f.node, who, [&](asker&) {
    for (int i = 0; i < 3; ++i) tickets.push_back(asker::ask(f.there, by_value{i}).as_message());
    asker::ask(f.there, nothing{}).as_message();
    asker::ask(f.there, throws{}).as_message();
  });
  perform<asker>(f.node, who, [&](asker& a) {
    BOOST_REQUIRE(a.values.size() == 3U);
    for (int i = 0; i < 3; ++i)
      BOOST_TEST((a.values[static_cast<std::size_t>(i)] == std::pair{tickets[static_cast<std::size_t>(i)], i}));
    BOOST_TEST((a.code == errc::actor_failed));
    BOOST_TEST(a.ended);
  });
}

BOOST_AUTO_TEST_CASE(a_coroutine_awaits_asks_in_turn_and_its_actor_handles_nothing_meanwhile) {
  struct go {};
  struct mark {
    int value;
  };
  class waiter : public open_actor<waiter> {
  public:
    using handles = messages<go, mark>;
    waiter(std::vector<int>* trace, ref<server> there) : trace_{trace}, there_{there} {}
    task<int> on(go) {
      int sum = 0;
      for (int i = 1; i <= 3; ++i) {
        auto r = co_await ask(there_, by_slow_task{i}, 1s);
        sum += r.value();
        trace_->push_back(i);
      }
      co_return sum;
    }
    void on(mark m) { trace_->push_back(m.value); }

  private:
    std::vector<int>* trace_;
    ref<server> there_;
  };
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    std::vector<int> trace;
    auto w = f.node.spawn<waiter>(on_shard(0), &trace, f.there);
    auto answer = f.node.ask(w, go{});
    for (int i = 10; i < 15; ++i) w.tell(mark{i});
    BOOST_TEST(answer.result().value() == 6);
    f.node.run_until_idle();
    BOOST_TEST(trace == (std::vector<int>{1, 2, 3, 10, 11, 12, 13, 14}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_reentrant_actor_goes_on_while_its_coroutines_wait) {
  testing::node node{plain()};
  journal log;
  auto w = node.spawn<sleeper>(&log);
  auto slow = node.ask(w, nap{30});
  auto fast = node.ask(w, nap{10});
  w.tell(note{"meanwhile"});
  BOOST_TEST(slow.result().value() == 30);
  BOOST_TEST(fast.ready());
  BOOST_TEST(log == (journal{"meanwhile", "woke 10", "woke 30"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_timeout_inside_a_coroutine_is_a_value) {
  struct go {};
  class waiter : public open_actor<waiter> {
  public:
    using handles = messages<go>;
    explicit waiter(ref<server> there) : there_{there} {}
    task<std::string> on(go) {
      auto r = co_await ask(there_, never{}, 5ms);
      co_return std::string{to_string(r.error().code)};
    }

  private:
    ref<server> there_;
  };
  fixture f{2, 1};
  auto w = f.node.spawn<waiter>(on_shard(0), f.there);
  BOOST_TEST(f.node.ask_result(w, go{}).value() == "timeout");
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_takes_a_promise_answers_only_with_it) {
  struct go {};
  class twice : public open_actor<twice> {
  public:
    using handles = messages<go, settle>;
    task<int> on(go) {
      kept_ = make_promise<int>();
      co_return 1;
    }
    void on(settle) { kept_.set(2); }

  private:
    promise<int> kept_;
  };
  testing::node node{plain()};
  auto t = node.spawn<twice>();
  auto answer = node.ask(t, go{});
  node.run_until_idle();
  t.tell(settle{});
  BOOST_TEST(answer.result().value() == 2);
}

BOOST_AUTO_TEST_CASE(an_ask_dropped_by_its_handler_leaves_nothing_behind) {
  fixture f{1, 0};
  perform<puppet>(f.node, f.asker, [&](puppet& self) { (void)self.ask(f.there, by_value{1}); });
  f.node.run_for(10s);
  BOOST_TEST((f.ask<int>(by_value{5}).value() == 5));
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_fails_the_asker) {
  fixture f{2, 1};
  perform<puppet>(f.node, f.asker, [&](puppet& self) {
    self.ask(f.there, by_value{1}).then([](expected<int>) { throw std::runtime_error{"in callback"}; });
  });
  BOOST_TEST((f.node.ask_result(f.asker, question{1}).error().code == errc::no_such_actor));
  auto second = f.node.spawn<puppet>(&f.log);
  perform<puppet>(f.node, second, [&](puppet& self) {
    self.ask(f.there, never{}, 1ms).then([](expected<int>) { throw std::runtime_error{"in callback"}; });
  });
  f.node.run_for(1s);
  BOOST_TEST((f.node.ask_result(second, question{1}).error().code == errc::no_such_actor));
}

BOOST_AUTO_TEST_CASE(a_callback_may_ask_again_and_stop_its_actor) {
  fixture f{2, 1};
  int sum = 0;
  perform<puppet>(f.node, f.asker, [&](puppet& self) {
    self.ask(f.there, by_value{1}).then([&](expected<int> a) {
      self.ask(f.there, by_slow_task{*a + 1}).then([&sum, first = *a](expected<int> b) {
        sum = first + *b;
        puppet::stop();
      });
    });
  });
  f.node.run_for(1s);
  BOOST_TEST(sum == 3);
  BOOST_TEST((f.node.ask_result(f.asker, question{1}).error().code == errc::no_such_actor));
}

BOOST_AUTO_TEST_CASE(a_message_the_actor_does_not_handle_fails_the_ask) {
  fixture f{1, 0};
  ref<server> disguised{f.asker.id()};
  auto r = f.node.ask_result(disguised, by_value{1});
  BOOST_TEST((r.error().code == errc::unhandled));
  BOOST_TEST(f.node.dead_letter_count(errc::unhandled) == 1U);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_node_completes_what_was_asked_from_outside) {
  std::optional<future<int>> open;
  {
    fixture f{2, 1};
    open.emplace(f.node.ask(f.there, never{}, 1h));
    f.node.run_until_idle();
    BOOST_TEST(!open->ready());
    BOOST_TEST(f.node.shutdown());
    BOOST_TEST(open->ready());
    BOOST_TEST((open->result().error().code == errc::actor_stopped));
  }
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_open_promises_are_answered_in_linear_time) {
  fixture f{1, 0};
  int got = 0;
  constexpr int count = 100'000;
  perform<puppet>(f.node, f.asker, [&](puppet& self) {
    for (int i = 0; i < count; ++i)
      self.ask(f.there, by_promise{i}, 1h).then([&](expected<int> r) { got += r.has_value(); });
  });
  auto before = std::chrono::steady_clock::now();
  f.there.tell(settle_once{});
  f.node.run_until_idle();
  BOOST_TEST(got == count);
  BOOST_TEST((std::chrono::steady_clock::now() - before < 5s));
}

BOOST_AUTO_TEST_CASE(the_sender_stays_the_same_for_a_coroutine_that_goes_on_after_an_await) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    std::vector<actor_id> seen;
    auto busy = f.node.spawn<clerk>(on_shard(0), f.there, &seen);
    auto other = f.node.spawn<puppet>(on_shard(0), &f.log);
    for (auto& who : {f.asker, other}) perform<puppet>(f.node, who, [&](puppet& self) { self.tell(busy, nap{1}); });
    f.node.run_for(1s);
    BOOST_TEST(std::count(seen.begin(), seen.end(), f.asker.id()) == 6);
    BOOST_TEST(std::count(seen.begin(), seen.end(), other.id()) == 6);
    BOOST_TEST(seen.size() == 12U);
  }
}

BOOST_AUTO_TEST_CASE(the_sender_in_a_callback_is_who_answered) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    actor_id seen;
    perform<puppet>(f.node, f.asker, [&](puppet& self) {
      self.ask(f.there, by_value{1}).then([&](expected<int>) { seen = puppet::sender().id(); });
    });
    BOOST_TEST((seen == f.there.id()));
  }
}
