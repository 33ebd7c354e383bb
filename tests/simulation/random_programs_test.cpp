// SPDX-License-Identifier: BSD-3-Clause
//
// Random programs of actors against a simple model, thousands of seeds. An actor does something random
// with each message: tells, asks, spawns, stops, kills, throws, sets timers, lays messages aside, watches,
// restarts its children; meanwhile actors move between shards. The model only keeps books:
//
//   order      what one sender tells and asks one receiver is handled in that order, none of it twice
//   accounts   told + asked = handled + dead letters; every message object is destroyed once
//   asks       never two outcomes; exactly one, in time, if the asker is still the one that asked
//   turns      nothing is handled while a coroutine of the actor waits, unless it is reentrant
//   ends       nobody runs after its `down`; at rest nothing is stuck; after shutdown nothing is left
#define BOOST_TEST_MODULE random_programs
#include <boost/test/unit_test.hpp>

#include <actors/actors.hpp>
#include <actors/testing.hpp>
#include <functional>
#include <map>
#include <set>
#include <string_view>

using namespace actors;
using namespace std::chrono_literals;

namespace {

struct world {
  enum class fate : std::uint8_t { sent, handled, thrown };
  struct ask_record {
    std::uint64_t serial;
    std::uint64_t incarnation;
    std::uint64_t epoch;
    duration timeout;
    duration deadline;
    int outcomes = 0;
  };
  struct life {
    bool alive = true;
    std::uint64_t epoch = 0; // counts failures: they end what the instance had asked
  };

  explicit world(std::uint64_t seed) : random{seed ^ 0x5eed} {}

  testing::random_source random;
  testing::node* node = nullptr;
  std::vector<std::string> errors;
  std::vector<any_ref> known;
  std::map<actor_id, int> kinds;
  std::vector<fate> fates;
  std::map<std::pair<actor_id, actor_id>, std::uint64_t> sent, heard;
  std::map<std::pair<actor_id, std::uint64_t>, std::size_t> tickets;
  std::vector<ask_record> asks;
  std::vector<life> lives;
  std::set<actor_id> ended;
  std::int64_t objects = 0, tokens = 0;
  int budget = 0;
  bool moves = false;
  bool chatty = false;
  /// A digest of all that happened, in its order.
  std::uint64_t history = 0xcbf29ce484222325;

  void happened(std::uint64_t what) { history = (history ^ what) * 0x9e3779b97f4a7c15 ^ history >> 29; }
  /// Without the number of the node: no two nodes have the same.
  void happened(const actor_id& who) {
    happened((std::uint64_t{who.slot} << 16 | who.shard()) ^ std::uint64_t{who.generation} << 48);
  }
  void happened(std::string_view text) { happened(std::hash<std::string_view>{}(text)); }

  void error(std::string text) { errors.push_back(std::move(text)); }
  bool spend() { return budget > 0 && budget-- > 0; }
  any_ref anyone() { return known[random.below(known.size())]; }
};

/// Lies in every message, so that each can be told apart and its end is seen.
struct token {
  token(world& w, actor_id from, actor_id to) : home{&w}, serial{w.fates.size()}, sender{from} {
    w.fates.push_back(world::fate::sent);
    number = ++w.sent[{from, to}];
    ++w.tokens;
  }
  token(token&& other) noexcept
      : home{std::exchange(other.home, nullptr)}, serial{other.serial}, number{other.number}, sender{other.sender} {}
  token& operator=(token&&) = delete;
  ~token() {
    if (home != nullptr) --home->tokens;
  }
  world* home;
  std::size_t serial;
  std::uint64_t number;
  actor_id sender;
};

struct work {
  explicit work(token t) : mark{std::move(t)} {}
  token mark;
};
struct query {
  explicit query(token t) : mark{std::move(t)} {}
  token mark;
};
struct delayed {
  std::uint64_t serial;
};
struct beat {};
struct open_up {};

enum kind : int { in_slot, on_heap, reentrant_kind, careless, kinds_count };

struct agent_state {
  world* w;
  std::uint64_t incarnation;
  bool closed = false;
  int suspended = 0;
  int beats = 0;
  timer_id ticker;
  std::vector<any_ref> children;
  std::set<std::uint64_t> seen_timers;

