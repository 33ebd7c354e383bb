// SPDX-License-Identifier: BSD-3-Clause
//
// The books of a history, and what is held against it:
//
//   order       what one actor tells another is heard in that order, none of it twice
//   asks        never two outcomes; one within the time, if the asker lives; the reply to this question
//   watches     `down` comes once, and not later than a lost node must be known
//   children    whoever lives has a parent that lives and knows of it, once all is calm
//   entities    never two instances of a key on nodes that work, in one cluster
//   names       never two holders of a name, likewise; once all is calm all nodes find who has it, or nobody
//   reliable    reliable tells are heard once, in order, and all of them once all is calm
//   members     all agree in the end; one side of a partition at most goes on
//   calm        in the end nothing waits in queues, and no peers are left that are nobody
//   protocol    no node takes another for broken
//
// Actors find the books of their world through `current`: they are made on any node, from bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <actors/testing_cluster.hpp>

#include "letters.hpp"

namespace simulate {

using actors::actor_id;
using actors::duration;
using namespace std::chrono_literals;

/// The number of an actor in the books.
using person = std::uint32_t;
inline constexpr person nobody = 0;

struct totals {
  std::uint64_t told = 0, heard = 0, asked = 0, answered = 0, failed = 0, watched = 0, downs = 0, born = 0, ended = 0;
  std::uint64_t activated = 0, named = 0, written = 0, read = 0, faults = 0, restarts = 0, expelled = 0, cuts_judged = 0, links_cut = 0;
  void add(const totals& other);
};

class book {
public:
  explicit book(std::size_t nodes) : nodes_(nodes) {}
  /// Of this cluster, which ends before the book.
  void open(actors::testing::cluster& sim) noexcept { sim_ = &sim; }
  /// What actors say while all of it ends counts no more.
  void close() noexcept { is_closed_ = true; }
  /// Of the world that runs on this thread.
  [[nodiscard]] static book& current();
  /// Makes these the current books, for as long as it lives.
  class use {
  public:
    explicit use(book& b);
    ~use();
    use(const use&) = delete;
    use& operator=(const use&) = delete;

  private:
    book* before_;
  };

  [[nodiscard]] actors::testing::cluster& sim() noexcept { return *sim_; }
  [[nodiscard]] actors::testing::random_source& random() noexcept { return sim_->random(); }
  [[nodiscard]] duration now() const noexcept { return sim_->now(); }

  // -- what faults say ------------------------------------------------------------------------------

  /// How strict the times are.
  enum class times : std::uint8_t { strict, lenient };
  void set_times(times t) noexcept { times_ = t; }
  /// A node has been held up until then: what it does late is nobody's fault.
  void excuse(std::size_t node, duration until);
  /// One of several faults that may overlap.
  void network_changed();
  void node_started(std::size_t node);
  /// Its process has ended, or its actors have been ended.
  void node_ended(std::size_t node);
  void say(std::string what);

  // -- what actors say ------------------------------------------------------------------------------

  person begin(const actor_id& id, person parent);
  void end(person who);
  [[nodiscard]] bool lives(person who) const noexcept { return who < people_.size() && people_[who].lives; }
  [[nodiscard]] std::size_t node_of(person who) const noexcept { return people_[who].node; }
  [[nodiscard]] const actor_id& id_of(person who) const noexcept { return people_[who].id; }
  /// Somebody on that node who lives, or nobody.
  [[nodiscard]] person somebody();

  [[nodiscard]] std::uint64_t tell(person from, person to);
  void hear(person from, person to, std::uint64_t serial);
  [[nodiscard]] std::uint64_t ask(person who, duration timeout);
  /// `echo`: what the reply says it answers; 0 for a failure.
  void outcome(person who, std::uint64_t question, std::uint64_t echo);
  /// False: it watches that one already.
  [[nodiscard]] bool watch(person who, person whom);
  void down(person who, person whom);
  void child_born(person parent, person child);
  /// The parent has heard that the child is no more.
  void child_gone(person parent, const actor_id& child);
  void entity_lives(const std::string& key, person who);
  [[nodiscard]] std::uint64_t write(person from, person to);
  void read(person from, person to, std::uint64_t serial);
  void name_wanted(const std::string& name) { wanted_[name] = now(); }
  void name_given(const std::string& name, person who);
  /// The end is near: no more names are asked for, so that what nodes find can be judged.
  [[nodiscard]] bool are_names_quiet() const noexcept { return are_names_quiet_; }
  void quiet_names() noexcept { are_names_quiet_ = true; }

  // -- judgement ------------------------------------------------------------------------------------

  /// What is overdue.
  void look();
  /// All has been calm for long.
  void judge_calm();
  void error(const std::string& oracle, const std::string& text);

  [[nodiscard]] const std::vector<std::string>& errors() const noexcept { return errors_; }
  [[nodiscard]] const std::deque<std::string>& notes() const noexcept { return notes_; }
  [[nodiscard]] totals& sums() noexcept { return sums_; }
  /// Hears everything, if set.
  std::function<void(const std::string&)> narrate;
  /// Whom a node finds by a name; null id: nobody.
  std::function<actor_id(std::size_t node, const std::string& name)> find_name;

private:
  struct life {
    actor_id id;
    std::size_t node = 0;
    std::uint32_t node_life = 0;
    person parent = nobody;
    bool lives = true;
    duration ended{};
    /// Of an entity.
    std::string key{};
    std::string name{};
  };
  struct question {
    std::uint64_t number;
    person who;
    duration deadline;
    /// Of the asker's clock.
    bool is_open = true;
  };
  struct channel {
    std::uint64_t sent = 0;
    std::uint64_t heard = 0;
  };
  struct node_record {
    std::uint32_t life = 0;
    bool works = false;
    duration excused{};
    /// When its last life ended.
    duration ended{};
  };

  static std::uint64_t key_of(person a, person b) noexcept { return std::uint64_t{a} << 32 | b; }
  [[nodiscard]] std::string name_of(person who) const;
  /// Only for who wants to hear all of it.
  template <class... Args>
  void detail(const char* form, const Args&... args);
  [[nodiscard]] bool works(person who) const noexcept;
  [[nodiscard]] duration patience() const noexcept { return times_ == times::strict ? 4s : 10s; }
  void judge_asks();
  void judge_watches();
  void judge_children();
  void judge_nodes();
  void judge_letters();
  void judge_names();
  using holders = std::map<std::string, std::vector<person>>;
  void hold(holders& all, const char* oracle, const std::string& what, person who);
  [[nodiscard]] bool may_both_live(person a, person b) const;
  [[nodiscard]] bool is_more_than_one_cut() const noexcept { return now() < changing_until_; }

  actors::testing::cluster* sim_ = nullptr;
  bool is_closed_ = false;
  times times_ = times::strict;
  duration changed_ = -1h;
  duration changing_until_ = -1h;
  std::vector<life> people_{1};
  std::vector<node_record> nodes_;
  std::unordered_map<std::uint64_t, channel> channels_;
  std::unordered_map<std::uint64_t, question> questions_;
  std::uint64_t last_question_ = 0;
  /// When it was begun.
  std::map<std::uint64_t, duration> watches_;
  std::map<std::uint64_t, bool> children_; // by parent and child
  std::unordered_map<actor_id, person> by_id_;
  holders entities_;
  holders names_;
  /// When it was asked for, or given back, last.
  std::map<std::string, duration> wanted_;
  bool are_names_quiet_ = false;
  letters letters_;
  std::vector<std::string> errors_;
  std::deque<std::string> notes_;
  totals sums_;
};

} // namespace simulate
