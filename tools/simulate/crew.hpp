// SPDX-License-Identifier: BSD-3-Clause
//
// The actors of a history: each does something random now and then, and keeps the books.
#pragma once

#include <cstdint>
#include <string>

#include <actors/actors.hpp>

#include "book.hpp"

namespace simulate {

struct note {
  person from = nobody;
  std::uint64_t serial = 0;
  std::string text{};
};
/// Told reliably.
struct letter {
  person from = nobody;
  std::uint64_t serial = 0;
  std::string text{};
};
enum class manner : std::uint8_t { at_once, later, throws };
struct question {
  std::uint64_t number = 0;
  manner how = manner::at_once;
};
struct answer {
  std::uint64_t number = 0;
};
struct act {};
struct answer_now {
  std::uint64_t number = 0;
};
struct knock {};

/// What all of them do.
template <class Derived>
class crew_member : public actors::actor<Derived> {
public:
  explicit crew_member(person parent) : me_{book::current().begin(this->self().id(), parent)} {}
  crew_member(const crew_member&) = delete;
  crew_member& operator=(const crew_member&) = delete;
  ~crew_member() { book::current().end(me_); }

  void on(const note& n) { book::current().hear(n.from, me_, n.serial); }
  void on(const letter& l) { book::current().read(l.from, me_, l.serial); }
  actors::task<answer> on(question q) {
    if (q.how == manner::throws) throw std::runtime_error{"asked to fail"};
    if (q.how == manner::later) co_await this->sleep(std::chrono::milliseconds{20 + q.number % 300});
    co_return answer{q.number};
  }

protected:
  [[nodiscard]] person me() const noexcept { return me_; }

private:
  const person me_;
};

/// A child, mostly on another node.
class pebble : public crew_member<pebble> {
public:
  using handles = actors::messages<note, letter, question, knock>;
  explicit pebble(person parent) : crew_member{parent} { book::current().child_born(parent, me()); }
  using crew_member::on;
  void on(knock) { stop(); }
};

/// Lives by its key, once in the cluster.
class keeper : public crew_member<keeper> {
public:
  using handles = actors::messages<note, letter, question, knock>;
  explicit keeper(const std::string& key) : crew_member{nobody} { book::current().entity_lives(key, me()); }
  using crew_member::on;
  void on(knock) { stop(); }
};

struct claim {};

/// Has a name for a while.
class bearer : public crew_member<bearer> {
public:
  using handles = actors::messages<note, letter, question, claim, knock>;
  explicit bearer(std::string name);
  using crew_member::on;
  actors::task<> on(claim);
  void on(knock) { stop(); }

private:
  const std::string name_;
};

struct temper {
  duration pause = 250ms;
  /// Messages of more than a mebibyte.
  bool has_large = false;
  bool has_entities = false;
};

/// Has an idea every now and then.
class talker : public crew_member<talker> {
public:
  using handles = actors::messages<note, letter, question, act, actors::down, actors::child_stopped>;
  explicit talker(temper t) : crew_member{nobody}, temper_{t} { again(); }
  using crew_member::on;
  void on(act);
  void on(const actors::down& d);
  void on(const actors::child_stopped& c) { book::current().child_gone(me(), c.child); }

private:
  void again();
  void tell_somebody();
  void tell_much();
  void tell(person to, std::string text = {});
  void ask_somebody();
  void watch_somebody();
  void bear();
  void stop_child();
  void use_entity();
  void write_to_somebody();
  void have_named();

  const temper temper_;
  std::vector<actors::ref<pebble>> children_;
  std::unordered_map<actor_id, person> watched_;
};

} // namespace simulate
