// SPDX-License-Identifier: BSD-3-Clause
//
// What the shards of one node share, and the seam to whatever drives them. Two drivers exist: the
// runtime (threads, clocks) and the simulation (one thread, virtual time).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <actors/detail/function.hpp>
#include <actors/detail/name_table.hpp>
#include <actors/detail/peer_nodes.hpp>
#include <actors/detail/shard.hpp>
#include <actors/detail/spin_lock.hpp>

namespace actors {

/// What the runtime counts for one actor.
struct actor_counters {
  /// Messages handled since its birth, restarts included.
  std::uint64_t handled = 0;
  /// Messages that wait now, and the most that waited aside (behind the first 4096) so far.
  std::uint64_t waiting = 0;
  std::uint64_t peak = 0;
  std::uint32_t failures = 0;
  std::uint32_t restarts = 0;
};

/// A message that reached nobody, and why.
struct dead_letter {
  actor_id target{};
  actor_id sender{};
  std::string message_type;
  errc reason = errc::none;
};

enum class log_level : std::uint8_t { debug, info, warning, error };

namespace detail {

/// The production seam and the test seam: threads, time and the outside world come in through this.
class driver {
public:
  virtual ~driver() = default;
  /// `s` has mail: let it run soon. Threading: any.
  virtual void wake(shard& s) = 0;
  /// Nanoseconds since the driver's epoch, monotonic. Threading: any.
  [[nodiscard]] virtual nanoseconds_t clock() = 0;
  virtual void log(log_level level, std::string_view text) = 0;
  /// A shard for actors of another place will be there. Threading: any.
  virtual void twin_made(shard& /*s*/) {}
  /// Blocks until `done` is true or the time is over. Outside of shards only.
  virtual bool wait(const std::atomic<bool>& done, nanoseconds_t timeout) = 0;
  /// Makes those that wait look again.
  virtual void notify() = 0;
};

/// An ask from a thread outside; completed exactly once, by any thread.
class outside_ask {
public:
  virtual ~outside_ask() = default;
  virtual void complete(std::uint32_t type, void* value, failure* error) = 0;
  std::atomic<bool> done{false};
};

struct engine_options {
  std::uint64_t node = 1;
  std::uint32_t shards = 1;
  mailbox_options mailbox{mailbox_options::default_limit, overflow_policy::refuse};
  /// Bytes that may wait in front of one shard.
  std::int64_t inbox_limit = std::int64_t{256} << 20;
  nanoseconds_t throttle_patience = 100'000'000;
  bool counters = true;
  /// Who finds the engine by its node's number: every thread of the process, or, in a simulation, the
  /// one that made it, so that worlds on other threads do not see it.
  enum class scope : std::uint8_t { process, thread };
  scope known_to = scope::process;
};

class object_depot;
struct group_core;

struct topic_subscriptions {
  std::vector<actor_id> subscribers;
};

class engine {
public:
  static constexpr std::uint32_t max_shards = 1024;

  engine(const engine_options& options, driver& d);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  [[nodiscard]] const engine_options& options() const noexcept { return options_; }
  [[nodiscard]] driver& drive() noexcept { return driver_; }
  [[nodiscard]] std::uint64_t node() const noexcept { return options_.node; }

  [[nodiscard]] std::uint32_t shard_count() const noexcept {
    return shard_count_.load(std::memory_order_acquire);
  }
  /// Null where no such shard exists. Threading: any.
  [[nodiscard]] shard* shard_at(std::uint32_t i) const noexcept {
    return i < max_shards ? shards_[i].load(std::memory_order_acquire) : nullptr;
  }
  /// The shard here in which actors of that place live; null where none of them ever did. Threading: any.
  [[nodiscard]] shard* shard_of(std::uint64_t place) const noexcept;
  /// The twin of a place of another node; made where there is none. Null: no more shards. Threading: any.
  [[nodiscard]] shard* twin_of(std::uint64_t place);
  /// As `post_call`, to the shard itself.
  void post_call(shard& to, unique_function<void(shard&)> work);
  /// Adds a shard that the general placement does not use. Threading: any.
  shard& add_dedicated_shard();
  /// The shard for a new actor, round robin over those that are not stuck. Threading: any.
  [[nodiscard]] std::uint32_t next_shard() noexcept;
  void mark_stuck(std::uint32_t shard, bool stuck) noexcept;
  [[nodiscard]] bool is_stuck(std::uint32_t shard) const noexcept;

