// SPDX-License-Identifier: BSD-3-Clause
//
// An indexed set of actors, spread over the shards of all nodes, that works as one: multicast, reduce,
// barrier, all_reduce. Collective operations run along a tree: members of a shard meet at the agent of
// that shard, the agents of a node at the agent of the node, those at the root.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
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

/// How members are laid over the shards of all nodes: `spread` gives each shard one block of consecutive
/// members, so that neighbours meet; `dealt` gives them out one by one.
enum class layout : std::uint8_t { spread, dealt };
using enum layout;

namespace detail {

/// The members on one shard, ascending, and their agent.
struct group_site {
  std::uint64_t place = 0;
  actor_id agent;
  std::vector<std::uint32_t> members;
};
/// The sites of one node, and where their agents meet; null where there is one site.
struct group_part {
  std::uint64_t node = 0;
  actor_id agent;
  std::vector<group_site> sites;
  /// Whom the others of this part's node meet the rest through: the agent of the part, or of its site.
  [[nodiscard]] const actor_id& top() const noexcept { return agent ? agent : sites.front().agent; }
};

/// What is known of a group on each node that has members of it.
struct group_core {
  grid shape;
  std::vector<actor_id> members;
  std::vector<group_part> parts;
  /// Where the nodes meet; null where one node has all members.
  actor_id root_agent;
  /// Names the group in the whole cluster.
  std::uint64_t key = 0;
  /// Set once on each node, by whoever stops the group; read by whoever multicasts or reduces.
  mutable std::atomic<bool> stopped{false};

  [[nodiscard]] const group_part* part_of(std::uint64_t node) const noexcept {
    for (const group_part& p : parts)
      if (p.node == node) return &p;
    return nullptr;
  }
  [[nodiscard]] const group_site* site_of(std::uint64_t place) const noexcept {
    if (const group_part* p = part_of(place >> 16))
      for (const group_site& s : p->sites)
        if (s.place == place) return &s;
    return nullptr;
  }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(shape.rows, shape.columns, members, parts, root_agent, key);
  }
};

/// How values of a type are folded; known by its name in every process with the same code.
struct fold_type {
  std::string name;
  void (*combine)(void* into, const void* from) = nullptr;
  /// Null where the values cannot be archived: they stay in their process.
  void (*save)(const void* value, writer& out) = nullptr;
  std::shared_ptr<void> (*load)(reader& in) = nullptr;
};
const fold_type& add_fold(fold_type f);
/// Null where this program does not have it.
[[nodiscard]] const fold_type* find_fold(std::string_view name);

template <class T, class Op>
const fold_type& fold_of() {
  static const fold_type& made = []() -> const fold_type& {
    fold_type f;
    f.name = std::string{type_name<T>()} + " by " + std::string{type_name<Op>()};
    f.combine = [](void* into, const void* from) {
      auto& a = *static_cast<T*>(into);
      a = Op{}(std::move(a), *static_cast<const T*>(from));
    };
    if constexpr (archivable<T> && std::is_default_constructible_v<T>) {
      f.save = [](const void* value, writer& out) { out(*static_cast<const T*>(value)); };
      f.load = [](reader& in) -> std::shared_ptr<void> {
        auto value = std::make_shared<T>();
        in(*value);
        return value;
      };
    }
    return add_fold(std::move(f));
  }();
  return made;
}
template <class T, class Op>
inline const fold_type* const fold_ptr = &fold_of<T, Op>();

/// A member's share of a collective operation; `value` is null for a barrier.
struct contribution {
  std::uint32_t index = 0;
  std::shared_ptr<void> value;
  const fold_type* fold = nullptr;
};
struct combined {
  std::shared_ptr<const void> value;
};
/// The same between nodes.
struct far_contribution {
  std::uint32_t index = 0;
  std::string fold;
  std::vector<std::byte> value;
};
struct far_combined {
  std::vector<std::byte> value;
};

/// To an agent: end when these have ended.
struct outlive {
  std::vector<actor_id> others;
};

