// SPDX-License-Identifier: BSD-3-Clause
//
// A running supervisor: how to start one, and what may be asked of it. It answers at any time, also while
// a child cannot be restarted. Errors of requests: invalid_argument (the specification, or a child in
// another state than the request needs), no_such_actor (no child of this id), actor_failed (the child's
// constructor threw), actor_stopped (the supervisor ends).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <actors/node.hpp>
#include <actors/supervision/detail/makers.hpp>
#include <actors/supervision/supervisor_spec.hpp>
#include <actors/supervision/tree.hpp>

namespace actors::supervision {

/// Adds a child behind the others and starts it; answered when it has started. The specification of one
/// that cannot be started is not kept.
struct start_child {
  child_spec spec;
};
/// Adds a child to a dynamic supervisor; see `dynamic_child`.
struct start_dynamic {
  std::vector<std::byte> arguments;
  /// The types of the arguments: `(int, std::string)`.
  std::string signature;
};
/// Ends a child within its `shutdown` time; answered when it has ended. It stays known, save for
/// `temporary` and dynamic ones. Dynamic children have no ids: name them by `child`.
struct terminate_child {
  std::string id;
  any_ref child{};
};
/// Starts a child that has ended or been terminated again.
struct restart_child {
  std::string id;
};
/// Forgets a child that has ended.
struct delete_child {
  std::string id;
};
struct which_children {};
struct count_children {};
/// Answered when all children have started, or with the reason why not.
struct await_started {};

enum class child_status : std::uint8_t { starting, running, stopping, restarting, stopped };
[[nodiscard]] std::string_view to_string(child_status status) noexcept;

/// One child, as `which_children` shows it.
struct child_info {
  std::string id;
  /// Null while it has no actor.
  any_ref child{};
  child_status status = child_status::stopped;
  child_type type = child_type::worker;
  supervision::restart restart = permanent;
  std::uint32_t restarts = 0;
};

/// How many children; OTP's `count_children`.
struct child_counts {
  /// All known ones.
  std::uint64_t specs = 0;
  /// Those that run.
  std::uint64_t active = 0;
  std::uint64_t supervisors = 0;
  std::uint64_t workers = 0;

  friend bool operator==(const child_counts&, const child_counts&) = default;
};

namespace detail {
/// From a supervisor below: all its children stand.
struct subtree_started {
  actor_id supervisor{};
};
struct begin {};
struct alarm {
  std::uint64_t number = 0;
};
/// A child on another shard should have halted by now.
struct overdue {
  std::uint64_t child = 0;
  std::uint64_t order = 0;
};
} // namespace detail

/// The actor that runs a `supervisor_spec`. `start` makes one under the node; an actor that wants a tree
/// of its own spawns `sup::supervisor` with a checked `tree.spec()` as its child.
class supervisor : public actor<supervisor> {
public:
  using handles =
      messages<start_child, start_dynamic, terminate_child, supervision::restart_child, delete_child, which_children, count_children,
               await_started, actors::detail::child_halted, actors::detail::child_started, detail::subtree_started,
               detail::begin, detail::alarm, detail::overdue>;

  explicit supervisor(supervisor_spec spec) : supervisor{std::move(spec), {}, {}} {}
  /// Below another one: its path, and whom to tell when all children stand.
  supervisor(supervisor_spec spec, std::string path, actor_id above);
  supervisor(supervisor&&) noexcept;
  ~supervisor();

  promise<any_ref> on(start_child what);
  promise<any_ref> on(start_dynamic what);
  promise<void> on(const terminate_child& what);
  promise<any_ref> on(const supervision::restart_child& what);
  promise<void> on(const delete_child& what);
  std::vector<child_info> on(which_children);
  child_counts on(count_children);
  promise<void> on(await_started);

  void on(actors::detail::child_halted what);
  void on(const actors::detail::child_started& what);
  void on(const detail::subtree_started& what);
  void on(detail::begin);
  void on(detail::alarm what);
  void on(const detail::overdue& what);

private:
  struct body;
  std::unique_ptr<body> body_;
};

using supervisor_ref = ref<supervisor>;

/// Checks the whole tree, then starts it; returns when all children stand, or why not: nothing runs then.
/// Every child is registered by its path: `node.find<inventory>("shop/inventory")`.
/// Errors: invalid_argument (the specification), name_taken, actor_failed (a constructor threw, with its
/// text), timeout. Threading: outside of handlers.
[[nodiscard]] expected<supervisor_ref> start(basic_node& where, tree what,
                                             duration timeout = std::chrono::seconds{60});
[[nodiscard]] expected<supervisor_ref> start(basic_node& where, supervisor_spec what,
                                             duration timeout = std::chrono::seconds{60});

/// A child for a dynamic supervisor whose `takes` names these types. Texts become `std::string`.
template <class... Ts>
[[nodiscard]] start_dynamic dynamic_child(const Ts&... values) {
  start_dynamic what;
  what.arguments = detail::archived(std::tuple<detail::archived_argument<Ts>...>{values...});
  what.signature = detail::argument_list<detail::archived_argument<Ts>...>();
  return what;
}

} // namespace actors::supervision
