// SPDX-License-Identifier: BSD-3-Clause
//
// Random trees of supervisors under random failures and requests, thousands of seeds. Children throw in
// constructors, handlers, on_stop and restore; stop and kill themselves and each other; supervisors are
// killed and stopped, also in the middle of restarts; actors move between shards. Then all failures cease,
// time passes, and what should run runs. The books:
//
//   lives     never two instances of one child; an instance that begins is the one its path names
//   order     a group starts in order and stops in the reverse order
//   asks      exactly one outcome each, and never for lack of time
//   calm      under supervisors that did not give up, permanent children run and answer; names are theirs
//   end       after the shutdown no actor is left
#define BOOST_TEST_MODULE supervision_fuzz
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <sstream>

#include <actors/supervision/supervision.hpp>
#include <actors/testing.hpp>

using namespace actors;
using namespace std::chrono_literals;
namespace sup = actors::supervision;

namespace supervision_fuzz {

class agent;

/// What is known of one child by its id; ids are unique in a tree.
struct member {
  std::string parent;
  int order = 0;
  sup::strategy among = sup::strategy::one_for_one;
  sup::restart restart = sup::permanent;
  int alive = 0;
  /// Ended or started on request: its siblings may run while it starts or stops.
  bool by_request = false;
};

struct world {
  explicit world(std::uint64_t seed) : random{seed * 77 + 5} {}

  testing::random_source random;
  std::vector<std::string> errors;
  std::map<std::string, member> members;
  std::map<std::string, std::vector<std::string>> siblings;
  std::vector<ref<agent>> known;
  std::map<std::string, ref<agent>> refs;
  std::vector<std::string> supervisors;
  std::vector<int> outcomes;
  bool chaos = false;
  bool tells = false;
  int budget = 0;
  int last = 0;

  static world*& now() {
    static world* w = nullptr;
    return w;
  }
  bool mishap(std::uint64_t n) { return chaos && random.one_in(n) && budget > 0 && budget-- > 0; }
  void error(std::string text) {
    note("ERROR " + text);
    errors.push_back(std::move(text));
  }
  /// The story of a seed that is run alone.
  void note(std::string text) {
    if (tells) std::puts(text.c_str());
  }
  /// Those that start after a child, and live.
  void expect_no_later_one(const std::string& name, const char* doing) {
    const member& m = members[name];
    if (m.by_request) return;
    for (const std::string& other : siblings[m.parent])
      if (const member& o = members[other]; o.order > m.order && o.alive > 0 && !o.by_request)
        error(name + " " + doing + " while " + other + ", which is younger, lives");
  }
};

struct poke {};
/// Work for its own shard, which may then move.
struct chat {};
struct nothing {};
struct ask_around {};
struct query {};

/// Counted as long as it lives, wherever it lies.
class life {
public:
  explicit life(std::string name) : name_{std::move(name)} {
    if (++world::now()->members[name_].alive > 1) world::now()->error("two instances of " + name_);
  }
  life(const life&) = delete;
  ~life() {
    world::now()->note("~ " + name_);
    --world::now()->members[name_].alive;
  }

private:
  std::string name_;
};

class agent : public actor<agent> {
public:
  using handles = messages<poke, ask_around, query, chat, nothing>;

  explicit agent(std::string name) : name_{std::move(name)} {
    world& w = *world::now();
    w.note("+ " + name_ + " as " + to_string(self().id()));
    if (w.mishap(12)) throw std::runtime_error{"constructor of " + name_};
    life_ = std::make_unique<life>(name_);
    w.refs[name_] = self();
    w.known.push_back(self());
    // A retry in a group begins the group anew; one_for_one and dynamic start each alone.
    const auto among = w.members[name_].among;
    if (among == sup::strategy::one_for_all || among == sup::strategy::rest_for_one) w.expect_no_later_one(name_, "starts");
    if (w.mishap(20)) tell(self(), poke{});
  }