/// Meets the contributions of its members, then goes up to its parent (or is the root).
class collective_agent : public actor<collective_agent> {
public:
  using handles = messages<contribution, far_contribution, outlive, down>;
  collective_agent(std::uint32_t expected, ref<collective_agent> up) : expected_{expected}, up_{up} {}
  promise<combined> on(contribution part);
  promise<far_combined> on(const far_contribution& part);
  void on(const outlive& these);
  void on(const down&);

private:
  /// Who waits for the result: on this node, or on another.
  struct waiting {
    contribution part;
    promise<combined> near;
    promise<far_combined> far;
    void answer(const expected<combined>& result, const fold_type* fold) const;
  };
  void add(waiting w);
  void complete();
  void send_up(contribution sum, std::vector<waiting> all);

  std::uint32_t expected_;
  ref<collective_agent> up_;
  std::size_t outlived_ = 0;
  std::vector<waiting> parts_;
};

/// Stops the members on one shard, and its agent after them.
void stop_members(shard& there, const group_core& core, const group_site& site);
void stop_group(const std::shared_ptr<const group_core>& core);

/// Where a multicast to the members on another node goes: its hub gives each shard its copy.
inline constexpr std::uint32_t group_shard = 0xfffd;
[[nodiscard]] constexpr actor_id multicast_address(std::uint64_t node, std::uint64_t key) noexcept {
  return {node << 16 | group_shard, static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32) | 1};
}
/// The key that such an address came from, less its lowest bit of the upper half, which is always set.
[[nodiscard]] constexpr std::uint64_t group_key_of(const actor_id& address) noexcept {
  return std::uint64_t{address.generation} << 32 | address.slot;
}

} // namespace detail

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
  leaf_reducer(reduction<A, M, R, Op> what, std::uint64_t place)
      : what_{std::move(what)}, place_{place}, replies_{what_.op()} {}

  promise<R> on(gather g) {
    auto answer = this->template make_promise<R>();
    for (std::uint32_t each : what_.members().core()->site_of(place_)->members)
      this->ask(what_.members()[each], M{what_.message()}, g.timeout)
          .then([this, i = replies_.expect_one(), answer](expected<R> part) {
            if (replies_.take(i, std::move(part), answer)) this->stop();
          });
    return answer;
  }

private:
  reduction<A, M, R, Op> what_;
  std::uint64_t place_;
  fold<R, Op> replies_;
};

/// Folds what the shards of its node give. Its children are the leaves; it ends with the answer.
template <class A, class M, class R, class Op>
class node_reducer : public actor<node_reducer<A, M, R, Op>> {
public:
  using handles = messages<gather>;
  node_reducer(std::uint64_t key, M message, Op op) : node_reducer{current_shard->owner().group(key), std::move(message), std::move(op)} {}
  node_reducer(std::shared_ptr<const group_core> core, M message, Op op)
      : what_{group<A>{std::move(core)}, std::move(message), op}, replies_{std::move(op)} {}

  promise<R> on(gather g) {
    auto answer = this->template make_promise<R>();
    const auto& core = what_.members().core();
    const group_part* here = core == nullptr ? nullptr : core->part_of(this->self().id().node());
    if (here == nullptr) {
      answer.fail({errc::no_such_actor, {}, "this node does not know the group", ""});
      this->stop();
      return answer;
    }
    for (const group_site& site : here->sites) {
      auto leaf = this->template spawn<leaf_reducer<A, M, R, Op>>(on_shard(site.place & 0xffff), what_, site.place);
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

/// Folds what the nodes give. Its children work there; it ends with the answer.
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
    for (const group_part& part : what_.members().core()->parts) {
      const ref<node_reducer<A, M, R, Op>> there = reducer_on(part.node);
      this->ask(there, gather{g.timeout}, g.timeout)
          .then([this, i = replies_.expect_one(), answer](expected<R> part) {
            if (replies_.take(i, std::move(part), answer)) this->stop();
          });
    }
    return answer;
  }

private:
  /// Null where the message or the operation cannot travel: asking it fails.
  ref<node_reducer<A, M, R, Op>> reducer_on(std::uint64_t node) {
    using worker = node_reducer<A, M, R, Op>;
    engine& here = current_shard->owner();
    if (node == here.node())
      return this->template spawn<worker>(what_.members().core(), M{what_.message()}, Op{what_.op()});
    return ref<worker>{
        spawn_far<worker>(here, node, birth{}, what_.members().core()->key, M{what_.message()}, Op{what_.op()})};
  }

  reduction<A, M, R, Op> what_;
  fold<R, Op> replies_;
};

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
