// SPDX-License-Identifier: BSD-3-Clause
//
// A supervisor's mind: what happened goes in, what is to be done comes out. It knows no actor,
// thread or clock; time comes with each event, chance through the constructor's seed.
//
// A child:
//
//   waiting --start--> starting --started--> running --ends--+--> [decision]
//                         |  failed             | halt       |
//                         +--> [decision]       v            |
//                                            stopping -------+
//   [decision]:
//     restart   restarting --> starting
//     leave     stopped; its specification stays
//     remove    gone, if it is temporary or dynamic
//
// `waiting`, `halted`, `restarting` and `stopped` children have no instance. A child that has an id
// keeps it through a restart: its slot is held, with the messages that wait, until `release`.
//
// At most one group operation is under way: `start_all` in order, or a group restart (halt the
// members in reverse order one after the other, pause, start them in order one after the other).
// Under one_for_one and dynamic, restarts of different children are independent of each other.
//
// An end by itself, while a group operation is under way:
//   of a member, while members are halted
//     counts as halted and spends no restart
//   while the group pauses
//     is decided at once: its restart begins the group's anew
//   otherwise
//     waits, and is decided when the group is through, oldest first; or is covered by the next
//     group restart
//
// A member that cannot be started begins the group restart anew, from itself on under rest_for_one.
// Requests that start children wait until the group is through.
//
// As in OTP a group restart also starts members that were stopped before it began. Unlike OTP a
// member that is terminated by hand during the restart stays stopped, and the rest of the group
// goes on; and a member's end while others are halted is never a second restart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <actors/failure.hpp>
#include <actors/supervision/report.hpp>
#include <actors/supervision/supervisor_spec.hpp>

#include "child_table.hpp"
#include "restart_budget.hpp"

namespace actors::supervision::detail {

/// Names a request from outside that is owed an answer; chosen by the caller.
using ticket = std::uint64_t;

/// How an instance ended, or why there is none.
struct ending {
  exit_kind kind = exit_kind::unknown;
  failure reason{};
  std::string message_type{};
  /// The slot is held with its messages: a restart keeps the id. Otherwise the actor is gone. A
  /// failed `start` has no slot, whatever this says.
  bool held = true;
};

/// What is to be done, in the order of the list. An order may be void when its turn comes, because
/// the child ended after it was given: a `halt` for a child without an instance is not carried out
/// and not answered a second time.
struct order {
  enum class what : std::uint8_t {
    /// Make a new actor for `child`. Answer: `child_started` or `start_failed`.
    start,
    /// Make a new instance behind the held id of `child`. Answer: as for `start`.
    restart,
    /// Stop the instance in order within its time, then kill it; its slot stays held. Answer:
    /// `child_ended`.
    halt,
    /// Give the held slot `id` of `child` up: what waits becomes dead letters, watchers hear of the
    /// end. No answer. `child` may be forgotten by then.
    release,
    /// Call `woken(alarm)` after `pause`. Nothing happens if it is no longer needed then.
    wake,
    /// Tell the world: `news`.
    report,
    /// Answer `request` with `outcome()`. `child` and `id`: the new one, where a child was started;
    /// it may be forgotten by then.
    reply,
    /// All children that were to start have started, or `outcome()` says why not; given once.
    ready,
    /// The supervisor ends with `exit` (`failed` where the first start failed, else `shutdown`) for
    /// the reason `why`. Whoever carries this out stops the children that run, and those that are
    /// still starting as soon as they have, in reverse order, and releases the slots that are held.
    /// Only replies follow; reports of these stops are his to make.
    finish,
  };
  what kind;
  exit_kind exit = exit_kind::shutdown;
  child_key child = 0;
  actor_id id{};
  duration pause{};
  std::uint64_t alarm = 0;
  ticket request = 0;
  /// `errc::none`: success.
  failure why{};
  std::shared_ptr<const supervision::report> news{};

  [[nodiscard]] expected<void> outcome() const;
};

class supervisor_core {
public:
  /// Requires: `check(spec)` succeeds. `path` names this supervisor in reports. `seed` is for the
  /// jitter of pauses.
  supervisor_core(supervisor_spec spec, std::string path, std::uint64_t seed);

  [[nodiscard]] std::optional<child_key> find(std::string_view id) const;
  [[nodiscard]] std::optional<child_key> find(actor_id id) const;
  [[nodiscard]] const child_table::map& children() const noexcept;
  [[nodiscard]] bool is_finished() const noexcept { return finished_; }
  /// Its specification without the children.
  [[nodiscard]] const supervisor_spec& flags() const noexcept { return spec_; }
  /// Of a dynamic supervisor: what its children are made after; null otherwise.
  [[nodiscard]] const child_spec* pattern() const noexcept { return pattern_.get(); }

  // Events. Each only appends to the orders; whoever drives takes and carries them out in order,
  // and may raise further events while doing so: a start on the same shard answers at once. Times
  // must not go back. Events that do not fit the child's phase are ignored: they crossed an order.
  void begin(duration now);
  void child_started(child_key child, actor_id id, duration now);
  void start_failed(child_key child, ending how, duration now);
  void child_ended(child_key child, ending how, duration now);
  void woken(std::uint64_t alarm, duration now);

