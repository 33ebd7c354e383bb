// SPDX-License-Identifier: BSD-3-Clause
//
// An indexed set of actors, spread over the shards of all nodes, that works as one: multicast, reduce,
// barrier, all_reduce. How members meet is in detail/group_core.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <actors/actor.hpp>
#include <actors/detail/group_core.hpp>
#include <actors/future.hpp>

namespace actors {

template <class A, class M, class R, class Op>
class reduction;

/// A handle to all members; cheap to copy. In a message to another node it takes 16 bytes a member.
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
  /// per shard travels, and one per node. A full mailbox refuses its copy as it would refuse any message; that copy is a
  /// dead letter (`overloaded`), the others arrive. Requires: `M` is copyable. Threading: any.
  template <class M>
  void multicast(const M& message) const;

  /// Asks every member `M` and folds the replies with `op(R, R) -> R`: on each shard in the order of
  /// the members, then over the shards in their order, then over the nodes. To be given to `ask`. Fails
  /// with the first failure of a member, and with `actor_stopped` once the group has been stopped.
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

  template <class Archive>
  void save(Archive& ar) const {
    ar(core_ != nullptr);
    if (core_) ar(*core_);
  }
  template <class Archive>
  void load(Archive& ar) {
    bool present = false;
    ar(present);
    core_.reset();
    if (!present) return;
    auto core = std::make_shared<detail::group_core>();
    ar(*core);
    core_ = std::move(core);
  }

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
    detail::contribution part{index_, std::make_shared<T>(std::move(value)), detail::fold_ptr<T, Op>};
    auto met = co_await meet(std::move(part), timeout);
    if (!met) co_return tl::make_unexpected(std::move(met.error()));
    co_return *static_cast<const T*>(met->value.get());
  }

private:
  [[nodiscard]] auto meet(detail::contribution part, duration timeout) const {
    ref<detail::collective_agent> agent{all_.core()->site_of(all_.core()->members[index_].place)->agent};
    return detail::open_request_to<detail::contribution, detail::combined>(agent.id(), std::move(part), timeout);
  }

  group<A> all_;
  std::uint32_t index_ = 0;

public:
  template <class Archive>
  void serialize(Archive& ar) {
    ar(all_, index_);
  }
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

/// Ids for all members and agents, over the nodes that take part: all that are up where `everywhere`,
/// else this one. Null where a node did not answer.
std::shared_ptr<group_core> lay_out(engine& node, grid shape, actors::layout how, bool everywhere);
/// Has the parts on other nodes made; waits until their hubs know the group. False where one did not
/// answer: what has been made is stopped.
bool make_far_parts(engine& node, const group_core& core, const std::string& function, std::span<const std::byte> arguments);
/// The agents of the part on this node, and the root where it is to be here.
void spawn_agents(engine& node, const group_core& core);

/// The members on this node. `birth_of(id, index)` is what makes one.
template <class A, class... Args>
void spawn_members(engine& node, const std::shared_ptr<const group_core>& core, const Args&... args) {
  group<A> all{core};
  const group_part* part = core->part_of(node.node());
  if (part == nullptr) return;
  for (const group_site& site : part->sites)
    for (const std::uint32_t i : site.members) {
      if constexpr (std::is_constructible_v<A, member<A>, const Args&...>)
        node.post_call(core->members[i], creation<A>({}, birth{}, member<A>{all, i}, args...));
      else
        node.post_call(core->members[i], creation<A>({}, birth{}, args...));
    }
}

/// The part of a group on another node; its target is the part's top agent.
template <class A, class... Args>
const far_function& far_part() {
  static const far_function& f = add_far_function(
      {far_name<A, Args...>("group of "),
       [](shard& there, actor_id, actor_id, std::span<const std::byte> bytes) {
         auto core = std::make_shared<group_core>();
         std::tuple<Args...> args;
         reader in{bytes};
         in(*core, args);
         engine& here = there.owner();
         if (const auto known = here.group(core->key)) {
           spawn_agents(here, *known);
           std::apply([&](const auto&... values) { spawn_members<A>(here, known, values...); }, args);
         }
       }});
  return f;
}
template <class A, class... Args>
inline const far_function* const far_part_ptr = &far_part<A, Args...>();

template <class A, class... Args>
group<A> make_group(engine& node, grid shape, actors::layout how, const Args&... args) {
  constexpr bool travels = can_travel<Args...>;
  auto laid_out = lay_out(node, shape, how, travels);
  if (laid_out == nullptr) return {};
  const std::shared_ptr<const group_core> core = std::move(laid_out);
  node.enter_group(core);
  spawn_agents(node, *core);
  if constexpr (travels) {
    buffer bytes;
    {
      writer out{bytes};
      out(*core, std::tuple<Args...>{args...});
    }
    if (!make_far_parts(node, *core, far_part_ptr<A, Args...>->name, bytes.bytes())) return {};
  }
  spawn_members<A>(node, core, args...);
  return group<A>{core};
}

} // namespace detail

template <class A>
template <class M>
void group<A>::multicast(const M& message) const {
  detail::check_handled<A, M>();
  if (!core_ || core_->members.empty()) return;
  detail::shard* here = detail::current_shard;
  const actor_id sender = here != nullptr ? here->self() : actor_id{};
  detail::engine_visit node = here != nullptr ? detail::engine_visit{here->owner()}
                                              : detail::engine_towards(core_->members[0].node());
  if (!node) return;
  const detail::message_head plain{detail::message_index<M>, 0, {}, sender, 0};
  for (const detail::group_part& part : core_->parts) {
    if (part.node != node->node()) {
      auto head = plain;
      head.target = detail::multicast_address(part.node, core_->key);
      here != nullptr ? here->send<M>(head, M{message}) : node->post(head, M{message});
      continue;
    }
    for (const detail::group_site& site : part.sites) {
      const auto refuse = [&](errc why) {
        for (std::uint32_t i : site.members)
          node->add_dead_letter({core_->members[i], sender, std::string{type_name<M>()}, why});
      };
      if (core_->stopped) {
        refuse(errc::actor_stopped);
      } else if (here != nullptr && here->place() == site.place) {
        for (std::uint32_t i : site.members) here->tell<M>(core_->members[i], M{message});
      } else if (node->shard_at(site.place & 0xffff)->inbox_full()) {
        refuse(errc::overloaded);
      } else {
        detail::multicast_call call{[core = core_, at = &site, sender, message](detail::shard& there) {
          for (std::uint32_t i : at->members) there.deliver_copy(core->members[i], sender, M{message});
        }};
        const actor_id first = core_->members[site.members[0]];
        if (here != nullptr)
          here->system(first, std::move(call));
        else
          node->post({detail::message_index<detail::multicast_call>, detail::flag::system, first, {}, 0}, std::move(call));
      }
    }
  }
}

} // namespace actors

#include <actors/detail/group_reduction.hpp>
