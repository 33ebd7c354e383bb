// SPDX-License-Identifier: BSD-3-Clause
#include <actors/detail/engine.hpp>

#include <algorithm>

#include "object_pool.hpp"
#include "system_messages.hpp"

namespace actors::detail {

namespace {

/// The engines of this process by node number; handles find theirs here from threads outside.
struct engine_table {
  spin_lock lock; // guards the entries; looked up once per tell from outside
  std::vector<std::pair<std::uint64_t, engine*>> entries;
};

engine_table& engines_of_process() {
  static engine_table table;
  return table;
}

/// Those that only this thread knows; null where it has none, which is all that others pay for it.
constinit thread_local engine_table* engines_of_thread = nullptr;

engine_table& engines_for(engine_options::scope known_to) {
  if (known_to == engine_options::scope::process) return engines_of_process();
  if (engines_of_thread == nullptr) engines_of_thread = new engine_table;
  return *engines_of_thread;
}

/// The first that `choose(number, engine)` takes. It is held before its table is unlocked.
template <class Choose>
engine_visit find_engine(const Choose& choose) {
  for (engine_table* t : {engines_of_thread, &engines_of_process()}) {
    if (t == nullptr) continue;
    spin_guard guard{t->lock};
    for (auto& [number, e] : t->entries)
      if (choose(number, *e)) return engine_visit{*e};
  }
  return {};
}

} // namespace

engine_visit engine_of(std::uint64_t node) noexcept {
  return find_engine([node](std::uint64_t number, engine&) { return number == node; });
}

engine_visit engine_towards(std::uint64_t node) noexcept {
  const auto reaches = [node](std::uint64_t number, engine& e) {
    const peer_nodes* others = e.peers();
    return number == node || (others != nullptr && others->reaches(node));
  };
  if (engine_visit near = find_engine(reaches)) return near;
  if (engine_visit member = find_engine([](std::uint64_t, engine& e) { return e.peers() != nullptr; })) return member;
  return find_engine([](std::uint64_t, engine&) { return true; });
}

engine::engine(const engine_options& options, driver& d)
    : options_{options}, driver_{d}, objects_{std::make_unique<object_depot>()} {
  {
    engine_table& t = engines_for(options.known_to);
    spin_guard guard{t.lock};
    t.entries.emplace_back(options.node, this);
  }
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    owned_.push_back(std::make_unique<shard>(*this, i, options_.node << 16 | i, 1));
    shards_[i].store(owned_.back().get(), std::memory_order_release);
  }
  shard_count_.store(options_.shards, std::memory_order_release);
}

engine::~engine() {
  {
    engine_table& t = engines_for(options_.known_to);
    spin_guard guard{t.lock};
    std::erase_if(t.entries, [this](auto& entry) { return entry.second == this; });
  }
  if (engines_of_thread != nullptr && engines_of_thread->entries.empty()) delete std::exchange(engines_of_thread, nullptr);
  close_doors();
  abandon();
  // Before the tables that they write dead letters to.
  owned_.clear();
}

void engine::close_doors() noexcept {
  closing_.store(true, std::memory_order_seq_cst);
  wait_for_visitors();
}

void engine::wait_for_visitors() const noexcept {
  // A visit is a few hundred instructions long.
  while (visitors_.load(std::memory_order_seq_cst) != 0) __builtin_ia32_pause();
}

void engine::abandon() {
  for (auto& s : owned_) s->abandon();
  for (auto& s : owned_) s->abandon(); // what the first round refused may have been answered across
  decltype(asks_) open;
  {
    spin_guard guard{asks_lock_};
    open.swap(asks_);
  }
  for (auto& [id, waiting] : open) {
    failure end{errc::shutting_down, {}, "the node has shut down", ""};
    waiting.ask->complete(0, nullptr, &end);
    waiting.ask->done.store(true, std::memory_order_seq_cst);
  }
  driver_.notify();
}

shard& engine::add_dedicated_shard() {
  spin_guard guard{shards_lock_};
  // One whose actor has ended, with its thread, serves the next.
  for (std::size_t k = options_.shards; k < owned_.size(); ++k)
    if (owned_[k]->claim_dedicated()) return *owned_[k];
  auto i = static_cast<std::uint32_t>(owned_.size());
  if (i >= max_shards) {
    log(log_level::error, "no more than " + std::to_string(max_shards) +
                              " shards: the actor shares one instead of having its own thread");
    return *shard_at(next_shard());
  }
  owned_.push_back(std::make_unique<shard>(*this, i, options_.node << 16 | i, 1));
  (void)owned_.back()->claim_dedicated();
  shards_[i].store(owned_.back().get(), std::memory_order_release);
  return *owned_.back();
}

