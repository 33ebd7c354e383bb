// SPDX-License-Identifier: BSD-3-Clause
//
// An indexed set of actors, spread over shards, that works as one: multicast, reduce, barrier,
// all_reduce. Collective operations run along a tree: members of a shard meet at the agent of that
// shard, agents meet at the root agent.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <actors/actor.hpp>
#include <actors/future.hpp>

namespace actors {

/// Rows and columns of a group; a plain list has one column.
struct grid {
  std::size_t rows = 0;
  std::size_t columns = 1;
  [[nodiscard]] constexpr std::size_t size() const noexcept { return rows * columns; }
  friend bool operator==(const grid&, const grid&) = default;
};

/// A position in a grid.
struct cell {
  std::size_t row = 0;
  std::size_t column = 0;
  friend bool operator==(const cell&, const cell&) = default;
};

/// How members are laid over shards: `spread` gives each shard one block of consecutive members, so
/// that neighbours meet; `dealt` gives them out one by one.
enum class layout : std::uint8_t { spread, dealt };
using enum layout;

namespace detail {

struct group_core {
  grid shape;
  std::vector<actor_id> members;
  /// Members by shard, ascending; empty for shards without members.
  std::vector<std::vector<std::uint32_t>> by_shard;
  std::vector<actor_id> agents;
  /// Where the agents of several shards meet; null where one shard has all members.
  actor_id root_agent;
  /// Set once, by whoever stops the group; read by whoever multicasts or reduces.
  mutable std::atomic<bool> stopped{false};
};

/// A member's share of a collective operation; `value` is null for a barrier.
struct contribution {
  std::uint32_t index = 0;
  std::shared_ptr<void> value;
  void (*combine)(void* into, const void* from) = nullptr;
};
struct combined {
  std::shared_ptr<const void> value;
};

/// To an agent: end when these have ended.
struct outlive {
  std::vector<actor_id> others;
};

/// Meets the contributions of its members, then goes up to its parent (or is the root).
class collective_agent : public actor<collective_agent> {
public:
  using handles = messages<contribution, outlive, down>;
  collective_agent(std::uint32_t expected, ref<collective_agent> up) : expected_{expected}, up_{up} {}
  promise<combined> on(contribution part);
  void on(const outlive& these);
  void on(const down&);

private:
  void complete();
  void release(const combined& result);

  std::uint32_t expected_;
  ref<collective_agent> up_;
  std::size_t outlived_ = 0;
  std::vector<std::pair<contribution, promise<combined>>> parts_;
};

/// Stops the members on one shard, and its agent after them.
void stop_members(shard& there, const group_core& core, std::uint32_t which);
void stop_group(const std::shared_ptr<const group_core>& core);

} // namespace detail

template <class A, class M, class R, class Op>
class reduction;

/// A handle to all members; cheap to copy, may lie in messages of the same process.
template <class A>
class group {
public:
  group() = default;
  explicit group(std::shared_ptr<const detail::group_core> core) : core_{std::move(core)} {}

  [[nodiscard]] std::size_t size() const noexcept { return core_ ? core_->members.size() : 0; }
  [[nodiscard]] grid shape() const noexcept { return core_ ? core_->shape : grid{}; }
  [[nodiscard]] ref<A> operator[](std::size_t i) const { return ref<A>{core_->members[i]}; }
  [[nodiscard]] ref<A> operator[](cell at) const {
    return ref<A>{core_->members[at.row * core_->shape.columns + at.column]};
  }

  /// Sends a copy to every member, in order with what this sender tells them one by one; one message
  /// per shard travels. A full mailbox refuses its copy as it would refuse any message; that copy is a
  /// dead letter (`overloaded`), the others arrive. Requires: `M` is copyable. Threading: any.
  template <class M>
  void multicast(const M& message) const;

  /// Asks every member `M` and folds the replies with `op(R, R) -> R`: on each shard in the order of
  /// the members, then over the shards in their order. To be given to `ask`. Fails with the first
  /// failure of a member, and with `actor_stopped` once the group has been stopped.
  template <class M, class Op>
  [[nodiscard]] auto reduce(M message, Op op) const {
    detail::check_handled<A, M>();
    return reduction<A, M, reply_of<A, M>, Op>{*this, std::move(message), std::move(op)};
  }