  // -- sending from outside of shards ----------------------------------------------------------

  /// Also to actors of other nodes; those of one thread to one actor stay in order.
  template <class M>
  void post(const message_head& head, M&& message);
  void post_call(actor_id target, unique_function<void(shard&, actor_id)> work);
  /// `whom`: fails with `node_lost` when that actor's node is lost.
  std::uint64_t open_outside(std::shared_ptr<outside_ask> ask, const actor_id& whom = {});
  /// True when the ask was still open; it is not completed by anyone else then.
  bool close_outside(std::uint64_t request);
  void complete(std::uint64_t request, std::uint32_t type, void* value, failure* error);

  // -- other nodes -------------------------------------------------------------------------------

  /// Null in a node of its own. Set before shards run. Lifetime: as long as shards may run.
  void connect(peer_nodes* others) noexcept { peers_.store(others, std::memory_order_release); }
  [[nodiscard]] peer_nodes* peers() const noexcept { return peers_.load(std::memory_order_acquire); }
  /// A node cannot be reached any more. Threading: any; not inside handlers.
  void lose_node(std::uint64_t node);

  /// An actor lives on that node now, after so many moves. Threading: any.
  void note_residence(const actor_id& id, std::uint64_t node, std::uint64_t epoch);
  void forget_residence(const actor_id& id);
  /// Where it lives as far as is known here: where it was born, unless it has been heard of elsewhere. Threading: any.
  [[nodiscard]] std::uint64_t residence_of(const actor_id& id) const;
  [[nodiscard]] std::uint64_t epoch_of(const actor_id& id) const;
  /// On this node, as far as is known.
  [[nodiscard]] bool lives_here(const actor_id& id) const { return residence_of(id) == node(); }
  /// Actors that shards here send messages on for. Threading: any.
  std::atomic<std::int64_t> departed{0};
  /// These actors were lost, as with their node. Threading: any; not inside handlers.
  void lose_actors(const std::vector<actor_id>& ids);

  // -- tables ------------------------------------------------------------------------------------

  /// An actor that has a name here is marked: see `shard::mark_named`.
  [[nodiscard]] name_table& names() noexcept { return names_; }
  [[nodiscard]] const name_table& names() const noexcept { return names_; }

  /// Gives an actor of this node a name. In a cluster it holds here at once, and everywhere when the
  /// cluster has granted it, which answers `asked_by`; where it is refused it is taken back. Errors:
  /// invalid_argument, name_taken (as far as this node knows). Threading: any.
  expected<void> register_name(std::string name, const actor_id& id, const actor_type* type,
                               const open_request& asked_by = {});
  /// The cluster has given it to another.
  void name_refused(const std::string& name, const actor_id& id, const failure& why, const open_request& asked_by);
  void name_granted(const open_request& asked_by);
  /// The actor has ended. Threading: any.
  void forget_names(const actor_id& id);

  /// The gate of an entity, here; see entity.hpp. Threading: any.
  [[nodiscard]] actor_id entity_gate_of(const std::string& key);
  /// Tells the gate where the entity lives, once it does.
  void resolve_entity(const std::string& key, const actor_id& gate);
  /// Makes it live here. Requires: the cluster has agreed on it. Errors: unhandled (no such type here).
  [[nodiscard]] expected<actor_id> activate_entity(const std::string& key);
  void entity_has_gone(const std::string& key, const actor_id& id);
  template <class M>
  void tell_gate(const actor_id& gate, M message);

  /// Groups with members here, until they are stopped. Threading: any.
  void enter_group(std::shared_ptr<const group_core> core);
  [[nodiscard]] std::shared_ptr<const group_core> group(std::uint64_t key) const;
  void forget_group(std::uint64_t key);

