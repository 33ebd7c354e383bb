// SPDX-License-Identifier: BSD-3-Clause
//
// A shard: many actors, one thread at a time. What a message touches is inline here; everything else
// lies in src/engine.
//
//   urgent   life-cycle steps made on this shard, before anything else
//   inbox    chunks from other shards and threads; handled where they lie, in order
//   fifo     messages from actors of this shard; tokens that stand for messages kept aside
//   outbox   one open chunk per peer shard, handed over when full or when the quantum ends
//
// A shard has a place, the first half of the ids of the actors born there. Actors that move to another
// node live there in a twin: a shard of the same place, in which they keep slot, id and all that refers to
// them. Of a place that is split in this way, every actor lives in one twin; what meets its slot elsewhere
// is sent on (src/engine/routes.cpp).
//
// Order: a sender's messages to an actor take one path at a time (fifo or inbox), and a message that
// has to wait (held, backlog) makes all later ones for that actor wait behind it.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <actors/detail/envelope.hpp>
#include <actors/detail/function.hpp>
#include <actors/detail/kept_children.hpp>
#include <actors/detail/peer_nodes.hpp>
#include <actors/detail/pending_ask.hpp>
#include <actors/detail/slab.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/detail/slot.hpp>
#include <actors/detail/timer_wheel.hpp>

namespace actors::detail {

class engine;
class task_frame;
class shard;

/// The shard that runs on this thread; null outside of handlers.
extern constinit thread_local shard* current_shard;

/// What a spawn may choose; see `spawn_options`.
struct birth {
  nanoseconds_t shutdown = 5'000'000'000;
  mailbox_options mailbox;
  bool customised = false;
  /// The parent decides what follows its end; see `kept_children.hpp`.
  bool kept = false;
};

/// What becomes of the slot of an actor told to end: where its parent keeps it, the parent decides;
/// or it is given up whatever the parent had in mind.
enum class slot_after : std::uint8_t {
  kept_if_kept,
  /// The parent keeps it and waits for word that it has halted, also if it has already.
  kept_by_parent,
  released,
};


/// A stretch of slots of one shard, under the same generation.
struct id_range {
  std::uint64_t place = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t generation = 1;
};

/// A function of another node's program, by its name (far_function.hpp); `flag::system`.
struct far_call {
  std::string function;
  std::vector<std::byte> arguments;
};

/// Work for a shard that is not a message to an actor: births, multicasts, moves.
struct shard_call {
  unique_function<void(shard&, actor_id target)> work;
  /// What it is where the actor has left for another node; null: nothing.
  std::unique_ptr<far_call> elsewhere = nullptr;
};

/// One message for several actors of a shard, to be told them by `deliver_copy`.
struct multicast_call {
  unique_function<void(shard&)> work;
};

class shard {
public:
  static constexpr std::uint32_t segment_bits = 14;
  static constexpr std::uint32_t segment_size = 1U << segment_bits;
  static constexpr std::uint32_t root = 0;
  /// Waiting messages of one actor in the shared FIFO; more wait in a queue of its own, so that a
  /// flooded actor does not delay its neighbours.
  static constexpr std::uint32_t fair_share = 4096;

  /// `place`: its own, or of a twin that of a shard of another node.
  shard(engine& owner, std::uint32_t index, std::uint64_t place, std::uint32_t first_generation);
  ~shard();
  shard(const shard&) = delete;
  shard& operator=(const shard&) = delete;

  // -- driving: by one thread at a time ---------------------------------------------------------

  /// Handles up to `quantum` messages. True when more work is ready.
  bool run(nanoseconds_t now, std::uint32_t quantum);
  /// When the next timer is due; `timer_wheel::never` without one. Threading: any.
  [[nodiscard]] nanoseconds_t next_deadline() const noexcept {
    return next_deadline_.load(std::memory_order_relaxed);
  }
  /// Anything handed over that has not been taken yet? Threading: any.
  [[nodiscard]] bool has_mail() const noexcept {
    return inbox_.load(std::memory_order_seq_cst) != nullptr ||
           foreign_pending_.load(std::memory_order_seq_cst);
  }
  /// Starts the ordered stop of all actors here. `ended` tells when it is done.
  void begin_shutdown();
  [[nodiscard]] bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  /// Ends every actor at once, without hooks; what waits becomes dead letters.
  void abandon();