  /// Stops every member once it has handled what this sender has told it before, barriers it waits in
  /// included; with the last member the group's own actors end. What is multicast from now on becomes
  /// dead letters (`actor_stopped`). Without a stop a group lives as long as its node. Threading: any.
  void stop() const { detail::stop_group(core_); }

  [[nodiscard]] const std::shared_ptr<const detail::group_core>& core() const noexcept { return core_; }

private:
  std::shared_ptr<const detail::group_core> core_;
};

/// What a member knows of its group; given to its constructor as first argument where it takes one.
template <class A>
class member {
public:
  member() = default;
  member(group<A> all, std::uint32_t index) : all_{std::move(all)}, index_{index} {}

  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] cell position() const noexcept {
    return {index_ / all_.shape().columns, index_ % all_.shape().columns};
  }
  [[nodiscard]] const group<A>& all() const noexcept { return all_; }

  /// Resumes when every member has come here. Only in a coroutine handler of the member.
  [[nodiscard]] task<expected<void>> barrier(duration timeout = default_ask_timeout) const {
    // Named, here and below: g++ 12 destroys the members of an aggregate twice that is built in the
    // expression that is awaited.
    detail::contribution part{index_, nullptr, nullptr};
    auto met = co_await meet(std::move(part), timeout);
    if (!met) co_return tl::make_unexpected(std::move(met.error()));
    co_return expected<void>{};
  }
  /// Gives every member the fold of all values. `Op` is stateless and gets `(T, T)`.
  template <class T, class Op>
  [[nodiscard]] task<expected<T>> all_reduce(T value, Op, duration timeout = default_ask_timeout) const {
    auto fold = [](void* into, const void* from) {
      auto& a = *static_cast<T*>(into);
      a = Op{}(std::move(a), *static_cast<const T*>(from));
    };
    detail::contribution part{index_, std::make_shared<T>(std::move(value)), fold};
    auto met = co_await meet(std::move(part), timeout);
    if (!met) co_return tl::make_unexpected(std::move(met.error()));
    co_return *static_cast<const T*>(met->value.get());
  }

private:
  [[nodiscard]] auto meet(detail::contribution part, duration timeout) const {
    ref<detail::collective_agent> agent{all_.core()->agents[all_.core()->members[index_].shard()]};
    return detail::open_request_to<detail::contribution, detail::combined>(agent.id(), std::move(part), timeout);
  }

  group<A> all_;
  std::uint32_t index_ = 0;
};

/// A reduction to be asked: `node.ask(blocks.reduce(energy{}, std::plus<>{}), 10s)`.
template <class A, class M, class R, class Op>
class reduction {
public:
  reduction(group<A> members, M message, Op op)
      : members_{std::move(members)}, message_{std::move(message)}, op_{std::move(op)} {}

  using reply = R;
  const group<A>& members() const { return members_; }
  const M& message() const { return message_; }
  const Op& op() const { return op_; }

private:
  group<A> members_;
  M message_;
  Op op_;
};

namespace detail {

struct gather {
  duration timeout;
};

/// Collects replies by position; folds them in order once all are there.
template <class R, class Op>
class fold {
public:
  explicit fold(Op op) : op_{std::move(op)} {}

  /// A further reply to come; returns its position.
  std::size_t expect_one() {
    parts_.emplace_back();
    return parts_.size() - 1;
  }
  /// True when it was the last one, or a failure: the answer has been given.
  bool take(std::size_t i, expected<R> part, const promise<R>& answer) {
    if (!part) {
      answer.fail(std::move(part.error()));
      return true;
    }
    parts_[i] = std::move(*part);
    if (++arrived_ != parts_.size()) return false;
    R sum = std::move(*parts_[0]);
    for (std::size_t k = 1; k < parts_.size(); ++k) sum = op_(std::move(sum), std::move(*parts_[k]));
    answer.set(std::move(sum));
    return true;
  }

private:
  Op op_;
  std::vector<std::optional<R>> parts_;
  std::size_t arrived_ = 0;
};

/// Asks the members of one shard and folds their replies. It ends with the answer.
template <class A, class M, class R, class Op>
class leaf_reducer : public actor<leaf_reducer<A, M, R, Op>> {
public:
  using handles = messages<gather>;
  leaf_reducer(reduction<A, M, R, Op> what, std::uint32_t shard)
      : what_{std::move(what)}, shard_{shard}, replies_{what_.op()} {}