shard* engine::shard_of(std::uint64_t place) const noexcept {
  if (place >> 16 == node()) return shard_at(static_cast<std::uint32_t>(place & 0xffff));
  spin_guard guard{twins_lock_};
  const auto at = twins_.find(place);
  return at == twins_.end() ? nullptr : at->second;
}

shard* engine::twin_of(std::uint64_t place) {
  if (shard* known = shard_of(place); known != nullptr || place >> 16 == node()) return known;
  spin_guard shards{shards_lock_};
  spin_guard twins{twins_lock_};
  if (const auto at = twins_.find(place); at != twins_.end()) return at->second;
  const auto i = static_cast<std::uint32_t>(owned_.size());
  if (i >= max_shards) return nullptr;
  owned_.push_back(std::make_unique<shard>(*this, i, place, 1));
  shard& made = *owned_.back();
  (void)made.claim_dedicated(); // never for an actor that wants a thread
  driver_.twin_made(made);
  shards_[i].store(&made, std::memory_order_release);
  twins_.emplace(place, &made);
  return &made;
}

void engine::note_residence(const actor_id& id, std::uint64_t node, std::uint64_t epoch) {
  constexpr std::size_t most = 1U << 20;
  spin_guard guard{residences_lock_};
  if (residences_.size() >= most && !residences_.contains(id)) return;
  residence& r = residences_[id];
  if (epoch < r.epoch) return;
  r = {node, epoch};
  somebody_moved_.store(true, std::memory_order_relaxed);
}

void engine::forget_residence(const actor_id& id) {
  spin_guard guard{residences_lock_};
  residences_.erase(id);
}

std::uint64_t engine::residence_of(const actor_id& id) const {
  if (!somebody_moved_.load(std::memory_order_relaxed)) return id.node();
  spin_guard guard{residences_lock_};
  const auto at = residences_.find(id);
  return at == residences_.end() ? id.node() : at->second.node;
}

std::uint64_t engine::epoch_of(const actor_id& id) const {
  spin_guard guard{residences_lock_};
  const auto at = residences_.find(id);
  return at == residences_.end() ? 0 : at->second.epoch;
}

void engine::lose_actors(const std::vector<actor_id>& ids) {
  for (std::uint32_t i = 0; shard* s = shard_at(i); ++i)
    post_call(*s, [ids](shard& there) { there.lose_actors({ids.begin(), ids.end()}); });
}

std::uint32_t engine::next_shard() noexcept {
  std::uint32_t n = shard_count();
  for (std::uint32_t k = 0; k < n; ++k) {
    std::uint32_t i = next_shard_.fetch_add(1, std::memory_order_relaxed) % n;
    if (!is_stuck(i)) return i;
  }
  return 0;
}

void engine::mark_stuck(std::uint32_t i, bool stuck) noexcept {
  std::uint64_t bit = std::uint64_t{1} << (i % 64);
  if (stuck)
    stuck_[i / 64].fetch_or(bit, std::memory_order_relaxed);
  else
    stuck_[i / 64].fetch_and(~bit, std::memory_order_relaxed);
}

bool engine::is_stuck(std::uint32_t i) const noexcept {
  return (stuck_[i / 64].load(std::memory_order_relaxed) >> (i % 64) & 1) != 0;
}

// -- outside ------------------------------------------------------------------------------------------

void engine::post_call(actor_id target, unique_function<void(shard&, actor_id)> work) {
  post(message_head{message_index<shard_call>, flag::system, target, {}, 0}, shard_call{std::move(work)});
}

void engine::post_call(shard& to, unique_function<void(shard&)> work) {
  constexpr std::uint32_t size = envelope_size(payload<shard_call>::size, flag::system);
  const message_head head{message_index<shard_call>, flag::system, to.address(), {}, 0};
  engine_visit here{*this};
  (void)to.post(size, shard::bound::ignored, [&](envelope* e) {
    write_header(e, head, size);
    payload<shard_call>::construct(e->payload(), shard_call{[w = std::move(work)](shard& there, actor_id) mutable { w(there); }});
  });
  driver_.wake(to);
}

void engine::stop(actor_id who) {
  post(message_head{message_index<stop_in_order_request>, flag::system, who, {}, 0}, stop_in_order_request{});
}

void engine::kill(actor_id who) {
  post(message_head{message_index<kill_request>, flag::system, who, {}, 0}, kill_request{});
}

std::uint64_t engine::open_outside(std::shared_ptr<outside_ask> ask, const actor_id& whom) {
  spin_guard guard{asks_lock_};
  std::uint64_t id = next_ask_++;
  asks_.emplace(id, open_outside_ask{std::move(ask), whom.node()});
  return id;
}

bool engine::close_outside(std::uint64_t request) {
  spin_guard guard{asks_lock_};
  return asks_.erase(request) != 0;
}

