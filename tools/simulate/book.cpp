// SPDX-License-Identifier: BSD-3-Clause
#include "book.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace simulate {

namespace {

thread_local book* books = nullptr;
constexpr std::size_t kept_notes = 40;
/// A turn of a shard, and timers that are rounded.
constexpr duration slack = 20ms;
/// What may be on its way in the end: actors go on talking.
constexpr std::size_t most_waiting = 8 << 20;

/// After a cut; see downing.hpp.
constexpr duration decided_within = 2400ms;
constexpr duration taken_over_after = 2500ms;
/// A node that is in no cluster finds out by silence alone that another is lost.
constexpr duration longer_alone = 1500ms;
/// What a courier sends again at the latest, and names that are granted or given back, take less.
constexpr duration letter_patience = 8s;
constexpr duration name_patience = 5s;

} // namespace

void totals::add(const totals& o) {
  const std::uint64_t* from = &o.told;
  std::uint64_t* to = &told;
  for (std::size_t k = 0; k < sizeof(totals) / sizeof(std::uint64_t); ++k) to[k] += from[k];
}

book& book::current() { return *books; }
book::use::use(book& b) : before_{std::exchange(books, &b)} {}
book::use::~use() { books = before_; }

void book::say(std::string what) {
  std::string line = fmt::format("{:9.6f} {}", static_cast<double>(now().count()) / 1e9, what);
  if (narrate) narrate(line);
  if (notes_.size() == kept_notes) notes_.pop_front();
  notes_.push_back(std::move(line));
}

void book::error(const std::string& oracle, const std::string& text) {
  say("ERROR " + oracle + ": " + text);
  errors_.push_back(fmt::format("{:.6f} s: {}: {}", static_cast<double>(now().count()) / 1e9, oracle, text));
}

template <class... Args>
void book::detail(const char* form, const Args&... args) {
  if (narrate)
    narrate(fmt::format("{:9.6f}   ", static_cast<double>(now().count()) / 1e9) + fmt::format(fmt::runtime(form), args...));
}

std::string book::name_of(person who) const {
  return fmt::format("{} on node-{} (life {})", who, people_[who].node, people_[who].node_life);
}

// -- nodes --------------------------------------------------------------------------------------------

void book::excuse(std::size_t node, duration until) { nodes_[node].excused = std::max(nodes_[node].excused, until); }

/// A cut that changes its shape before both sides have decided is more than one: what the losers found out
/// until then counts no more, and the winners do not wait for them. See downing.hpp.
void book::network_changed() {
  if (now() < changed_ + decided_within) changing_until_ = now() + decided_within + taken_over_after;
  changed_ = now();
}

void book::node_started(std::size_t node) {
  ++nodes_[node].life;
  nodes_[node].works = true;
  excuse(node, now());
}

void book::node_ended(std::size_t node) {
  if (!std::exchange(nodes_[node].works, false)) return;
  nodes_[node].ended = now();
}

bool book::works(person who) const noexcept {
  const life& l = people_[who];
  return l.lives && nodes_[l.node].works && sim_->is_running(l.node) && nodes_[l.node].life == l.node_life;
}

// -- actors -------------------------------------------------------------------------------------------

person book::begin(const actor_id& id, person parent) {
  std::size_t node = 0;
  while (node + 1 < sim_->size() && sim_->id_of(node) != id.node()) ++node;
  people_.push_back({id, node, nodes_[node].life, parent, true, {}, {}});
  const auto who = static_cast<person>(people_.size() - 1);
  if (!by_id_.emplace(id, who).second) error("ids", name_of(who) + " has an id that another had");
  ++sums_.born;
  detail("{} is born of {}", name_of(who), parent);
  return who;
}

void book::end(person who) {
  if (is_closed_) return;
  people_[who].lives = false;
  people_[who].ended = now();
  ++sums_.ended;
  detail("{} ends", name_of(who));
  if (!people_[who].key.empty()) std::erase(entities_[people_[who].key], who);
  if (people_[who].name.empty()) return;
  std::erase(names_[people_[who].name], who);
  wanted_[people_[who].name] = now();
}

person book::somebody() {
  for (int tries = 0; tries < 4; ++tries) {
    const auto who = static_cast<person>(random().below(people_.size()));
    if (who != nobody && (people_[who].lives || random().one_in(8))) return who;
  }
  return nobody;
}

std::uint64_t book::tell(person from, person to) {
  ++sums_.told;
  return ++channels_[key_of(from, to)].sent;
}