  // -- what anyone may read ----------------------------------------------------------------------

  [[nodiscard]] std::uint64_t place() const noexcept { return place_; }
  [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
  /// Of a place of another node.
  [[nodiscard]] bool is_twin() const noexcept { return place_ >> 16 != home_ >> 16; }
  /// What reaches this shard itself, also where its place has twins.
  [[nodiscard]] actor_id address() const noexcept { return {home_ | index_, root, first_generation_}; }
  [[nodiscard]] engine& owner() noexcept { return owner_; }
  [[nodiscard]] nanoseconds_t now() const noexcept { return now_; }
  /// Messages handled since the start; racy but monotonic. Threading: any.
  [[nodiscard]] std::uint64_t processed() const noexcept {
    return processed_.load(std::memory_order_relaxed);
  }
  /// Of a shard for one blocking actor: takes it for a new one; false while it is in use.
  /// Threading: any.
  [[nodiscard]] bool claim_dedicated() noexcept { return !in_use_.exchange(true, std::memory_order_acq_rel); }
  [[nodiscard]] std::uint64_t live() const noexcept { return live_.load(std::memory_order_relaxed); }

  /// What runs right now, for the watchdog. Threading: any.
  struct activity {
    std::uint64_t serial;
    actor_id actor;
    std::uint32_t message;
    bool running;
  };
  [[nodiscard]] activity current_activity() const noexcept;

  // -- handing over: from any thread -------------------------------------------------------------

  /// Appends a chunk of envelopes. Whoever opens a chunk asks first whether the inbox is full, so what
  /// is under way never has to be thrown away.
  void hand_over(chunk* c) noexcept;
  /// More waits in front of this shard than it may: senders are refused.
  [[nodiscard]] bool inbox_full() const noexcept;
  /// Whether a message minds the bound of the inbox: orders of the system and answers do not.
  enum class bound : std::uint8_t { minded, ignored };
  /// Builds one envelope under the lock of the foreign chunk. `fill(envelope*)` must not throw.
  template <class Fill>
  bool post(std::uint32_t size, bound limit, Fill&& fill);
  /// Completes the ask `request` from outside with the actor's counters.
  void report_counters(actor_id id, std::uint64_t request);
  /// Gives out ids that nobody else gives out, as `reserve` does.
  [[nodiscard]] id_range reserve_range(std::uint32_t count) noexcept {
    return {place_, next_fresh_.fetch_add(count, std::memory_order_relaxed), count, first_generation_};
  }
  /// Gives out an id here for an actor that a `shard_call` will create.
  [[nodiscard]] actor_id reserve();

  // -- sending: from the thread that runs this shard ---------------------------------------------

  /// Sends a message built from `args`. With `flag::asks`, `request` names the open ask.
  template <class M, class... Args>
  void send(const message_head& head, Args&&... args);
  template <class M, class... Args>
  void tell(actor_id target, Args&&... args) {
    send<M>(message_head{message_index<M>, 0, target, self(), 0}, std::forward<Args>(args)...);
  }
  /// Sends a message whose type is known at run time only; takes the payload over.
  void send_erased(const message_head& head, void* payload);
  /// Ends a message that cannot be taken: a dead letter, and a failure for who asks.
  void refuse(envelope& e, errc code) { reject(e, code); }
  /// Answers a request with a value.
  template <class R>
  void answer(const open_request& request, R&& value);
  void answer_failure(const open_request& request, failure error);
  /// Sends a message of the system, about `target`, to its shard.
  template <class M>
  void system(actor_id target, M message);
  /// Runs `work` on the shard of `target`, in order with the messages that go there. Requires: a shard
  /// of this node.
  void call(actor_id target, unique_function<void(shard&, actor_id)> work);

  /// A node cannot be reached any more: ends what actors here wait for from it, and what they share
  /// with actors there (watches, parents, children).
  void lose_node(std::uint64_t node);
  /// As `lose_node`, of single actors.
  void lose_actors(const std::unordered_set<actor_id>& ids);

  // -- the running actor -------------------------------------------------------------------------

  [[nodiscard]] actor_id self() const noexcept {
    std::uint64_t key = self_key_.load(std::memory_order_relaxed);
    return {self_place_.load(std::memory_order_relaxed), static_cast<std::uint32_t>(key),
            static_cast<std::uint32_t>(key >> 32)};
  }
  /// Who sent what the running actor works on.
  [[nodiscard]] actor_id sender() const noexcept { return current_ != nullptr ? current_->sender : sender_; }
  /// A coroutine goes on, with what `sender` has sent.
  void work_for(const actor_id& sender) noexcept { sender_ = sender; }
  [[nodiscard]] slot* self_slot() noexcept { return self_slot_; }
  [[nodiscard]] envelope* current() noexcept { return current_; }
  [[nodiscard]] open_request current_request() const noexcept;
  /// Marks the current request as taken over (by a promise or a coroutine): it is answered later.
  open_request take_request();

  // -- life-cycle --------------------------------------------------------------------------------

  /// Whether the actor, if it lives, lives in this very shard.
  [[nodiscard]] bool is_here(const actor_id& id) noexcept {
    return id.place == place_ && (!split_ || lives_here(id));
  }

  // -- actors that move to other nodes; see departures.cpp, arrivals.cpp and routes.cpp ------------------

  /// Readies actors for a move: they handle nothing more, what comes waits. Those that are ready, and those
  /// that do not move with the reason, are told to `peer_nodes::leaving`, all in the end.
  void depart(std::uint64_t move, const std::vector<actor_id>& ids);
  /// They do not move after all.
  void stay(std::uint64_t move, const std::vector<actor_id>& ids);
  /// They live on that node from now on; what comes here is sent on.
  struct leaver {
    actor_id id;
    std::uint64_t epoch;
  };
  void hand_over(const std::vector<leaver>& who, std::uint64_t to);
  /// It has ended elsewhere: nothing is left to send on.
  void ended_elsewhere(const actor_id& id);
  /// Builds what has come with a move, without running it, and makes sure that what this shard has sent the
  /// actor elsewhere is there; then `peer_nodes::has_arrived`.
  void arrive(std::uint64_t source, std::uint64_t move, actor_image what);
  /// It runs from now on. False: it is not waiting here.
  bool set_off(const actor_id& id, std::uint64_t epoch);
  /// It does not come after all.
  void send_back(const actor_id& id);
  /// Hands over all that actors here have sent.
  void send_all() { flush(); }
  /// The actor lives on that node now. Word of an older move changes nothing.
  void learn_route(const actor_id& id, std::uint64_t node, std::uint64_t epoch);
  /// It does not move from now on, for this reason; empty: it does.
  void pin(std::string why);

  /// Creates an actor here, child of the running actor (of the root outside of handlers).
  template <class A, class... Args>
  actor_id spawn(const birth& how, Args&&... args);
  /// Puts an object behind a reserved id.
  template <class A, class... Args>
  void create(actor_id id, actor_id parent, const birth& how, Args&&... args);
  /// Replaces the instance behind an id; waiting messages stay. Failure: no such actor here.
  void restart(actor_id id, const actor_type& type, unique_function<void(shard&, slot&)> construct);
  /// Lets a failed child go on with the state it has.
  void resume(actor_id id);
  /// Stops as soon as the current handler is through: children in reverse order first, each within
  /// its time, then killed; messages that wait become dead letters.
  void stop(actor_id id, exit_kind kind = exit_kind::shutdown);
  /// As `stop`, after the messages that this sender has told it before.
  void stop_in_order(actor_id id);
  void kill(actor_id id);
  /// Ends the running actor after its handler, for this reason.
  void end_self(exit_kind kind, failure reason);

  // -- children whose slots are kept; see kept_children.hpp ----------------------------------------

  /// Gives the slot of a kept child up: it ends for good, if it has not ended yet.
  void release(actor_id id);
  /// Of a new instance behind an old id: makes the halted child of the one before its youngest child,
  /// still halted. False where it is none. Requires: called before any child is started.
  bool adopt_halted_child(actor_id id);
  /// Makes a child the youngest, the first to stop. False where it is none.
  bool line_up_last(actor_id id);
  [[nodiscard]] bool has_children() const noexcept;
  void release_halted_children(const std::unordered_set<actor_id>& but_not);
  /// Does not wait any longer for the end of a child on another shard, which does not answer.
  void give_child_up(actor_id id);
  void stop_self();
  void watch(actor_id who);
  /// The other's end is being told to the running actor. False: it does not watch it any more.
  bool forget_watched(const actor_id& who) noexcept;
  /// Notes a child of the running actor that starts on another shard.
  void expect_child(actor_id child, nanoseconds_t shutdown);
  void unwatch(actor_id who);
  /// Notes that the actor has a name, to be given back when it ends.
  void mark_named(actor_id id);
  /// Treats a message as if it had just come in from another shard: for multicasts.
  template <class M>
  void deliver_copy(actor_id target, actor_id sender, M&& message);
  /// The same of a message whose type is known at run time only; copies it. Requires: `type.copy`.
  void deliver_copy(actor_id target, actor_id sender, const message_type& type, const void* payload);
  /// Fails the actor in the slot; the parent decides what becomes of it.
  void fail(slot& s, std::uint32_t index, failure reason, std::uint32_t message_type);

  // -- asks, coroutines and timers -----------------------------------------------------------------

  /// `whom`: fails with `node_lost` when that actor's node is lost.
  pending_ask& open_ask(nanoseconds_t timeout, const actor_id& whom = {});
  [[nodiscard]] pending_ask* find_ask(std::uint64_t ticket) noexcept { return asks_.find(ticket); }
  void close_ask(pending_ask& ask) noexcept;
  void add_open_request(slot& s, open_request request);
  /// True when the request was still open.
  bool remove_open_request(slot& s, const open_request& request) noexcept;
  void run_task(task_frame& frame);
  void task_resumed();
  void task_done(task_frame& frame) noexcept;
  void drop_task(task_frame& frame) noexcept;

  /// Arms a timer of the running actor; `period` 0 means once. Takes the payload over.
  template <class M>
  std::uint64_t set_timer(actor_id target, nanoseconds_t delay, nanoseconds_t period, M&& message);
  bool cancel_timer(std::uint64_t ticket) noexcept;
  [[nodiscard]] timer_wheel& wheel() noexcept { return wheel_; }

  // -- stash -----------------------------------------------------------------------------------------

  /// Lays the current message aside again, with its sender and request.
  template <class M>
  void stash(M&& message);
  /// As `stash`, of a message whose type is known at run time only; takes the payload over.
  void stash_erased(envelope& e);
  void unstash_all();

  // -- slots ----------------------------------------------------------------------------------------

  [[nodiscard]] slot* find(std::uint32_t i) noexcept {
    slot* segment = segments_[i >> segment_bits];
    return segment == nullptr ? nullptr : segment + (i & (segment_size - 1));
  }
  [[nodiscard]] slot* find(const actor_id& id) noexcept;
  [[nodiscard]] extras& cold(slot& s);
  [[nodiscard]] actor_id id_of(const slot& s, std::uint32_t index) const noexcept;
  /// Where answers to the running actor go: its slot here, also for a guest.
  [[nodiscard]] actor_id reply_address() const noexcept {
    return self_slot_ == nullptr ? self() : actor_id{home_ | index_, self_index_, self_slot_->generation};
  }

  /// Gives up to `count` actors that have messages waiting to the shard `to`, which becomes their
  /// host; their ids stay and this shard forwards. Actors that cannot move are passed over.
  /// Returns how many are on their way.
  std::uint32_t donate(std::uint32_t to, std::uint32_t count);

  /// Runs `f(slot, id)` for every actor here. Only on the shard's thread.
  template <class F>
  void for_each_actor(F&& f);

  void* allocate_object(std::size_t size, std::size_t alignment);
  void free_object(void* object, std::size_t size, std::size_t alignment) noexcept;

private:
  friend class engine;
  friend struct context_guard;

  struct outbox {
    char* write = nullptr;
    char* limit = nullptr;
    chunk* open = nullptr;
    std::uint32_t size_class = 0;
  };

  // The hot path.
  envelope* locate(const message_head& head, std::uint32_t size);
  envelope* admit(const message_head& head, std::uint32_t size);
  envelope* admit_to(slot& s, const message_head& head, std::uint32_t size);
  envelope* open_outbox(const message_head& head, std::uint32_t size);
  envelope* grow_outbox(const message_head& head, std::uint32_t size);
  envelope* locate_answer(const message_head& head, std::uint32_t size);
  /// An actor of another node, or nobody.
  [[nodiscard]] bool is_far(const actor_id& id) const noexcept { return (id.place ^ home_) >> 16 != 0; }
  void send_far(const message_head& head, void* payload);
  template <class M, class... Args>
  void send_far_value(const message_head& head, Args&&... args);
  far_outbox* outbox_for(std::uint64_t node);
  void send_towards(std::uint64_t node, const message_head& head, void* payload);
  void send_across(shard& to, const message_head& head, void* payload);
  void send_on(const message_head& head, void* payload);
  [[nodiscard]] bool lives_here(const actor_id& id) noexcept;
  [[nodiscard]] bool goes_out(const actor_id& id) noexcept;
  [[nodiscard]] bool is_near_child(std::uint32_t parent, const actor_id& child) noexcept;
  void interrupt_move(slot& s, const actor_id& id);
  void tell_of_end(slot& s, const actor_id& id);
  bool holds_for_move(slot& s, envelope& e);
  [[nodiscard]] bool is_absent(const actor_id& id) noexcept;
  [[nodiscard]] struct migrants& foreign();
  [[nodiscard]] envelope* outbox_room(shard& to, const message_head& head, std::uint32_t size);
  void call_elsewhere(envelope& e, const actor_id& target);
  bool send_special_on(envelope& e);
  void hint(const message_head& head);
  void hold_on_route(struct route& r, const message_head& head, void* payload);
  void begin_detour(const actor_id& id, struct route& r);
  void end_detour(const actor_id& id, std::uint64_t serial);
  void release_route(const actor_id& id);
  void arm_detours();
  void mark_cleared(const actor_id& id);
  void look_at_detours();
  void handle_move(envelope& e, const actor_id& target);
  [[nodiscard]] std::string why_stuck(const actor_id& id, const slot* s) const;
  void look_at_leaving();
  void conclude(std::uint64_t move);
  void refuse_to_leave(std::uint64_t move, const actor_id& id, std::string why);
  [[nodiscard]] actor_image image_of(slot& s, const actor_id& id);
  void carry(std::vector<carried_message>& to, envelope_queue& from, const actor_id& id);
  void thaw(slot& s, const actor_id& id);
  void vacate(slot& s, const actor_id& id, std::uint64_t to, std::uint64_t epoch);
  void list_as_far(std::uint32_t parent, const std::unordered_set<std::uint32_t>& departing);
  void make_children_far(slot& s, const actor_id& id);
  [[nodiscard]] std::vector<far_children::child> children_of(slot& s);
  void follow_on(slot& s, const actor_id& id);
  template <class M>
  void send_towards(std::uint64_t node, const message_head& head, M message) {
    alignas(payload_alignment) std::byte room[payload<M>::size];
    payload<M>::construct(room, std::move(message));
    send_towards(node, head, static_cast<void*>(room));
  }
  void unpack_messages(envelope_queue& to, std::uint32_t& count, const std::vector<carried_message>& from, const actor_id& id);
  void unpack_timer(slot& s, const actor_id& id, const carried_timer& t);
  void guarded_hook(slot& s, const actor_id& id);
  [[nodiscard]] expected<void> unpack(const actor_id& id, const actor_image& what, struct newcomer& made);
  void wait_on_route(const actor_id& id);
  void carry_late(extras& x, const actor_id& id, std::uint64_t to, std::uint64_t epoch);
  void take_late(const actor_id& id, std::vector<carried_message>& late);
  void append_held(slot& s, envelope_queue& from, const actor_id& id);
  void settle_in(slot& s, const actor_id& id, struct newcomer& what, std::uint64_t epoch);
  void undeliverable(const message_head& head, void* payload, errc why);
  void run_far_call(const actor_id& target, const actor_id& sender, const far_call& what);
  template <class IsLost>
  void lose_all(const IsLost& is_lost);
  template <class IsLost>
  void lose_asks(const IsLost& is_lost);
  template <class IsLost>
  void lose_relations(slot& s, std::uint32_t i, const IsLost& is_lost);
  void lose_child(slot& s, std::uint32_t i, const actor_id& child);
  template <bool Counting>
  std::uint32_t run_fifo(std::uint32_t limit);
  template <bool Counting>
  void invoke(slot& s, envelope& e);
  void deliver(envelope& e);
  void deliver_envelope(envelope& e);
  void run_chunk(chunk* c);
  void admit_chunk(chunk* c);
  std::uint32_t take_inbox();
  void run_urgent();
  void flush();
  void hand_over_outbox(std::uint32_t to);
  void reject_chunk(chunk* c, errc code);
  void after_handler(slot& s, envelope& e);
  void handler_threw(envelope& e, const std::exception* error);
  void enter(slot& s, std::uint32_t index, const envelope& e) noexcept;
  void leave() noexcept;
  void set_self(const actor_id& id) noexcept {
    self_place_.store(id.place, std::memory_order_relaxed);
    self_key_.store(std::uint64_t{id.generation} << 32 | id.slot, std::memory_order_relaxed);
  }
  void fire_ask(pending_ask& ask);
  void fail_ask(pending_ask& ask, failure why);
  void flush_far();
  void fire_timer(actor_timer& timer);
  void free_timer(actor_timer& timer) noexcept;
  void release_timer(actor_timer& timer) noexcept;
  void continue_stop_later(slot& s, std::uint32_t i);
  template <class F>
  void guarded(slot& s, std::uint32_t index, std::uint32_t message_type, F&& f);

  // Delivery that is not plain.
  void dispatch_special(envelope& e);
  enum class origin : std::uint8_t { fifo, inbox };
  void dispatch_slow(slot& s, envelope& e, origin from);
  void invoke_checked(slot& s, std::uint32_t index, envelope& e);
  void handle_system(envelope& e);
  void stop_in_turn(slot& s, envelope& e);
  void hold(slot& s, std::uint32_t index, envelope& e);
  void push_backlog(slot& s, std::uint32_t index, envelope& e);
  void add_token(slot& s, std::uint32_t index);
  void run_token(slot& s, std::uint32_t index);
  void release_hold(slot& s, std::uint32_t index, std::uint16_t which);
  void throttle_sender(slot& s, const actor_id& sender);
  void release_throttled(slot& s);
  void throttle(actor_id sender, actor_id full);
  [[nodiscard]] std::size_t waiting_of(const slot& s) const noexcept;
  [[nodiscard]] mailbox_options mailbox_of(const slot& s) const noexcept;
  [[nodiscard]] bool drop_oldest(slot& s);
  void deliver_answer(envelope& e);
  void forward(slot& s, envelope& e);
  void reject(envelope& e, errc code);
  void reject(const message_head& head, errc code);
  void dead_letter_of(const actor_id& target, const actor_id& sender, std::uint32_t type, errc code);
  void drain_to_dead_letters(slot& s);
  void discard_all_mail();
  void discard_migrants();
  void arrived(slot& s, std::uint32_t index, actor_id at);
  void guest_ended(slot& s, std::uint32_t index, exit_kind kind, failure reason);
  void add_far_child(slot& s, std::uint32_t index, actor_id child, nanoseconds_t shutdown);

  envelope* stash_envelope(std::uint32_t type, std::size_t payload_size);
  actor_timer& new_timer(const message_type& type, actor_id target, nanoseconds_t delay,
                         nanoseconds_t period);

  // Life-cycle.
  std::uint32_t allocate_slot();
  bool take_back_slots();
  slot* claim_reserved(actor_id id);
  void give_up_birth(slot& s, std::uint32_t i) noexcept;
  void birth_threw(slot& s, std::uint32_t i);
  void ensure_segment(std::uint32_t i);
  void free_segments() noexcept;
  void begin_life(slot& s, std::uint32_t i, const actor_type& type, const birth& how);
  void link_child(slot& s, std::uint32_t i, actor_id parent);
  void unlink_child(slot& s, std::uint32_t i) noexcept;
  void notify_down(actor_id watcher, actor_id who, exit_kind kind, const failure& reason);
  void adopt(struct parcel& what);
  [[nodiscard]] bool can_move(const slot& s) const noexcept;
  void begin_stop(slot& s, std::uint32_t i, exit_kind kind, failure reason);
  void continue_stop(slot& s, std::uint32_t i);
  void finish_stop(slot& s, std::uint32_t i);
  void rebuild(slot& s, std::uint32_t i);
  void release_slot(slot& s, std::uint32_t i);
  void stop_orphans(slot& s);
  void stop_last_child(slot& s, std::uint32_t i);
  void stop_child_of(slot& parent, stop_progress& progress);
  void stop_guest(slot& s, std::uint32_t i);
  void hasten_stop(slot& s, std::uint32_t i);
  void end_leaf(slot& s, std::uint32_t i, exit_kind kind, const failure& reason);
  void stop_threw(slot& s, std::uint32_t i, failure reason, std::uint32_t message_type);
  void stop_as_asked(slot& s, std::uint32_t i);
  [[nodiscard]] bool far_child_is_last(const slot& s) noexcept;
  void end_dealings(slot& s, const failure& why);
  void end_work(slot& s, const failure& why);
  void end_newborn(slot& s, actor_id id);
  void end_subscriptions(slot& s, const actor_id& id);
  [[nodiscard]] bool wants_ends(const slot& parent) const noexcept;
  void child_overdue(timer_node& node);
  void unwatch_for(actor_id who, actor_id watcher);
  void tell_child_failed(std::uint32_t parent, actor_id child, failure reason, std::string type);
  void guest_failed(actor_id me, actor_id at, failure reason, std::string type);
  void child_ended(actor_id parent, actor_id child, exit_kind kind, const failure& reason);
  void publish_deadline() noexcept;

  // Kept children.
  [[nodiscard]] bool parent_decides(const slot& s) noexcept;
  void give_up_keeping(slot& s, std::uint32_t i);
  bool settle_slot(slot& s, std::uint32_t i, slot_after after, std::uint32_t awaited_by);
  void set_own_deadline(slot& s, std::uint32_t i);
  void own_time_is_over(timer_node& node);
  void halt_slot(slot& s, std::uint32_t i);
  void halted(slot& s, std::uint32_t i, exit_kind kind, failure reason);
  void guest_has_halted(actor_id me, exit_kind kind, failure reason);
  void tell_halted(slot& s, std::uint32_t i);
  void tell_started(slot& s, std::uint32_t i);
  void child_has_halted(actor_id parent, child_halted what, std::uint32_t answered_to);
  void child_has_started(actor_id parent, actor_id child);
  void set_halted_child_aside(slot& parent, actor_id child);
  void bring_halted_children_back(slot& s);
  void restart_halted(slot& s, std::uint32_t i, const actor_type& type,
                      unique_function<void(shard&, slot&)> construct);
  void construct_again(slot& s, std::uint32_t i, const actor_type& type,
                       unique_function<void(shard&, slot&)> construct);

  struct urgent_step {
    enum class what : std::uint8_t { stop, kill, child_ended } kind;
    exit_kind exit;
    actor_id target;
    actor_id other;
  };
  void urgent(urgent_step step) { urgent_.push_back(step); }

  // Constant after construction.
  engine& owner_;
  const std::uint64_t home_; // the node's number, as in places
  const std::uint64_t place_;
  const std::uint32_t index_;
  const std::uint32_t first_generation_;

  // Only the shard's thread.
  slot** segments_;
  envelope_queue fifo_{1};
  chunk_pool pool_;
  actor_id sender_{};
  slot* self_slot_ = nullptr;
  std::uint32_t self_index_ = 0;
  envelope* current_ = nullptr;
  bool deferred_ = false;
  bool request_taken_ = false;
  std::uint32_t marks_ = 0;
  bool sorting_ = false;
  nanoseconds_t now_ = 0;
  std::vector<outbox> outboxes_;
  std::vector<std::uint32_t> dirty_;
  struct far_box {
    std::uint64_t node;
    bool dirty;
    std::unique_ptr<far_outbox> box;
  };
  std::vector<far_box> far_;
  std::size_t last_far_ = 0;
  bool far_dirty_ = false;
  bool split_; // some actors of this place live elsewhere
  std::unique_ptr<struct migrants> migrants_; // null until actors come, go, or are heard of
  std::vector<urgent_step> urgent_;
  std::vector<std::uint32_t> free_slots_;
  std::uint32_t fresh_ = 0, fresh_end_ = 0;
  chunk* incoming_ = nullptr;
  chunk* incoming_last_ = nullptr;
  std::uint32_t incoming_count_ = 0;
  timer_wheel wheel_;
  slab<pending_ask> asks_;
  slab<actor_timer> timers_;
  std::vector<task_frame*> finished_tasks_;
  struct object_pool;
  object_pool* objects_ = nullptr;

  // Written by the shard's thread, read by anyone: the watchdog and the counters.
  std::atomic<std::uint64_t> processed_{0};
  std::atomic<std::uint64_t> live_{0};
  std::atomic<nanoseconds_t> next_deadline_{timer_wheel::never};
  std::atomic<bool> ended_{false};
  std::atomic<bool> in_use_{false};
  // The running actor; the root between handlers. In two halves, each stored and loaded whole: one
  // 16-byte load right after two 8-byte stores would wait for both to reach the cache.
  std::atomic<std::uint64_t> self_place_{0};
  std::atomic<std::uint64_t> self_key_{0};
  std::atomic<std::uint32_t> watched_message_{0};

  // Written by any thread: what is handed over, its size, ids given out to others.
  alignas(64) std::atomic<chunk*> inbox_{nullptr};
  std::atomic<std::int64_t> inbox_bytes_{0};
  std::atomic<bool> foreign_pending_{false};
  spin_lock foreign_lock_;
  chunk* foreign_first_ = nullptr;
  chunk* foreign_last_ = nullptr;
  spin_lock reserve_lock_;
  std::vector<std::uint64_t> reservable_;
  std::atomic<std::uint32_t> next_fresh_{1};
};

} // namespace actors::detail

#include <actors/detail/shard_inline.hpp>