void engine::complete(std::uint64_t request, std::uint32_t type, void* value, failure* error) {
  std::shared_ptr<outside_ask> ask;
  {
    spin_guard guard{asks_lock_};
    auto at = asks_.find(request);
    if (at == asks_.end()) return;
    ask = std::move(at->second.ask);
    asks_.erase(at);
  }
  ask->complete(type, value, error);
  ask->done.store(true, std::memory_order_seq_cst);
  driver_.notify();
}

void complete_outside(engine& owner, std::uint64_t request, std::uint32_t type, void* value,
                      failure* error) {
  owner.complete(request, type, value, error);
}

/// The shard that sends what threads outside tell this actor of another node.
shard& engine::way_out(const actor_id& target) const noexcept {
  return *shard_at(static_cast<std::uint32_t>(hash_value(target) % shard_count()));
}

void engine::lose_node(std::uint64_t node) {
  unsubscribe_node(node);
  // In the stream of what comes from there: what comes later counts again.
  for (std::uint32_t i = 0; shard* s = shard_at(i); ++i) {
    constexpr std::uint32_t size = envelope_size(payload<shard_call>::size, flag::system);
    std::uint32_t wanted = 0;
    while (size > chunk_sizes[wanted] - sizeof(chunk)) ++wanted;
    chunk* c = chunk_pool::make(wanted);
    c->source = outside;
    c->used = size;
    auto* e = reinterpret_cast<envelope*>(c->begin());
    write_header(e, {message_index<shard_call>, flag::system, s->address(), {}, 0}, size);
    payload<shard_call>::construct(e->payload(), shard_call{[node](shard& there, actor_id) { there.lose_node(node); }});
    s->hand_over(c);
    driver_.wake(*s);
  }
  std::vector<std::uint64_t> asked_there;
  {
    spin_guard guard{asks_lock_};
    for (auto& [id, waiting] : asks_)
      if (waiting.node == node) asked_there.push_back(id);
  }
  for (std::uint64_t id : asked_there) {
    failure lost{errc::node_lost, {}, "the node of the actor cannot be reached", ""};
    complete(id, 0, nullptr, &lost);
  }
}

void engine::refuse_outside(const message_head& head, errc code) {
  if (!(head.flags & flag::system))
    add_dead_letter({head.target, head.sender, std::string{message_type_at(head.type).name}, code});
  if ((head.flags & flag::asks) == 0) return;
  failure error{code, head.target, "the request was not taken", std::string{message_type_at(head.type).name}};
  complete(head.request, 0, nullptr, &error);
}

// -- topics -----------------------------------------------------------------------------------

bool engine::enter_subscription(const std::string& topic, const actor_id& who) {
  spin_guard guard{topics_lock_};
  auto& list = topics_[topic].subscribers;
  if (std::find(list.begin(), list.end(), who) != list.end()) return false;
  list.push_back(who);
  topics_of_[who].push_back(topic);
  return true;
}

bool engine::drop_subscription(const std::string& topic, const actor_id& who) {
  spin_guard guard{topics_lock_};
  auto at = topics_.find(topic);
  if (at == topics_.end() || std::erase(at->second.subscribers, who) == 0) return false;
  if (at->second.subscribers.empty()) topics_.erase(at);
  auto of = topics_of_.find(who);
  std::erase(of->second, topic);
  if (of->second.empty()) topics_of_.erase(of);
  return true;
}

void engine::subscribe(const std::string& topic, actor_id who) {
  if (enter_subscription(topic, who) && peers() != nullptr) peers()->subscribed(topic, who, true);
}

void engine::unsubscribe(const std::string& topic, actor_id who) {
  if (drop_subscription(topic, who) && peers() != nullptr) peers()->subscribed(topic, who, false);
}

void engine::subscribe_far(const std::string& topic, actor_id who) {
  if (who.node() != node()) (void)enter_subscription(topic, who);
}

void engine::unsubscribe_far(const std::string& topic, actor_id who) {
  if (who.node() != node()) (void)drop_subscription(topic, who);
}

void engine::unsubscribe_node(std::uint64_t lost) {
  std::vector<actor_id> there;
  {
    spin_guard guard{topics_lock_};
    for (const auto& [who, topics] : topics_of_)
      if (who.node() == lost) there.push_back(who);
  }
  for (const actor_id& who : there) unsubscribe_all(who);
}

std::vector<std::pair<std::string, actor_id>> engine::own_subscriptions() const {
  std::vector<std::pair<std::string, actor_id>> all;
  spin_guard guard{topics_lock_};
  for (const auto& [who, topics] : topics_of_)
    if (who.node() == node())
      for (const std::string& topic : topics) all.emplace_back(topic, who);
  return all;
}

