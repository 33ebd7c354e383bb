// SPDX-License-Identifier: BSD-3-Clause
//
// A node: the shards of one process and the way in for threads outside of actors.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <actors/actor.hpp>
#include <actors/entity.hpp>
#include <actors/future.hpp>
#include <actors/group.hpp>
#include <actors/migration.hpp>
#include <actors/node_options.hpp>
#include <actors/router.hpp>

namespace actors {

/// What every node offers, real or simulated. Threading: from any thread, handlers included.
class basic_node {
public:
  virtual ~basic_node() = default;
  basic_node(const basic_node&) = delete;
  basic_node& operator=(const basic_node&) = delete;

  /// Creates an actor without a parent, on the next shard in turn unless the options say otherwise.
  /// A constructor that throws is that actor's failure, not the caller's.
  template <class A, class... Args>
    requires(!detail::starts_with_options<Args...>)
  ref<A> spawn(Args&&... args) {
    return spawn<A>(spawn_options{}, std::forward<Args>(args)...);
  }
  template <class A, class... Args>
  ref<A> spawn(const spawn_options& options, Args&&... args) {
    detail::check_spawn<A, std::decay_t<Args>...>();
    if constexpr (detail::can_be_spawned<A, std::decay_t<Args>...>())
      return ref<A>{detail::spawn_from_outside<A>(*engine_, options, std::forward<Args>(args)...)};
    else
      return {};
  }

  /// Asks from outside; the future waits. Errors as for `ask` in actors, and shutting_down.
  template <class A, class M>
  [[nodiscard]] auto ask(const ref<A>& to, M message, duration timeout = default_ask_timeout) {
    detail::check_handled<A, M>();
    return detail::ask_from_outside<M, reply_of<A, M>>(*engine_, to.id(), std::move(message), timeout);
  }
  template <class... S, class M>
  [[nodiscard]] auto ask(const ref_to<S...>& to, M message, duration timeout = default_ask_timeout) {
    detail::check_narrow_ask<M, S...>();
    using reply = typename detail::narrow_reply<M, S...>::type;
    return detail::ask_from_outside<M, reply>(*engine_, to.id(), std::move(message), timeout);
  }
  template <class A, class M, class R, class Op>
  [[nodiscard]] future<R> ask(reduction<A, M, R, Op> what, duration timeout = default_ask_timeout) {
    auto root = spawn<detail::root_reducer<A, M, R, Op>>(std::move(what));
    return ask(root, detail::gather{timeout}, timeout);
  }

  template <class A, class M>
  void tell(const ref<A>& to, M&& message) {
    to.tell(std::forward<M>(message));
  }
  template <class M>
  void publish(const topic<M>& where, const M& message) {
    for (const actor_id& id : engine_->subscribers(detail::topic_key<M>(where.name)))
      detail::tell_from_anywhere(id, M{message});
  }

  /// Stops in order: after what has been told to it before.
  void stop(any_ref who);
  /// Ends it without its `on_stop`, before what waits in its mailbox.
  void kill(any_ref who);

  /// Moves an actor, wherever it lives, to the node that placement chooses: `migrate(a, placement::on("node-2"))`.
  /// Waits; not inside handlers. Errors: immovable and why, node_lost, timeout, those of `placement`.
  expected<void> migrate(any_ref who, const placement::spec& where, duration patience = default_move_patience);
  /// The same of many at once; each has an outcome of its own.
  [[nodiscard]] future<move_report> migrate(const std::vector<any_ref>& who, const placement::spec& where,
                                            duration patience = default_move_patience);

  /// Gives an actor of this node a name that all nodes of the cluster find it by; waits until they agree.
  /// Not inside handlers. Errors: invalid_argument, name_taken, timeout.
  template <class A>
  expected<void> register_name(const std::string& name, const ref<A>& who, duration timeout = default_ask_timeout) {
    return enter_name(name, who.id(), detail::actor_type_ptr<A>, timeout);
  }
  /// The entity of this type and key: an actor that lives when it is sent something, exactly once in the
  /// cluster, and is made from its key where its constructor takes a `std::string`. It ends by `stop()`;
  /// the next message makes it live again, perhaps elsewhere. The handle stays good as long as this node.
  template <class A>
  [[nodiscard]] ref<A> entity(const std::string& key) {
    return detail::entity_of<A>(*engine_, key);
  }
  template <class A>
  [[nodiscard]] expected<ref<A>> find(const std::string& name) const {
    return detail::find_as<A>(*engine_, name);
  }

  /// A set of actors with positions. A member's constructor gets `member<A>` first if it takes it,
  /// then copies of `args`. It lives until `group::stop`, or as long as the node.
  template <class A, class... Args>
  group<A> spawn_group(grid shape, layout how, const Args&... args) {
    return detail::make_group<A>(*engine_, shape, how, args...);
  }
  template <class A, class... Args>
  group<A> spawn_group(std::size_t size, layout how, const Args&... args) {
    return detail::make_group<A>(*engine_, grid{size, 1}, how, args...);
  }

  /// An actor in front of `count` new ones of type `A`, which are its children.
  template <class A, class... Args>
  ref<A> spawn_router(routing how, std::uint32_t count, const Args&... args) {
    auto r = spawn<detail::router_actor<A>>(how, count, anywhere, args...);
    return ref<A>{r.id()};
  }

  [[nodiscard]] std::vector<dead_letter> dead_letters() const { return engine_->recent_dead_letters(); }
  [[nodiscard]] std::uint64_t dead_letter_count(errc reason) const { return engine_->dead_letter_count(reason); }
  [[nodiscard]] std::uint32_t shard_count() const { return engine_->shard_count(); }
  [[nodiscard]] virtual node_counters counters() const;
  /// What has been counted for one actor. Waits for its shard; not inside handlers.
  /// Errors: no_such_actor, timeout (its shard is busy with one handler), shutting_down.
  [[nodiscard]] expected<actor_counters> counters(any_ref who, duration timeout = default_ask_timeout);
  [[nodiscard]] detail::engine& engine() noexcept { return *engine_; }

protected:
  basic_node() = default;
  void attach(detail::engine& e) noexcept { engine_ = &e; }

private:
  expected<void> enter_name(const std::string& name, actor_id id, const detail::actor_type* type, duration timeout);
  detail::engine* engine_ = nullptr;
};

/// A node on real threads: shards run on CAF's scheduler.
class node : public basic_node {
public:
  /// Starts. Throws `usage_error` when an option is out of range.
  explicit node(const node_options& options = {});
  /// Shuts down as `shutdown` does.
  ~node() override;

  /// Stops all actors in order, children before parents, within `shutdown_timeout`; then kills what
  /// is left. A handler that never returns does not hold it up: its thread is left behind.
  /// True when everything ended in order. Threading: outside of handlers.
  bool shutdown();

  /// The nodes of the cluster that this one knows, itself included; empty for a node of its own.
  /// Threading: any.
  [[nodiscard]] std::vector<node_info> members() const;
  /// Waits until so many nodes are up, this one included. False when the time is over.
  [[nodiscard]] bool wait_for_members(std::size_t count, duration patience = std::chrono::seconds{10}) const;
  /// Where others reach this node; empty where it does not listen.
  [[nodiscard]] std::string address() const;
  /// Process ids of the other local nodes, of a node that was told to start some.
  [[nodiscard]] std::vector<int> local_processes() const;

  using basic_node::counters;
  [[nodiscard]] node_counters counters() const override;

private:
  void start_local_nodes(const node_options& options);
  struct body;
  std::unique_ptr<body> body_;

  friend class caf_gateway;
};

} // namespace actors