  promise<R> on(gather g) {
    auto answer = this->template make_promise<R>();
    for (std::uint32_t each : what_.members().core()->by_shard[shard_])
      this->ask(what_.members()[each], M{what_.message()}, g.timeout)
          .then([this, i = replies_.expect_one(), answer](expected<R> part) {
            if (replies_.take(i, std::move(part), answer)) this->stop();
          });
    return answer;
  }

private:
  reduction<A, M, R, Op> what_;
  std::uint32_t shard_;
  fold<R, Op> replies_;
};

/// Folds what the shards give. Its children are the leaves; it ends with the answer.
template <class A, class M, class R, class Op>
class root_reducer : public actor<root_reducer<A, M, R, Op>> {
public:
  using handles = messages<gather>;
  explicit root_reducer(reduction<A, M, R, Op> what) : what_{std::move(what)}, replies_{what_.op()} {}

  promise<R> on(gather g) {
    auto answer = this->template make_promise<R>();
    if (what_.members().size() == 0) {
      answer.fail({errc::invalid_argument, {}, "a group without members has nothing to reduce", "0"});
      this->stop();
      return answer;
    }
    if (what_.members().core()->stopped) {
      answer.fail({errc::actor_stopped, {}, "the group has been stopped",
                   std::to_string(what_.members().size()) + " members"});
      this->stop();
      return answer;
    }
    const auto& by_shard = what_.members().core()->by_shard;
    for (std::uint32_t s = 0; s < by_shard.size(); ++s) {
      if (by_shard[s].empty()) continue;
      auto leaf = this->template spawn<leaf_reducer<A, M, R, Op>>(on_shard(s), what_, s);
      this->ask(leaf, gather{g.timeout}, g.timeout)
          .then([this, i = replies_.expect_one(), answer](expected<R> part) {
            if (replies_.take(i, std::move(part), answer)) this->stop();
          });
    }
    return answer;
  }

private:
  reduction<A, M, R, Op> what_;
  fold<R, Op> replies_;
};

std::shared_ptr<group_core> lay_out(engine& node, grid shape, actors::layout how);
void spawn_agents(engine& node, group_core& core);

template <class A, class... Args>
group<A> make_group(engine& node, grid shape, actors::layout how, const Args&... args) {
  auto core = lay_out(node, shape, how);
  spawn_agents(node, *core);
  group<A> all{core};
  for (std::uint32_t i = 0; i < core->members.size(); ++i) {
    actor_id id = core->members[i];
    if constexpr (std::is_constructible_v<A, member<A>, const Args&...>)
      node.post_call(id, creation<A>({}, birth{}, member<A>{all, i}, args...));
    else
      node.post_call(id, creation<A>({}, birth{}, args...));
  }
  return all;
}

} // namespace detail

template <class A>
template <class M>
void group<A>::multicast(const M& message) const {
  detail::check_handled<A, M>();
  if (!core_ || core_->members.empty()) return;
  detail::shard* here = detail::current_shard;
  actor_id sender = here != nullptr ? here->self() : actor_id{};
  detail::engine_visit node = detail::engine_of(core_->members[0].node());
  if (!node) return;
  auto refuse = [&](const std::vector<std::uint32_t>& members, errc why) {
    for (std::uint32_t i : members)
      node->add_dead_letter({core_->members[i], sender, std::string{type_name<M>()}, why});
  };
  for (std::uint32_t s = 0; s < core_->by_shard.size(); ++s) {
    const auto& mine = core_->by_shard[s];
    if (mine.empty()) continue;
    if (core_->stopped) {
      refuse(mine, errc::actor_stopped);
      continue;
    }
    if (here != nullptr && here->index() == s) {
      for (std::uint32_t i : mine) here->tell<M>(core_->members[i], M{message});
      continue;
    }
    if (node->shard_at(s)->inbox_full()) {
      refuse(mine, errc::overloaded);
      continue;
    }
    detail::multicast_call call{[core = core_, s, sender, message](detail::shard& there) {
      for (std::uint32_t i : core->by_shard[s]) there.deliver_copy(core->members[i], sender, M{message});
    }};
    const actor_id first = core_->members[mine[0]];
    if (here != nullptr)
      here->system(first, std::move(call));
    else
      node->post({detail::message_index<detail::multicast_call>, detail::flag::system, first, {}, 0}, std::move(call));
  }
}

} // namespace actors
