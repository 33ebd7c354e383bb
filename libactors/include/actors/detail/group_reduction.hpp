// SPDX-License-Identifier: BSD-3-Clause
//
// The actors that carry a reduction out: a root where it is asked for, one on each node, one on each shard.
// Each folds what those below it give, in the order of the members.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <actors/group.hpp>

namespace actors::detail {

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

} // namespace actors::detail