  void on(poke) {
    world& w = *world::now();
    if (!w.chaos) return;
    switch (w.random.below(7)) {
      case 0:
      case 1: throw std::logic_error{"handler of " + name_};
      case 2: leave(exit_kind::normal); break;
      case 3: leave(exit_kind::shutdown); break;
      case 4: kill(self()); break;
      case 5: kill(w.known[w.random.below(w.known.size())]); break;
      default: break;
    }
  }
  void on(ask_around) {
    world& w = *world::now();
    const std::size_t serial = w.outcomes.size();
    w.outcomes.push_back(0);
    ask(w.known[w.random.below(w.known.size())], query{}, 10min).then([&w, serial](expected<std::string>) {
      if (++w.outcomes[serial] > 1) w.error("two outcomes of one ask");
    });
  }
  void on(chat) {
    world& w = *world::now();
    std::vector<ref<agent>> near;
    for (const auto& other : w.known)
      if (other.id().shard() == self().id().shard() && near.size() < 8) near.push_back(other);
    for (int k = 0; k < 10; ++k)
      for (const auto& other : near) other.tell(nothing{});
  }
  void on(nothing) {}
  task<std::string> on(query) {
    world& w = *world::now();
    if (w.chaos && w.random.one_in(3)) co_await sleep(1ms * w.random.below(100));
    if (w.mishap(6)) throw std::logic_error{"question to " + name_};
    co_return name_;
  }
  task<void> on_stop() {
    world& w = *world::now();
    w.note("- " + name_);
    if (!leaves_) w.expect_no_later_one(name_, "stops");
    if (w.mishap(8)) throw std::runtime_error{"on_stop of " + name_};
    if (w.chaos && w.random.one_in(4)) co_await sleep(1ms * w.random.below(200));
  }

private:
  void leave(exit_kind how) {
    leaves_ = true;
    stop(how);
  }
  std::string name_;
  bool leaves_ = false;
  std::unique_ptr<life> life_;
};

void give_state(agent&, const sup::restart_info& why) {
  world& w = *world::now();
  if (why.restarts == 0 || why.path.empty()) w.error("restored without a reason");
  if (w.mishap(6)) throw std::out_of_range{"restore"};
}

/// Writes reports into the story.
class teller : public actor<teller> {
public:
  using handles = messages<sup::report>;
  teller() { subscribe(sup::reports); }
  void on(const sup::report& r) { world::now()->note("report by " + to_string(r.supervisor) + " of " + to_string(r.child) + ": " + to_string(r)); }
};

// -- random trees -----------------------------------------------------------------------------------------

struct builder {
  world& w;

  std::string note(const std::string& prefix, const std::string& parent, sup::strategy among, sup::restart type) {
    const std::string name = prefix + std::to_string(++w.last);
    w.members[name] = {parent, w.last, among, type, 0, false};
    w.siblings[parent].push_back(name);
    return name;
  }
  sup::restart type() {
    const auto k = w.random.below(6);
    return k < 4 ? sup::permanent : k == 4 ? sup::transient : sup::temporary;
  }
  sup::shutdown time() {
    const auto k = w.random.below(4);
    return k == 0 ? sup::brutal_kill : k == 1 ? sup::infinity : sup::shutdown{50ms};
  }
  spawn_options place() {
    const auto k = w.random.below(4);
    return k == 0 ? anywhere : k < 3 ? here : on_shard(static_cast<std::uint32_t>(w.random.below(8)));
  }
  sup::backoff pauses() {
    return {.first = 1ms * (1 + w.random.below(50)), .maximum = 300ms, .factor = 1.5, .jitter = w.random.one_in(2) ? 0.0 : 0.3};
  }
  sup::child_spec worker(const std::string& parent, const sup::supervisor_spec& above) {
    const auto kind = type();
    const std::string name = note("w", parent, above.strategy, kind);
    auto c = sup::child<agent>(name, sup::args(name), kind, place(), time());
    if (w.random.one_in(3)) c.start.restore = sup::child<agent>("", sup::args(""), sup::restore<&give_state>).start.restore;
    if (w.random.one_in(4)) c.backoff = pauses();
    c.significant = kind != sup::permanent && above.auto_shutdown != sup::auto_shutdown::never && w.random.one_in(2);
    return c;
  }
  sup::tree supervisor(const std::string& id, const std::string& parent, int depth) {
    const std::string path = parent.empty() ? id : parent + "/" + id;
    w.supervisors.push_back(path);
    const auto k = w.random.below(parent.empty() ? 6 : 7);
    if (k == 6) return sup::dynamic<agent>(id, sup::takes<std::string>, type(), place(), time()).intensity(10, 1s);
    const auto how = k < 2 ? sup::strategy::one_for_one : k < 4 ? sup::strategy::one_for_all : sup::strategy::rest_for_one;
    sup::tree t{id, how};
    t.intensity(static_cast<std::uint32_t>(parent.empty() && !w.random.one_in(4) ? 100000 : w.random.below(8)), 1ms * (1 + w.random.below(3000)));
    if (w.random.one_in(3)) t.restart_with(pauses());
    if (w.random.one_in(5)) t.ends_with(w.random.one_in(2) ? sup::auto_shutdown::any_significant : sup::auto_shutdown::all_significant);
    for (std::uint64_t n = w.random.below(5); n > 0; --n) {
      if (depth < 4 && w.random.one_in(3)) {
        const auto kind = type();
        const std::string below = note("s", path, how, kind);
        t.child(supervisor(below, path, depth + 1), kind, place().stop_within(1h));
      } else {
        t.child(worker(path, t.spec()));
      }
    }
    return t;
  }
};

// -- one history --------------------------------------------------------------------------------------------

struct history {
  world w;
  testing::node node;
  std::vector<future<any_ref>> starts;
  std::vector<future<void>> dones;
  std::vector<future<std::vector<sup::child_info>>> lists;
  std::vector<future<std::string>> answers;
  sup::supervisor_spec spec;