void book::hear(person from, person to, std::uint64_t serial) {
  ++sums_.heard;
  channel& c = channels_[key_of(from, to)];
  if (serial == c.heard) error("order", fmt::format("{} hears {} of {} twice", name_of(to), serial, name_of(from)));
  if (serial < c.heard)
    error("order", fmt::format("{} hears {} of {} after {}", name_of(to), serial, name_of(from), c.heard));
  c.heard = std::max(c.heard, serial);
}

std::uint64_t book::ask(person who, duration timeout) {
  ++sums_.asked;
  questions_.emplace(++last_question_, question{last_question_, who, now() + timeout});
  return last_question_;
}

void book::outcome(person who, std::uint64_t number, std::uint64_t echo) {
  ++(echo != 0 ? sums_.answered : sums_.failed);
  const auto at = questions_.find(number);
  if (at == questions_.end() && !works(who)) return;
  if (at == questions_.end()) return error("asks", fmt::format("{} has two outcomes of {}", name_of(who), number));
  if (echo != 0 && echo != number)
    error("asks", fmt::format("{} asked {} and got the answer to {}", name_of(who), number, echo));
  const duration excused = nodes_[people_[who].node].excused;
  if (now() > std::max(at->second.deadline, excused) + slack)
    error("asks", fmt::format("{} gets the outcome of {} late, it was due {} ms ago", name_of(who), number,
                              (now() - at->second.deadline) / 1ms));
  questions_.erase(at);
}

bool book::watch(person who, person whom) {
  if (!watches_.emplace(key_of(who, whom), now()).second) return false;
  ++sums_.watched;
  detail("{} watches {}", name_of(who), name_of(whom));
  return true;
}

void book::down(person who, person whom) {
  ++sums_.downs;
  detail("{} hears of the end of {}", name_of(who), name_of(whom));
  const bool was_watched = watches_.erase(key_of(who, whom)) != 0;
  if (!was_watched && works(who)) // one that is expelled may still hear that all others are lost
    error("watches", fmt::format("{} is told twice of the end of {}", name_of(who), name_of(whom)));
}

void book::child_born(person parent, person child) { children_[key_of(parent, child)] = true; }

void book::child_gone(person parent, const actor_id& child) {
  const auto at = by_id_.find(child);
  if (at != by_id_.end()) children_[key_of(parent, at->second)] = false;
}

/// One that was stopped goes on until it is told that it is down or, cut off as well, finds that out.
bool book::may_both_live(person a, person b) const {
  if (!works(a) || !works(b) || sim_->is_stalled(people_[a].node) || is_more_than_one_cut()) return true;
  if (std::max(nodes_[people_[a].node].excused, nodes_[people_[b].node].excused) + 2500ms > now()) return true;
  return sim_->founder_of(people_[a].node) != sim_->founder_of(people_[b].node);
}

void book::hold(holders& all, const char* oracle, const std::string& what, person who) {
  auto& live = all[what];
  for (const person other : live)
    if (!may_both_live(other, who))
      error(oracle, fmt::format("{} lives twice: {} and {}", what, name_of(other), name_of(who)));
  live.push_back(who);
}

void book::entity_lives(const std::string& key, person who) {
  ++sums_.activated;
  people_[who].key = key;
  hold(entities_, "entities", key, who);
}

void book::name_given(const std::string& name, person who) {
  ++sums_.named;
  people_[who].name = name;
  detail("{} is {}", name, name_of(who));
  hold(names_, "names", name, who);
}

std::uint64_t book::write(person from, person to) {
  ++sums_.written;
  return letters_.send(key_of(from, to), now());
}

void book::read(person from, person to, std::uint64_t serial) {
  ++sums_.read;
  if (const std::string wrong = letters_.hear(key_of(from, to), serial); !wrong.empty())
    error("reliable", fmt::format("{} of {} to {}", wrong, name_of(from), name_of(to)));
}

// -- judgement ----------------------------------------------------------------------------------------

void book::look() {
  judge_asks();
  judge_watches();
}

void book::judge_asks() {
  std::vector<std::uint64_t> over;
  for (const auto& [number, q] : questions_) {
    if (!works(q.who)) {
      over.push_back(number);
      continue;
    }
    const std::size_t node = people_[q.who].node;
    if (sim_->is_stalled(node) || now() <= std::max(q.deadline, nodes_[node].excused) + slack) continue;
    over.push_back(number);
    error("asks", fmt::format("{} has no outcome of {}, due {} ms ago", name_of(q.who), number, (now() - q.deadline) / 1ms));
  }
  for (const std::uint64_t number : over) questions_.erase(number);
}