  explicit agent_state(world& home) : w{&home}, incarnation{home.lives.size()} {
    home.lives.emplace_back();
    ++home.objects;
  }
  ~agent_state() {
    w->lives[incarnation].alive = false;
    --w->objects;
  }
};

/// A tick of the wheel, and the turns of other shards.
constexpr duration slack = 3ms;

struct failed_on_purpose : std::runtime_error {
  failed_on_purpose() : std::runtime_error{"on purpose"} {}
};

template <int Kind>
using handled_by =
    std::conditional_t<Kind == careless, messages<work, query, delayed, beat, open_up, down, outcome<query, std::uint64_t>>,
                       messages<work, query, delayed, beat, open_up, down, outcome<query, std::uint64_t>, child_failed,
                                child_stopped>>;

template <int Kind>
class agent : public actor<agent<Kind>> {
public:
  using handles = handled_by<Kind>;
  using base = actor<agent<Kind>>;
  static constexpr bool reentrant = Kind == reentrant_kind;

  explicit agent(world* w) : state_{std::make_unique<agent_state>(*w)} {
    if (w->random.one_in(40) && w->spend()) throw failed_on_purpose{};
    if (w->random.one_in(8)) act(*state_);
  }

  void on(work m) {
    agent_state& s = *state_;
    if (s.closed) return base::stash(std::move(m));
    begin(s, m.mark);
    act(s);
    maybe_throw(s, &m.mark);
  }

  task<expected<std::uint64_t>> on(query m) {
    agent_state& s = *state_;
    if (s.closed) {
      base::stash(std::move(m));
      co_return 0;
    }
    begin(s, m.mark);
    const std::uint64_t serial = m.mark.serial;
    struct turn {
      agent_state& s;
      explicit turn(agent_state& state) : s{state} { ++s.suspended; }
      ~turn() { --s.suspended; }
    } here{s};
    act(s);
    if (s.w->random.one_in(3)) co_await base::sleep(pause(s));
    if (s.w->random.one_in(3) && s.w->spend()) {
      auto to = s.w->anyone();
      std::size_t record = open_ask(s);
      auto r = co_await base::ask(to.template as<agent<0>>(), question(s, to), time_of(s, record));
      close_ask(s.w, record, r);
    }
    maybe_throw(s, &m.mark);
    if (s.w->random.one_in(5)) co_return failure{errc::cancelled, {}, "no", ""};
    co_return serial;
  }

  void on(delayed d) {
    agent_state& s = *state_;
    arrive(s, event::timer, d.serial);
    if (!s.seen_timers.insert(d.serial).second) s.w->error("a timer fired twice");
    act(s);
    maybe_throw(s, nullptr);
  }
  void on(beat) {
    agent_state& s = *state_;
    arrive(s, event::beat);
    if (++s.beats >= 3) base::cancel(s.ticker);
  }
  void on(open_up) {
    arrive(*state_, event::opening);
    state_->closed = false;
    base::unstash_all();
  }
  void on(down d) {
    arrive(*state_, event::end_of_watched, static_cast<std::uint64_t>(d.kind));
    state_->w->happened(d.who);
    state_->w->ended.insert(d.who);
  }
  void on(outcome<query, std::uint64_t> o) {
    agent_state& s = *state_;
    arrive(s, event::outcome_message, o.request);
    auto at = s.w->tickets.find({base::self().id(), o.request});
    if (at == s.w->tickets.end()) return s.w->error("an outcome that nobody asked for");
    close_ask(s.w, at->second, o.result);
    s.w->tickets.erase(at);
  }
  void on(child_failed f) {
    arrive(*state_, event::child_failure);
    state_->w->happened(f.child);
    switch (state_->w->random.below(3)) {
      case 0: return restart(f.child);
      case 1: return base::resume_child(any_ref{f.child});
      default: return base::stop_child(any_ref{f.child});
    }
  }
  void on(child_stopped c) {
    arrive(*state_, event::child_end, static_cast<std::uint64_t>(c.kind));
    state_->w->happened(c.child);
  }
  void on_stop() {
    note(*state_, event::stopping, 0);
    if (state_->w->random.one_in(4)) act(*state_);
  }

private:
  enum class event : std::uint8_t {
    message,
    timer,
    beat,
    opening,
    end_of_watched,
    outcome_message,
    child_failure,
    child_end,
    stopping
  };