  static testing::simulation_options options(std::uint64_t seed) {
    testing::simulation_options o;
    o.seed = seed;
    o.shards = 1 + static_cast<std::uint32_t>(seed % 4);
    o.moves = true;
    o.level = log_level::error;
    return o;
  }

  explicit history(std::uint64_t seed) : w{seed}, node{options(seed)} {
    world::now() = &w;
    spec = builder{w}.supervisor("top", "", 1).spec();
  }
  ~history() { world::now() = nullptr; }

  sup::supervisor_ref some_supervisor() {
    auto found = node.find<sup::supervisor>(w.supervisors[w.random.below(w.supervisors.size())]);
    return found ? *found : sup::supervisor_ref{};
  }
  std::string some_member() {
    if (w.members.empty()) return "nobody";
    auto at = w.members.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(w.random.below(w.members.size())));
    return at->first;
  }

  void request() {
    const std::size_t which = w.random.below(w.supervisors.size());
    const std::string& path = w.supervisors[which];
    auto found = node.find<sup::supervisor>(path);
    if (!found) return;
    const auto to = *found;
    // A child of this one, if it has any.
    std::string id = some_member();
    for (int k = 0; k < 8 && w.members[id].parent != path; ++k) id = some_member();
    const auto what = w.random.below(7);
    const char* names[] = {"start a child", "start a dynamic one", "terminate ", "restart ", "delete ", "await", "list"};
    w.note("ask " + path + ": " + names[what] + (what > 1 && what < 5 ? id : ""));
    switch (what) {
      case 0: {
        sup::supervisor_spec like;
        like.strategy = sup::strategy::one_for_one; // it may be any
        auto child = builder{w}.worker(path, like);
        w.members[child.id].by_request = true;
        starts.push_back(node.ask(to, sup::start_child{child}, 100h));
        break;
      }
      case 1: {
        const std::string name = builder{w}.note("d", path, sup::strategy::dynamic, sup::permanent);
        w.members[name].by_request = true;
        starts.push_back(node.ask(to, sup::dynamic_child(name), 100h));
        break;
      }
      case 2:
        if (w.members[id].parent == path) w.members[id].by_request = true;
        dones.push_back(node.ask(to, sup::terminate_child{id}, 100h));
        break;
      case 3:
        if (w.members[id].parent == path) w.members[id].by_request = true;
        starts.push_back(node.ask(to, sup::restart_child{id}, 100h));
        break;
      case 4: dones.push_back(node.ask(to, sup::delete_child{id}, 100h)); break;
      case 5: dones.push_back(node.ask(to, sup::await_started{}, 100h)); break;
      default: lists.push_back(node.ask(to, sup::which_children{}, 100h)); break;
    }
  }

  void act() {
    const auto someone = w.known.empty() ? ref<agent>{} : w.known[w.random.below(w.known.size())];
    switch (w.random.below(13)) {
      case 11:
      case 12: someone.tell(chat{}); break;
      case 0:
      case 1:
      case 2:
      case 3: someone.tell(poke{}); break;
      case 4: someone.tell(ask_around{}); break;
      case 5:
      case 6: answers.push_back(node.ask(someone, query{}, 100h)); break;
      case 7:
        w.note("kill " + to_string(someone.id()));
        node.kill(someone);
        break;
      case 8:
        if (auto s = some_supervisor(); s && w.random.one_in(3)) {
          const bool stops = w.random.one_in(3);
          w.note((stops ? "stop supervisor " : "kill supervisor ") + to_string(s.id()));
          stops ? node.stop(s) : node.kill(s);
        }
        break;
      default: request(); break;
    }
    if (w.random.one_in(6))
      node.run_for(1ms * w.random.below(400));
    else
      for (auto k = w.random.below(16); k > 0; --k) node.step();
  }

  // -- the books ---------------------------------------------------------------------------------------------

  std::uint64_t running = 0;
  bool gave_up = false;

