// SPDX-License-Identifier: BSD-3-Clause
#include <actors/group.hpp>

#include <algorithm>

namespace actors::detail {

promise<combined> collective_agent::on(contribution part) {
  auto answer = make_promise<combined>();
  // One that comes again has given up its first try.
  auto again = std::find_if(parts_.begin(), parts_.end(), [&](auto& p) { return p.first.index == part.index; });
  if (again != parts_.end()) {
    again->second.fail({errc::cancelled, self().id(), "this member has come again", std::to_string(part.index)});
    *again = {std::move(part), answer};
    return answer;
  }
  parts_.emplace_back(std::move(part), answer);
  if (parts_.size() == expected_) complete();
  return answer;
}

void collective_agent::complete() {
  // In the order of the members, whatever the order of arrival.
  std::sort(parts_.begin(), parts_.end(),
            [](const auto& a, const auto& b) { return a.first.index < b.first.index; });
  contribution& first = parts_.front().first;
  for (std::size_t k = 1; k < parts_.size(); ++k)
    if (first.combine != nullptr) first.combine(first.value.get(), parts_[k].first.value.get());
  if (!up_) {
    release(combined{first.value});
    return;
  }
  auto waiting = std::exchange(parts_, {});
  contribution sum{waiting.front().first.index, waiting.front().first.value, waiting.front().first.combine};
  // The members' own asks carry the time limit.
  ask(up_, std::move(sum), std::chrono::hours{24})
      .then([waiting = std::move(waiting)](expected<combined> result) {
        for (auto& [part, answer] : waiting) {
          if (result)
            answer.set(*result);
          else
            answer.fail(result.error());
        }
      });
}

void collective_agent::release(const combined& result) {
  for (auto& [part, answer] : std::exchange(parts_, {})) answer.set(result);
}

void collective_agent::on(const outlive& these) {
  outlived_ = these.others.size();
  for (const actor_id& each : these.others) watch(any_ref{each});
}

void collective_agent::on(const down&) {
  if (--outlived_ == 0) stop();
}

std::shared_ptr<group_core> lay_out(engine& node, grid shape, actors::layout how) {
  auto core = std::make_shared<group_core>();
  core->shape = shape;
  const std::size_t n = shape.size();
  const std::uint32_t shards = node.shard_count();
  core->by_shard.resize(shards);
  core->members.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    auto s = static_cast<std::uint32_t>(how == spread ? i * shards / n : i % shards);
    core->by_shard[s].push_back(static_cast<std::uint32_t>(i));
    core->members.push_back(node.shard_at(s)->reserve());
  }
  return core;
}

void spawn_agents(engine& node, group_core& core) {
  std::uint32_t used = 0;
  std::uint32_t first = 0;
  for (std::uint32_t s = core.by_shard.size(); s-- > 0;)
    if (!core.by_shard[s].empty()) {
      ++used;
      first = s;
    }
  core.agents.resize(core.by_shard.size());
  if (used == 0) return;
  auto make = [&](std::uint32_t s, std::uint32_t expected, ref<collective_agent> up) {
    actor_id id = node.shard_at(s)->reserve();
    node.post_call(id, creation<collective_agent>({}, birth{}, expected, up));
    return ref<collective_agent>{id};
  };
  ref<collective_agent> top;
  if (used > 1) top = make(first, used, {});
  core.root_agent = top.id();
  for (std::uint32_t s = 0; s < core.by_shard.size(); ++s)
    if (!core.by_shard[s].empty())
      core.agents[s] = make(s, static_cast<std::uint32_t>(core.by_shard[s].size()), top).id();
}

void stop_members(shard& there, const group_core& core, std::uint32_t which) {
  outlive members;
  for (std::uint32_t i : core.by_shard[which]) {
    there.stop_in_order(core.members[i]);
    members.others.push_back(core.members[i]);
  }
  there.tell<outlive>(core.agents[which], std::move(members));
}

void stop_group(const std::shared_ptr<const group_core>& core) {
  if (!core || core->members.empty() || core->stopped.exchange(true)) return;
  engine_visit node = engine_of(core->members[0].node());
  if (!node) return;
  outlive agents;
  for (std::uint32_t s = 0; s < core->by_shard.size(); ++s) {
    if (core->by_shard[s].empty()) continue;
    agents.others.push_back(core->agents[s]);
    // The way of the messages to the members, so that none of them comes later.
    auto work = [core, s](shard& there, actor_id) { stop_members(there, *core, s); };
    if (current_shard == nullptr)
      node->post_call(core->agents[s], std::move(work));
    else if (current_shard->index() == s)
      stop_members(*current_shard, *core, s);
    else
      current_shard->call(core->agents[s], std::move(work));
  }
  if (core->root_agent) tell_from_anywhere(core->root_agent, std::move(agents));
}

} // namespace actors::detail