  // Requests; each is answered by exactly one `reply` order, at once or later. Errors:
  // `no_such_actor` where there is no such child, `invalid_argument` where its phase or the
  // strategy does not allow it or the specification is faulty, `actor_stopped` where the supervisor
  // ends first; where a start fails, its failure.
  void start_child(child_spec spec, ticket request, duration now);
  /// `arguments` take the place of those in the pattern.
  void start_dynamic(std::vector<std::byte> arguments, ticket request, duration now);
  void terminate_child(child_key child, ticket request, duration now);
  void restart_child(child_key child, ticket request, duration now);
  void delete_child(child_key child, ticket request, duration now);

  [[nodiscard]] std::vector<order> take_orders();

private:
  /// One thing that went wrong, or an end.
  struct incident {
    child_key child;
    actor_id who;
    failed_in when;
    ending how;
  };
  struct group_operation {
    enum class purpose : bool { start_all, restart };
    enum class step : std::uint8_t { halting, pausing, starting };
    enum class turn : bool { at_once, yield };

    purpose why = purpose::start_all;
    step at = step::starting;
    /// Even without a pause let others come first, so that retries do not shut requests out.
    turn next = turn::at_once;
    /// Members are all children from here on.
    child_key first = 0;
    /// Halting: members from here on are halted. Starting: those before have had their turn.
    child_key cursor = 0;
    /// The member whose answer is awaited; 0: none.
    child_key current = 0;
    std::uint64_t alarm = 0;
    duration not_before{};
  };
  enum class start_cause : bool { added, again };
  struct start_request {
    ticket request;
    start_cause cause;
  };
  /// What is owed to those who asked about one child.
  struct open_requests {
    std::optional<start_request> start;
    std::vector<ticket> stops;
  };
  struct deferred_request {
    ticket request;
    std::function<void(supervisor_core&, duration)> repeat;
  };

  // Ends and failed starts (supervisor_core.cpp).
  void ended_by_itself(child_record& child, incident what, duration now);
  void halted(child_record& child, const incident& what, duration now);
  void decide(child_record& child, const incident& what, duration now);
  void restart_after(child_record& child, const incident& what, duration now);
  void postpone(child_record& child, incident what);
  void drain(duration now);
  [[nodiscard]] bool can_decide() const noexcept;
  void give_up(child_record& child, const incident& what, duration now);
  void finish(exit_kind exit, failure why, duration now);

  // The operation on many (group_restart.cpp).
  void begin_group(child_key culprit, const incident& what, duration pause, duration now);
  void cover(child_key first, child_key covered_from, duration now);
  void step_halting(duration now);
  void pause_group(duration now);
  void start_group();
  void step_starting();
  void group_is_through();
  void continue_group(child_key answered, duration now);
  [[nodiscard]] bool is_covered(child_key child) const noexcept;
  [[nodiscard]] bool is_to_start(const child_record& child) const noexcept;
  void fail_first_start(child_record& child, const incident& what, duration now);

  // Requests (requests.cpp).
  [[nodiscard]] bool is_answered_early(ticket request);
  [[nodiscard]] bool must_wait() const noexcept { return group_.has_value(); }
  void start_for(child_key child, start_request request);
  void requested_start_failed(child_record& child, const incident& what, duration now);
  void answer_start(child_key child, const failure& why);
  void answer_stops(child_key child);
  [[nodiscard]] bool is_to_be_stopped(child_key child) const;
  [[nodiscard]] bool was_requested(child_key child) const;
  void reply(ticket request, child_key child = 0);
  void refuse(ticket request, failure why);
  void refuse_all();

  // One child (child_steps.cpp).
  void start(child_key key, child_record& child);
  void halt(child_key key, child_record& child);
  void settle(child_key key, child_record& child);
  void forget_undecided(child_record& child, response response, duration now);
  [[nodiscard]] std::uint64_t wake(duration pause);
  [[nodiscard]] duration next_pause(child_record& child, duration now);
  [[nodiscard]] std::string name_of(child_key key, const child_record& child) const;
  void report(const child_record& child, const incident& what, response response, duration now,
              duration pause = {});
  order& add(order::what kind, child_key child = 0);

  // Constant after construction.
  /// Without its children.
  supervisor_spec spec_;
  std::string path_;
  /// Of a dynamic supervisor.
  std::shared_ptr<const child_spec> pattern_;

  child_table children_;
  restart_budget budget_;
  std::uint64_t random_;
  std::vector<order> orders_;
  bool has_begun_ = false;
  bool finished_ = false;
  std::optional<group_operation> group_;
  /// By age.
  std::map<std::uint64_t, incident> undecided_;
  std::map<child_key, open_requests> open_;
  std::deque<deferred_request> deferred_;
  std::unordered_map<std::uint64_t, child_key> alarms_;
  /// Of alarms and undecided ends.
  std::uint64_t last_number_ = 0;
};

} // namespace actors::supervision::detail