  void check_below(const std::string& path, sup::supervisor_ref where) {
    auto all = node.ask_result(where, sup::which_children{}, 100h);
    if (!all) return w.error(path + " does not answer: " + to_string(all.error()));
    for (const sup::child_info& c : *all) {
      const std::string name = path + "/" + c.id;
      const bool runs = c.status == sup::child_status::running;
      if (!runs && c.status != sup::child_status::stopped) w.error(name + " is still " + std::string{to_string(c.status)});
      if (runs != bool(c.child)) w.error(name + " runs without an actor, or has one and does not run");
      if (!runs && c.restart == sup::permanent && !w.members[c.id].by_request) w.error(name + " does not run");
      if (runs) check_running(name, c);
    }
  }
  void check_running(const std::string& name, const sup::child_info& c) {
    ++running;
    const bool is_dynamic = c.id == "child";
    if (c.type == sup::child_type::supervisor) {
      auto found = node.find<sup::supervisor>(name);
      if (!found || found->id() != c.child.id()) return w.error(name + " is not what its name says");
      return check_below(name, *found);
    }
    if (!is_dynamic) {
      auto found = node.find<agent>(name);
      if (!found || found->id() != c.child.id()) w.error(name + " is not what its name says");
      if (w.members[c.id].alive != 1) w.error(name + " has " + std::to_string(w.members[c.id].alive) + " instances");
    }
    auto said = node.ask_result(ref<agent>{c.child.id()}, query{}, 100h);
    if (!said) return w.error(name + " does not answer: " + to_string(said.error()));
    if (!is_dynamic && *said != c.id) w.error(name + " answers as " + *said);
  }
  std::uint64_t instances() const {
    std::uint64_t n = 0;
    for (const auto& [name, m] : w.members) n += static_cast<std::uint64_t>(m.alive);
    return n;
  }

  template <class T>
  void close(std::vector<future<T>>& asks, const char* what) {
    for (auto& a : asks) {
      if (!a.ready()) {
        w.error(std::string{what} + " has no outcome");
        continue;
      }
      if (auto r = a.result(); !r && r.error().code == errc::timeout) w.error(std::string{what} + " ended for lack of time");
    }
    asks.clear();
  }

  void tell_tree() {
    for (const auto& [parent, names] : w.siblings)
      for (const auto& name : names) {
        std::ostringstream line;
        line << parent << "/" << name << " among " << static_cast<int>(w.members[name].among) << " restart "
             << static_cast<int>(w.members[name].restart);
        w.note(line.str());
      }
  }

  void run() {
    if (w.tells) tell_tree();
    node.spawn<teller>();
    w.chaos = w.random.one_in(3);
    w.budget = w.chaos ? 2 : 0;
    auto root = sup::start(node, spec);
    w.chaos = true;
    w.budget = 200;
    if (root)
      for (auto n = 20 + w.random.below(60); n > 0; --n) act();
    if (root && w.random.one_in(8)) return end(); // in the middle of it all
    w.chaos = false;
    node.run_for(2h);
    close(starts, "a start");
    close(dones, "a request");
    close(lists, "a list");
    close(answers, "a question");
    running = 0;
    if (auto top = node.find<sup::supervisor>("top")) {
      ++running;
      check_below("top", *top);
    } else {
      gave_up = true;
    }
    ++running; // the teller
    if (node.counters().live_actors != running)
      w.error(std::to_string(node.counters().live_actors) + " actors live, " + std::to_string(running) + " are in the tree");
    end();
  }
  void end() {
    w.chaos = false;
    if (!node.shutdown(3h)) w.error("the shutdown was not orderly");
    if (node.counters().live_actors != 0) w.error(std::to_string(node.counters().live_actors) + " actors are left");
    if (instances() != 0) w.error(std::to_string(instances()) + " instances are left");
    close(starts, "a start");
    close(dones, "a request");
    close(lists, "a list");
    close(answers, "a question");
  }
};

} // namespace supervision_fuzz
using namespace supervision_fuzz;

BOOST_AUTO_TEST_CASE(random_trees_under_random_failures) {
  const bool one = std::getenv("ACTORS_SEED") != nullptr;
  const std::uint64_t first = testing::seed_from_environment(1);
  const std::uint64_t seeds = one ? 1 : 12000;
  // Chance in supervisors comes from their ids, and those from the number of the node.
  if (one)
    for (std::uint64_t number = 1; number < first; ++number) testing::node{{.shards = 1}};
  std::uint64_t restarts = 0, gave_up = 0, moves = 0;
  int failed = 0;
  for (std::uint64_t seed = first; seed < first + seeds && failed < 8; ++seed) {
    history h{seed};
    h.w.tells = one;
    h.run();
    gave_up += h.gave_up ? 1 : 0;
    moves += h.node.counters().moves;
    restarts += h.w.known.size();
    if (h.w.errors.empty()) continue;
    ++failed;
    BOOST_ERROR("ACTORS_SEED=" << seed << ": " << h.w.errors.size() << " errors, first: " << h.w.errors[0]);
    if (one)
      for (const auto& e : h.w.errors) BOOST_TEST_MESSAGE(e);
  }
  BOOST_TEST_MESSAGE(restarts << " instances, " << moves << " moves, " << gave_up << " trees gave up");
  if (!one) BOOST_TEST(moves > 100U);
}