void engine::unsubscribe_all(actor_id who) {
  std::vector<std::string> topics;
  {
    spin_guard guard{topics_lock_};
    auto of = topics_of_.find(who);
    if (of == topics_of_.end()) return;
    topics = std::move(of->second);
    topics_of_.erase(of);
    for (const std::string& topic : topics) {
      auto at = topics_.find(topic);
      std::erase(at->second.subscribers, who);
      if (at->second.subscribers.empty()) topics_.erase(at);
    }
  }
  if (peers() == nullptr || who.node() != node()) return;
  for (const std::string& topic : topics) peers()->subscribed(topic, who, false);
}

std::vector<actor_id> engine::subscribers(const std::string& topic) const {
  spin_guard guard{topics_lock_};
  auto at = topics_.find(topic);
  return at == topics_.end() ? std::vector<actor_id>{} : at->second.subscribers;
}

// -- names ----------------------------------------------------------------------------------------------

expected<void> engine::register_name(std::string name, const actor_id& id, const actor_type* type,
                                     const open_request& asked_by) {
  auto entered = names_.add(name, id, type);
  if (!entered) return entered;
  if (peer_nodes* others = peers())
    others->claim_name(name, id, type->name, asked_by);
  else
    name_granted(asked_by);
  return entered;
}

void engine::name_granted(const open_request& asked_by) {
  if (asked_by.request == 0) return;
  if (asked_by.asker.shard() == outside) {
    unit nothing;
    complete(asked_by.request, message_index<unit>, &nothing, nullptr);
  } else {
    post({message_index<unit>, flag::answers, asked_by.asker, {}, asked_by.request}, unit{});
  }
}

void engine::name_refused(const std::string& name, const actor_id& id, const failure& why,
                          const open_request& asked_by) {
  names_.remove(name, id);
  if (asked_by.request == 0) {
    log(log_level::warning, "actor " + to_string(id) + " does not get its name: " + to_string(why));
  } else if (asked_by.asker.shard() == outside) {
    failure copy = why;
    complete(asked_by.request, 0, nullptr, &copy);
  } else {
    post({message_index<failure>, flag::answers | flag::failed, asked_by.asker, {}, asked_by.request}, failure{why});
  }
}

// -- dead letters and failures ---------------------------------------------------------------------------

void engine::add_dead_letter(dead_letter letter) {
  dead_letter_count_.fetch_add(1, std::memory_order_relaxed);
  auto& of_reason = dead_by_reason_[static_cast<std::size_t>(letter.reason) % reasons];
  log_dead_letter(letter, of_reason.fetch_add(1, std::memory_order_relaxed) + 1);
  spin_guard guard{letters_lock_};
  if (letters_.size() < remembered) {
    letters_.push_back(std::move(letter));
  } else {
    letters_[next_letter_] = std::move(letter);
    next_letter_ = (next_letter_ + 1) % remembered;
  }
}

void engine::log_dead_letter(const dead_letter& letter, std::uint64_t count) {
  // The failure has its own line, and a node that goes down drops what it drops.
  if (letter.reason == errc::actor_failed || letter.reason == errc::shutting_down) return;
  // News of the runtime's own (`down`) for somebody who has ended meanwhile is nobody's loss.
  if (letter.message_type.starts_with("actors::")) return;
  // One line a second for each reason: a flood must not become a flood of lines.
  auto& next = next_letter_log_[static_cast<std::size_t>(letter.reason) % reasons];
  nanoseconds_t due = next.load(std::memory_order_relaxed);
  const nanoseconds_t now = driver_.clock();
  if (now < due || !next.compare_exchange_strong(due, now + 1'000'000'000, std::memory_order_relaxed)) return;
  const bool expected = letter.reason == errc::no_such_actor || letter.reason == errc::actor_stopped;
  log(expected ? log_level::info : log_level::warning,
      "dead letter: " + letter.message_type + " for actor " + to_string(letter.target) + ": " +
          std::string{to_string(letter.reason)} + " (" + std::to_string(count) + " so far)");
}

std::vector<dead_letter> engine::recent_dead_letters() const {
  spin_guard guard{letters_lock_};
  std::vector<dead_letter> all(letters_.begin() + static_cast<std::ptrdiff_t>(next_letter_), letters_.end());
  all.insert(all.end(), letters_.begin(), letters_.begin() + static_cast<std::ptrdiff_t>(next_letter_));
  return all;
}

void engine::report_failure(const actor_id& who, const actor_type* type, const failure& reason,
                            std::uint32_t message_type) {
  std::string text = "actor " + to_string(who) + " (" + std::string{type->name} + ") failed in " +
                     std::string{message_type_at(message_type).name} + ": " + reason.value + ": " + reason.what;
  log(log_level::warning, text);
}

} // namespace actors::detail