  void note(agent_state& s, event what, std::uint64_t detail) {
    s.w->happened(static_cast<std::uint64_t>(what));
    s.w->happened(detail);
    s.w->happened(base::self().id());
    s.w->happened(static_cast<std::uint64_t>(s.w->node->now().count()));
  }
  void arrive(agent_state& s, event what, std::uint64_t detail = 0) {
    note(s, what, detail);
    if (s.suspended != 0 && !reentrant) s.w->error("handled while a coroutine waits");
    if (s.w->ended.contains(base::self().id())) s.w->error("ran after its down");
  }
  void begin(agent_state& s, const token& t) {
    arrive(s, event::message, t.serial);
    s.w->happened(t.sender);
    auto& fate = s.w->fates[t.serial];
    if (fate != world::fate::sent) s.w->error("handled twice");
    fate = world::fate::handled;
    auto& last = s.w->heard[{t.sender, base::self().id()}];
    if (t.number <= last) s.w->error("out of order");
    last = t.number;
  }
  void maybe_throw(agent_state& s, const token* t) {
    if (!s.w->random.one_in(25) || !s.w->spend()) return;
    if (t != nullptr) s.w->fates[t->serial] = world::fate::thrown;
    ++s.w->lives[s.incarnation].epoch;
    throw failed_on_purpose{};
  }
  duration pause(agent_state& s) { return std::chrono::microseconds{s.w->random.below(3000)}; }