void book::judge_watches() {
  for (auto at = watches_.begin(); at != watches_.end();) {
    const auto who = static_cast<person>(at->first >> 32), whom = static_cast<person>(at->first);
    if (!works(who)) {
      at = watches_.erase(at);
      continue;
    }
    const life& target = people_[whom];
    const bool is_over = !works(whom);
    const duration ended = target.lives ? nodes_[target.node].ended : target.ended;
    const duration since = std::max({ended, at->second, nodes_[people_[who].node].excused});
    const duration most = sim_->is_member(people_[who].node) ? patience() : patience() + longer_alone;
    if (is_over && !sim_->is_stalled(people_[who].node) && now() > since + most) {
      error("watches", fmt::format("{} has not been told of the end of {} {} ms ago", name_of(who), name_of(whom),
                                   (now() - ended) / 1ms));
      at = watches_.erase(at);
    } else {
      ++at;
    }
  }
}

void book::judge_children() {
  for (person who = 1; who < people_.size(); ++who) {
    const life& l = people_[who];
    if (!works(who) || l.parent == nobody) continue;
    if (!works(l.parent))
      error("children", name_of(who) + " lives without its parent " + name_of(l.parent));
    else if (const auto at = children_.find(key_of(l.parent, who)); at != children_.end() && !at->second)
      error("children", name_of(who) + " lives, and its parent holds it for gone: " + name_of(l.parent));
  }
}

void book::judge_nodes() {
  std::size_t running = 0;
  for (std::size_t i = 0; i < sim_->size(); ++i) running += sim_->is_running(i) ? 1 : 0;
  if (!sim_->is_agreed()) {
    std::string views;
    for (std::size_t i = 0; i < sim_->size(); ++i) {
      views += fmt::format(" [{}:{}{}", i, sim_->is_running(i) ? "" : " does not run", sim_->is_member(i) ? "" : " no member");
      for (const auto& m : sim_->members(i)) views += fmt::format(" {} {}", m.name, to_string(m.state));
      views += "]";
    }
    return error("members", "no agreement in the end:" + views);
  }
  for (std::size_t i = 0; i < sim_->size(); ++i) {
    if (!sim_->is_running(i)) continue;
    const auto c = sim_->counters(i);
    if (c.waiting_bytes > most_waiting) error("calm", fmt::format("node-{} has {} bytes waiting", i, c.waiting_bytes));
    if (c.links != running - 1) error("calm", fmt::format("node-{} has {} links", i, c.links));
    if (c.connections > running - 1) error("calm", fmt::format("node-{} has {} connections", i, c.connections));
    if (c.peers > 64) error("calm", fmt::format("node-{} knows {} peers", i, c.peers));
    if (c.malformed + c.protocol_errors != 0)
      error("protocol", fmt::format("node-{}: {} malformed, {} protocol errors", i, c.malformed, c.protocol_errors));
  }
}

/// The sender's node keeps what was not acknowledged, whatever becomes of the sender.
void book::judge_letters() {
  letters_.for_each_missing(now() - letter_patience, [this](std::uint64_t way, std::uint64_t heard) {
    const auto from = static_cast<person>(way >> 32), to = static_cast<person>(way);
    const bool both_live = nodes_[people_[from].node].life == people_[from].node_life && sim_->is_running(people_[from].node) && works(to);
    if (both_live) error("reliable", fmt::format("{} has not heard what {} told it after {}", name_of(to), name_of(from), heard));
  });
}

void book::judge_names() {
  for (const auto& [name, since] : wanted_) {
    if (since + name_patience > now()) continue;
    const auto& live = names_[name];
    const auto holder = std::find_if(live.begin(), live.end(), [this](person p) { return works(p); });
    const actor_id expected = holder == live.end() ? actor_id{} : people_[*holder].id;
    for (std::size_t i = 0; i < sim_->size(); ++i) {
      if (!sim_->is_running(i)) continue;
      const actor_id found = find_name(i, name);
      if (found == expected) continue;
      error("names", fmt::format("node-{} finds {} as {}, expected {}", i, name, to_string(found), to_string(expected)));
    }
  }
}

void book::judge_calm() {
  look();
  judge_letters();
  judge_names();
  judge_children();
  judge_nodes();
}

} // namespace simulate
