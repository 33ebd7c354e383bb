// SPDX-License-Identifier: BSD-3-Clause
#include "heat/supervised_run.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace heat {
namespace {

namespace sup = actors::supervision;

/// All blocks may send their cells, and rounds of them, before the receiver gets a turn.
const auto room = actors::spawn_options{}.limit(std::size_t{1} << 31);

struct await_down {
  actors::any_ref who;
};

/// Lets a thread outside wait for the end of an actor.
class witness : public actors::actor<witness> {
public:
  using handles = actors::messages<await_down, actors::down>;

  actors::promise<void> on(await_down whom) {
    seen_ = make_promise<void>();
    watch(whom.who);
    return seen_;
  }
  void on(const actors::down&) {
    seen_.set();
    stop();
  }

private:
  actors::promise<void> seen_;
};

} // namespace

supervised_run::supervised_run(actors::basic_node& node, run_plan plan, const observer& watch)
    : node_{node}, plan_{std::move(plan)}, collector_{node.spawn<collector>(
                                               room, plan_.parts, plan_.setup.steps, &watch,
                                               plan_.patience)},
      keeper_{node.spawn<block_keeper>(room, actors::shared{plan_.setup},
                                       actors::shared{std::move(plan_.field)}, collector_,
                                       plan_.failures)} {}

supervised_run::~supervised_run() {
  if (supervisor_) {
    auto seen = node_.ask(node_.spawn<witness>(), await_down{supervisor_}, end_limit);
    node_.stop(supervisor_);
    // Not in time: some handler does not return, and nothing more can be done about it here.
    (void)seen.result();
  }
  node_.stop(keeper_);
  node_.stop(collector_);
}

actors::expected<double> supervised_run::go() {
  if (auto started = start_blocks(); !started)
    return tl::unexpected{started.error()};
  watch_over all{{{supervisor_, "supervisor of the blocks"}, {keeper_, "keeper of copies"}}};
  if (auto set_up = node_.ask(collector_, std::move(all), plan_.limit).result(); !set_up)
    return tl::unexpected{set_up.error()};
  auto end = node_.ask(collector_, await_end{}, plan_.limit);
  auto blocks = find_blocks();
  if (!blocks) // the supervisor has ended, and the collector knows why
    return end.result().and_then(
        [&](auto) -> actors::expected<double> { return tl::unexpected{blocks.error()}; });
  const begin word{actors::shared{std::move(*blocks)}};
  const auto start = std::chrono::steady_clock::now();
  node_.tell(keeper_, word);
  return end.result().map(
      [&](collector::moment at) { return std::chrono::duration<double>{at - start}.count(); });
}

actors::expected<std::vector<double>> supervised_run::field() {
  auto field = node_.ask(collector_, await_field{}, plan_.limit);
  node_.tell(keeper_, hand_in{});
  return field.result();
}

actors::expected<std::vector<recovery>> supervised_run::recoveries() {
  return node_.ask(collector_, heat::recoveries{}, plan_.limit).result();
}

/// Neighbouring rows of blocks stay together: on a shard, and on a node.
actors::spawn_options supervised_run::place_of(std::size_t block) const {
  const std::size_t shards = node_.shard_count();
  const std::size_t nodes = std::max<std::size_t>(1, plan_.nodes.size());
  const auto shard = plan_.setup.plan.shard_of(block, shards * nodes);
  const auto where = actors::on_shard(static_cast<std::uint32_t>(shard % shards));
  return plan_.nodes.empty() ? where : where.placed(actors::placement::on(plan_.nodes[shard / shards]));
}

actors::expected<void> supervised_run::start_blocks() {
  const auto& plan = plan_.setup.plan;
  for (std::size_t number = 1;; ++number) {
    auto tree =
        sup::one_for_one(number == 1 ? plan_.name : fmt::format("{}-{}", plan_.name, number))
            .intensity(plan_.most_restarts, restart_period);
    for (std::size_t i = 0; i < plan.count(); ++i)
      tree.child(plan_.make(plan.name(i), place_of(i), i, keeper_));
    auto started = sup::start(node_, std::move(tree), plan_.limit);
    if (started)
      supervisor_ = *started;
    if (started || started.error().code != actors::errc::name_taken)
      return started.map([](const auto&) {});
  }
}

actors::expected<std::vector<block_ref>> supervised_run::find_blocks() {
  return node_.ask(supervisor_, sup::which_children{}, plan_.limit)
      .result()
      .map([](const std::vector<sup::child_info>& children) {
        std::vector<block_ref> blocks;
        for (const auto& child : children)
          blocks.emplace_back(child.child.id());
        return blocks;
      });
}

} // namespace heat