  std::size_t open_ask(agent_state& s) {
    duration timeout = std::chrono::microseconds{s.w->random.one_in(4) ? s.w->random.below(500) : s.w->random.below(200'000)};
    // The serial is that of the question, which is made next.
    s.w->asks.push_back({s.w->fates.size(), s.incarnation, s.w->lives[s.incarnation].epoch, timeout, base::now() + timeout + slack});
    return s.w->asks.size() - 1;
  }
  duration time_of(agent_state& s, std::size_t record) { return s.w->asks[record].timeout; }
  static void close_ask(world* w, std::size_t record, const expected<std::uint64_t>& result) {
    w->happened(record);
    w->happened(result ? *result : ~static_cast<std::uint64_t>(result.error().code));
    if (result && *result != w->asks[record].serial) w->error("the answer to another ask");
    if (++w->asks[record].outcomes > 1) w->error("two outcomes of one ask");
    if (w->node->now() > w->asks[record].deadline) w->error("an outcome after the timeout");
  }
  query question(agent_state& s, any_ref to) { return query{token{*s.w, base::self().id(), to.id()}}; }

  template <int Other>
  void spawn_kind(agent_state& s) {
    world& w = *s.w;
    spawn_options how = w.random.one_in(2) ? here : on_shard(static_cast<std::uint32_t>(w.random.below(4)));
    if (w.random.one_in(6))
      how = how.limit(1 + w.random.below(6), static_cast<overflow_policy>(w.random.below(4)));
    if (w.random.one_in(6)) how = how.stop_within(std::chrono::milliseconds{w.random.below(20)});
    auto child = base::template spawn<agent<Other>>(how, &w);
    w.kinds[child.id()] = Other;
    w.known.push_back(child);
    s.children.push_back(child);
  }
  void spawn_some(agent_state& s) {
    try {
      switch (s.w->random.below(kinds_count)) {
        case in_slot: return spawn_kind<in_slot>(s);
        case on_heap: return spawn_kind<on_heap>(s);
        case reentrant_kind: return spawn_kind<reentrant_kind>(s);
        default: return spawn_kind<careless>(s);
      }
    } catch (const failed_on_purpose&) {
    }
  }
  void restart(actor_id child) {
    world* w = state_->w;
    auto at = w->kinds.find(child);
    switch (at == w->kinds.end() ? int{in_slot} : at->second) {
      case in_slot: return base::restart_child(ref<agent<in_slot>>{child}, w);
      case on_heap: return base::restart_child(ref<agent<on_heap>>{child}, w);
      case reentrant_kind: return base::restart_child(ref<agent<reentrant_kind>>{child}, w);
      default: return base::restart_child(ref<agent<careless>>{child}, w);
    }
  }

  void act(agent_state& s) {
    world& w = *s.w;
    for (std::uint64_t n = 1 + w.random.below(4); n > 0 && w.spend(); --n) {
      any_ref to = w.anyone();
      auto who = to.as<agent<0>>();
      switch (w.chatty && w.random.one_in(2) ? 0 : w.random.below(22)) {
        case 0: case 1: case 2: case 3: case 4: case 5: case 6:
          for (std::uint64_t k = 1 + w.random.below(w.chatty ? 12 : 3); k > 0; --k)
            base::tell(who, work{token{w, base::self().id(), to.id()}});
          break;
        case 7: case 8: {
          std::size_t record = open_ask(s);
          base::ask(who, question(s, to), time_of(s, record)).then([home = &w, record](expected<std::uint64_t> r) {
            close_ask(home, record, r);
          });
          break;
        }
        case 9: {
          std::size_t record = open_ask(s);
          auto ticket = base::ask(who, question(s, to), time_of(s, record)).as_message();
          w.tickets[{base::self().id(), ticket}] = record;
        // The outcome is there in time, but waits its turn as any message.
        w.asks[record].deadline = duration::max();
          break;
        }
        case 10: case 11: case 12: spawn_some(s); break;
        case 13:
          if (w.random.one_in(3)) base::stop();
          break;
        case 14:
          if (w.random.one_in(2)) base::stop(to);
          break;
        case 15:
          if (w.random.one_in(3)) base::kill(to);
          break;
        case 16: base::send_after(who, pause(s), delayed{w.random.next()}); break;
        case 17:
          if (s.beats != 0 || s.ticker.ticket != 0) break;
          s.ticker = base::send_every(std::chrono::microseconds{1 + w.random.below(2000)}, beat{});
          break;
        case 18:
          if (s.closed) break;
          s.closed = true;
          if (w.random.one_in(2))
            base::tell(base::self(), open_up{});
          else
            base::send_after(pause(s), open_up{});
          break;
        case 19: case 20: base::watch(to); break;
        case 21:
          if (s.children.empty()) break;
          if (any_ref child = s.children[w.random.below(s.children.size())]; w.random.one_in(3))
            base::stop_child(child);
          else
            restart(child.id());
          break;
      }
    }
  }

  std::unique_ptr<agent_state> state_;
  struct nothing {};
  struct weight {
    char bytes[100];
  };
  [[no_unique_address]] std::conditional_t<Kind == in_slot, nothing, weight> weight_;
};
static_assert(detail::lies_in_slot<agent<in_slot>> && !detail::lies_in_slot<agent<on_heap>>);

testing::simulation_options options_for(std::uint64_t seed, testing::random_source& random) {
  testing::simulation_options o;
  o.seed = seed;
  o.shards = 1 + static_cast<std::uint32_t>(random.below(4));
  o.moves = !random.one_in(4);
  if (random.one_in(8)) o.inbox_bytes = 1024 << random.below(4);
  if (random.one_in(8)) o.mailbox = {2 + random.below(20), static_cast<overflow_policy>(random.below(4))};
  return o;
}

void check_nothing_is_stuck(testing::node& node, world& w) {
  using namespace detail;
  for (std::uint32_t i = 0; i < node.shard_count(); ++i)
    node.engine().shard_at(i)->for_each_actor([&](slot& s, const actor_id& id) {
      constexpr std::uint16_t restless = state::hold | state::has_held | state::backlogged | state::stopping;
      if ((s.flags & restless) != 0 || s.waiting != 0)
        w.error("stuck: " + to_string(id) + " flags " + std::to_string(s.flags) + " waiting " + std::to_string(s.waiting));
    });
}

void check_asks(world& w) {
  for (const auto& a : w.asks) {
    const auto& asker = w.lives[a.incarnation];
    if (asker.alive && asker.epoch == a.epoch && a.outcomes != 1)
      w.error("an ask without an outcome");
  }
}

void check_accounts(testing::node& node, world& w) {
  const auto letters = node.dead_letters();
  if (letters.size() >= 1000) return; // more than the node remembers
  std::uint64_t dead = 0;
  for (const auto& l : letters)
    dead += l.message_type.ends_with("::work") || l.message_type.ends_with("::query");
  auto handled = static_cast<std::uint64_t>(std::count(w.fates.begin(), w.fates.end(), world::fate::handled));
  if (handled + dead != w.fates.size())
    w.error("told " + std::to_string(w.fates.size()) + ", handled " + std::to_string(handled) + ", dead " +
            std::to_string(dead));
}

void check_nothing_is_left(testing::node& node, world& w) {
  if (node.counters().live_actors != 0) w.error("actors left: " + std::to_string(node.counters().live_actors));
  if (w.objects != 0) w.error("instances left: " + std::to_string(w.objects));
  if (w.tokens != 0) w.error("messages left: " + std::to_string(w.tokens));
  for (std::uint32_t i = 0; i < node.shard_count(); ++i) {
    auto& shard = *node.engine().shard_at(i);
    if (shard.wheel().size() != 0) w.error("timers left: " + std::to_string(shard.wheel().size()));
    if (shard.has_mail()) w.error("mail left");
  }
}

std::uint64_t total_moves = 0, total_messages = 0;

/// One turn of the node, and perhaps a shard that gives actors away, more often than a balancer would.
bool step(testing::node& node, world& w) {
  bool more = node.step();
  if (!w.moves || w.random.one_in(2)) return more;
  for (std::uint32_t from = 0; from < node.shard_count(); ++from)
    total_moves += node.engine().shard_at(from)->donate(static_cast<std::uint32_t>(w.random.below(node.shard_count())), 8);
  return more;
}

/// What the node itself has to say: its log and its dead letters, each without the number of the node.
void add_records(testing::node& node, world& w) {
  const std::string number = to_string(actor_id{node.engine().node() << 16, 0, 1});
  const std::string name = number.substr(0, number.find('/') + 1);
  for (std::string line : node.logged()) {
    for (auto at = line.find(name); at != std::string::npos; at = line.find(name)) line.erase(at, name.size());
    w.happened(line);
  }
  for (const auto& letter : node.dead_letters()) {
    w.happened(letter.target);
    w.happened(letter.sender);
    w.happened(letter.message_type);
    w.happened(static_cast<std::uint64_t>(letter.reason));
  }
  w.happened(node.counters().messages);
}

struct report {
  std::vector<std::string> errors;
  std::uint64_t history;
  std::size_t lines;
};

report run_program(std::uint64_t seed, log_level level = log_level::error) {
  world w{seed};
  std::size_t lines = 0;
  {
    auto options = options_for(seed, w.random);
    options.level = level;
    testing::node node{options};
    w.node = &node;
    w.moves = options.moves;
    w.budget = 40 + static_cast<int>(w.random.below(250));
    std::vector<future<std::uint64_t>> open;
    auto begin = [&]<int Kind>(std::integral_constant<int, Kind>) {
      auto a = node.spawn<agent<Kind>>(&w);
      w.kinds[a.id()] = Kind;
      w.known.push_back(a);
    };
    for (std::uint64_t n = 2 + w.random.below(8); n > 0; --n) {
      begin(std::integral_constant<int, in_slot>{});
      begin(std::integral_constant<int, on_heap>{});
      if (w.random.one_in(2)) begin(std::integral_constant<int, reentrant_kind>{});
    }
    // Many messages inside a shard make a queue from which actors move.
    w.chatty = w.random.one_in(2);
    for (std::uint64_t n = 5 + w.random.below(40); n > 0; --n) {
      any_ref to = w.anyone();
      auto who = to.as<agent<0>>();
      if (w.random.one_in(10))
        open.push_back(node.ask(who, query{token{w, {}, to.id()}}, 10ms));
      else
        who.tell(work{token{w, {}, to.id()}});
      for (std::uint64_t k = w.random.below(4); k > 0; --k) step(node, w);
      if (w.random.one_in(30)) node.run_for(std::chrono::microseconds{w.random.below(5000)});
      if (w.random.one_in(60)) node.stop(w.anyone());
      if (w.random.one_in(60)) node.kill(w.anyone());
    }
    while (step(node, w)) {
    }
    for (auto& o : open) (void)o.result();
    node.run_for(10s);
    check_nothing_is_stuck(node, w);
    check_asks(w);
    w.budget = 0;
    if (!node.shutdown()) w.error("the shutdown did not end");
    node.run_until_idle();
    check_nothing_is_left(node, w);
    check_accounts(node, w);
    add_records(node, w);
    lines = node.logged().size();
    total_moves += node.counters().moves;
    total_messages += node.counters().messages;
  }
  if (w.objects != 0 || w.tokens != 0) w.error("left after the end of the node");
  return {std::move(w.errors), w.history, lines};
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t programs = 2'000;
#else
constexpr std::uint64_t programs = 60'000;
#endif

} // namespace

BOOST_AUTO_TEST_CASE(random_programs_keep_the_promises_of_the_engine) {
  const std::uint64_t only = testing::seed_from_environment(0);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last = only != 0 ? only : programs;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed <= last && failed < 5; ++seed) {
    const auto errors = run_program(seed).errors;
    if (errors.empty()) continue;
    ++failed;
    BOOST_ERROR("ACTORS_SEED=" << seed << ": " << errors.front() << " (" << errors.size() << " errors, last: "
                               << errors.back() << ")");
  }
  BOOST_TEST_MESSAGE(total_messages << " messages, " << total_moves << " moves");
  if (only == 0 && failed == 0) BOOST_TEST(total_moves > 100U);
}

BOOST_AUTO_TEST_CASE(a_seed_replays_exactly) {
  std::set<std::uint64_t> histories;
  std::size_t lines = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const report first = run_program(seed, log_level::debug);
    const report second = run_program(seed, log_level::debug);
    BOOST_TEST(first.history == second.history, "seed " << seed);
    histories.insert(first.history);
    lines += first.lines;
  }
  // The digest sees what is different, and the log has something to say.
  BOOST_TEST(histories.size() == 500U);
  BOOST_TEST(lines > 500U);
}