  void subscribe(const std::string& topic, actor_id who);
  /// One of another node; its own node has said so.
  void subscribe_far(const std::string& topic, actor_id who);
  void unsubscribe_far(const std::string& topic, actor_id who);
  void unsubscribe_node(std::uint64_t node);
  /// All subscriptions of actors here, by topic.
  [[nodiscard]] std::vector<std::pair<std::string, actor_id>> own_subscriptions() const;
  void unsubscribe(const std::string& topic, actor_id who);
  void unsubscribe_all(actor_id who);
  [[nodiscard]] std::vector<actor_id> subscribers(const std::string& topic) const;

  void add_dead_letter(dead_letter letter);
  [[nodiscard]] std::vector<dead_letter> recent_dead_letters() const;
  [[nodiscard]] std::uint64_t dead_letter_count() const noexcept {
    return dead_letter_count_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t dead_letter_count(errc reason) const noexcept {
    return dead_by_reason_[static_cast<std::size_t>(reason) % reasons].load(std::memory_order_relaxed);
  }
  void report_failure(const actor_id& who, const actor_type* type, const failure& reason,
                      std::uint32_t message_type);
  void log(log_level level, std::string_view text) { driver_.log(level, text); }

  /// Once set, what is sent from outside is refused with `shutting_down`. Returns when no thread
  /// outside is still at sending.
  void close_doors() noexcept;
  [[nodiscard]] bool closing() const noexcept { return closing_.load(std::memory_order_seq_cst); }
  /// Ends every actor at once and fails all asks from outside. Requires: closed doors, and no thread
  /// runs a shard.
  void abandon();
  /// Stops an actor after what this thread has sent it before.
  void stop(actor_id who);
  void kill(actor_id who);

  /// Memory for actor objects that no shard keeps for itself.
  [[nodiscard]] object_depot& objects() noexcept { return *objects_; }

  /// The node goes down in order: nobody moves here any more. Threading: any.
  std::atomic<bool> ending{false};
  /// Shards with nothing to do, a bit each for the first 64; set by the driver.
  std::atomic<std::uint64_t> idle_shards{0};

private:
  friend class shard;
  friend class engine_visit;
  void wait_for_visitors() const noexcept;
  [[nodiscard]] shard& way_out(const actor_id& target) const noexcept;
  template <class M>
  void post_far(const message_head& head, M&& message);
  static constexpr std::size_t reasons = 16;
  static constexpr std::size_t remembered = 1000;

  void refuse_outside(const message_head& head, errc code);
  bool enter_subscription(const std::string& topic, const actor_id& who);
  bool drop_subscription(const std::string& topic, const actor_id& who);

  const engine_options options_;
  driver& driver_;
  std::atomic<shard*> shards_[max_shards] = {};
  std::atomic<std::uint32_t> shard_count_{0};
  std::atomic<std::uint32_t> next_shard_{0};
  std::atomic<std::uint64_t> stuck_[max_shards / 64] = {};
  // Threads outside that are inside a function of this engine; it does not end before they left.
  std::atomic<std::uint32_t> visitors_{0};
  std::atomic<bool> closing_{false};
  std::atomic<peer_nodes*> peers_{nullptr};
  std::unique_ptr<object_depot> objects_;
  std::vector<std::unique_ptr<shard>> owned_;
  struct residence {
    std::uint64_t node = 0;
    std::uint64_t epoch = 0;
  };
  mutable spin_lock residences_lock_; // guards residences_; looked at when nodes are lost and actors move
  std::unordered_map<actor_id, residence> residences_;
  std::atomic<bool> somebody_moved_{false};
  mutable spin_lock twins_lock_; // guards twins_: looked up once a batch, or once a message to a stranger's place
  std::unordered_map<std::uint64_t, shard*> twins_;

  // Tables that threads share, each under its lock.
  mutable spin_lock shards_lock_;
  name_table names_;
  mutable spin_lock topics_lock_;
  std::unordered_map<std::string, topic_subscriptions> topics_;
  std::unordered_map<actor_id, std::vector<std::string>> topics_of_;
  mutable spin_lock entities_lock_; // guards the next three
  std::unordered_map<std::string, actor_id> gates_;
  std::unordered_map<std::string, actor_id> live_entities_;
  std::unordered_map<actor_id, std::string> entity_keys_;
  mutable spin_lock groups_lock_;
  std::unordered_map<std::uint64_t, std::shared_ptr<const group_core>> groups_;
  mutable spin_lock asks_lock_;
  struct open_outside_ask {
    std::shared_ptr<outside_ask> ask;
    std::uint64_t node;
  };
  std::unordered_map<std::uint64_t, open_outside_ask> asks_;
  std::uint64_t next_ask_ = 1;
  void log_dead_letter(const dead_letter& letter, std::uint64_t count);
  std::atomic<nanoseconds_t> next_letter_log_[reasons] = {};
  mutable spin_lock letters_lock_;
  std::vector<dead_letter> letters_;
  std::size_t next_letter_ = 0;
  std::atomic<std::uint64_t> dead_letter_count_{0};
  std::atomic<std::uint64_t> dead_by_reason_[reasons] = {};
};

/// Keeps an engine alive while a thread outside of its shards uses it.
class engine_visit {
public:
  engine_visit() = default;
  explicit engine_visit(engine& where) noexcept : where_{&where} {
    where.visitors_.fetch_add(1, std::memory_order_seq_cst);
  }
  engine_visit(engine_visit&& other) noexcept : where_{std::exchange(other.where_, nullptr)} {}
  engine_visit& operator=(engine_visit&&) = delete;
  ~engine_visit() {
    if (where_ != nullptr) where_->visitors_.fetch_sub(1, std::memory_order_seq_cst);
  }
  explicit operator bool() const noexcept { return where_ != nullptr; }
  engine* operator->() const noexcept { return where_; }
  engine& operator*() const noexcept { return *where_; }

private:
  engine* where_ = nullptr;
};

/// The engine of the node with this number in this process, if there is one. On a thread with engines of
/// its own: one of those. Threading: any.
[[nodiscard]] engine_visit engine_of(std::uint64_t node) noexcept;
/// The same, or else one that reaches that node, or else any. Threading: any.
[[nodiscard]] engine_visit engine_towards(std::uint64_t node) noexcept;

template <class M>
void engine::post(const message_head& head, M&& message) {
  using type = std::remove_cvref_t<M>;
  engine_visit here{*this};
  if (head.target.node() != node() && peers() != nullptr && !closing()) {
    post_far(head, std::forward<M>(message));
    return;
  }
  shard* s = head.target.node() == node() ? shard_at(head.target.shard()) : nullptr;
  if (s == nullptr || closing()) {
    refuse_outside(head, closing() ? errc::shutting_down : errc::no_such_actor);
    return;
  }
  type copy{std::forward<M>(message)};
  const std::uint32_t size = envelope_size(payload<type>::size, head.flags);
  void* box = nullptr;
  if constexpr (is_boxed<type>) box = new type{std::move(copy)};
  const auto limit = (head.flags & (flag::system | flag::answers | flag::vital)) != 0 ? shard::bound::ignored
                                                                                        : shard::bound::minded;
  bool taken = s->post(size, limit, [&](envelope* e) {
    write_header(e, head, size);
    if constexpr (is_boxed<type>)
      *static_cast<void**>(e->payload()) = box;
    else
      new (e->payload()) type{std::move(copy)};
  });
  if (taken) {
    driver_.wake(*s);
    return;
  }
  if constexpr (is_boxed<type>) delete static_cast<type*>(box);
  refuse_outside(head, errc::overloaded);
}

/// A shard sends it, always the same one to the same actor.
template <class M>
void engine::post_far(const message_head& head, M&& message) {
  using type = std::remove_cvref_t<M>;
  shard& way = way_out(head.target);
  if ((head.flags & (flag::system | flag::answers | flag::vital)) == 0 && way.inbox_full()) {
    refuse_outside(head, errc::overloaded);
    return;
  }
  post_call({way.place(), shard::root, 1}, [head, kept = type{std::forward<M>(message)}](shard& there, actor_id) mutable {
    there.send<type>(head, std::move(kept));
  });
}

} // namespace detail
} // namespace actors
