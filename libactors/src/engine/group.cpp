// SPDX-License-Identifier: BSD-3-Clause
#include <actors/group.hpp>

#include <algorithm>
#include <optional>

#include <actors/detail/id_requests.hpp>

namespace actors::detail {

namespace {

/// The half that an address can carry; see `multicast_address`.
constexpr std::uint64_t normal(std::uint64_t key) noexcept { return key | std::uint64_t{1} << 32; }

} // namespace

void engine::enter_group(std::shared_ptr<const group_core> core) {
  spin_guard guard{groups_lock_};
  groups_[core->key] = std::move(core);
}

std::shared_ptr<const group_core> engine::group(std::uint64_t key) const {
  spin_guard guard{groups_lock_};
  const auto at = groups_.find(key);
  return at == groups_.end() ? nullptr : at->second;
}

void engine::forget_group(std::uint64_t key) {
  spin_guard guard{groups_lock_};
  groups_.erase(key);
}

// -- laying out ---------------------------------------------------------------------------------------------

namespace {

/// Ids on all shards of all nodes that take part, `each` on a shard; in the order of the nodes.
std::optional<std::vector<id_range>> shards_of_all(engine& node, std::uint32_t each, bool everywhere) {
  std::vector<id_range> all;
  const auto here = [&] {
    for (std::uint32_t i = 0; i < node.shard_count(); ++i) all.push_back(node.shard_at(i)->reserve_range(each));
  };
  if (!everywhere || node.peers() == nullptr) {
    here();
    return all;
  }
  for (const std::uint64_t member : node.peers()->members()) {
    if (member == node.node()) {
      here();
      continue;
    }
    auto granted = ask_from_outside<ids_request, ids_granted>(node, hub_address(member), ids_request{each},
                                                              std::chrono::seconds{5}).result();
    if (!granted) {
      node.log(log_level::error, "the group is not made: " + to_string(granted.error()));
      return std::nullopt;
    }
    all.insert(all.end(), granted->ranges.begin(), granted->ranges.end());
  }
  return all;
}

actor_id take(id_range& r) {
  const actor_id id{r.place, r.first, r.generation};
  ++r.first;
  return id;
}

} // namespace

std::shared_ptr<group_core> lay_out(engine& node, grid shape, actors::layout how, bool everywhere) {
  auto core = std::make_shared<group_core>();
  core->shape = shape;
  const std::size_t n = shape.size();
  auto counted = shards_of_all(node, 0, everywhere);
  if (!counted) return nullptr;
  const std::size_t shards = counted->size();
  // Its members, its agent, and perhaps those of the part and of the whole.
  auto ranges = shards_of_all(node, static_cast<std::uint32_t>((n + shards - 1) / shards + 3), everywhere);
  // A node that came or went in between: the next try will find it so.
  if (!ranges || ranges->size() != shards) return nullptr;
  std::vector<group_site> sites(shards);
  core->members.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t s = how == spread ? i * shards / n : i % shards;
    sites[s].members.push_back(static_cast<std::uint32_t>(i));
    core->members.push_back(take((*ranges)[s]));
  }
  std::vector<std::size_t> first_of_part;
  for (std::size_t s = 0; s < shards; ++s) {
    if (sites[s].members.empty()) continue;
    sites[s].place = (*ranges)[s].place;
    sites[s].agent = take((*ranges)[s]);
    const std::uint64_t where = sites[s].place >> 16;
    if (core->parts.empty() || core->parts.back().node != where) {
      core->parts.push_back({where, {}, {}});
      first_of_part.push_back(s);
    }
    core->parts.back().sites.push_back(std::move(sites[s]));
  }
  for (std::size_t k = 0; k < core->parts.size(); ++k)
    if (core->parts[k].sites.size() > 1) core->parts[k].agent = take((*ranges)[first_of_part[k]]);
  if (core->parts.size() > 1) core->root_agent = take((*ranges)[first_of_part[0]]);
  core->key = core->members.empty() ? 0 : normal(hash_value(core->parts[0].sites[0].agent));
  return core;
}

bool make_far_parts(engine& node, const group_core& core, const std::string& function,
                    std::span<const std::byte> arguments) {
  std::vector<future<part_is_known>> made;
  for (const group_part& part : core.parts)
    if (part.node != node.node())
      made.push_back(ask_from_outside<make_group_part, part_is_known>(
          node, hub_address(part.node), make_group_part{part.top(), function, {arguments.begin(), arguments.end()}},
          std::chrono::seconds{10}));
  for (auto& each : made)
    if (auto known = each.result(); !known) {
      node.log(log_level::error, "the group is not made: " + to_string(known.error()));
      stop_group(node.group(core.key));
      return false;
    }
  return true;
}

void spawn_agents(engine& node, const group_core& core) {
  const auto make = [&](const actor_id& id, std::size_t expected, const actor_id& up) {
    if (id.node() == node.node())
      node.post_call(id, creation<collective_agent>({}, birth{}, static_cast<std::uint32_t>(expected), ref<collective_agent>{up}));
  };
  if (core.root_agent) make(core.root_agent, core.parts.size(), {});
  const group_part* part = core.part_of(node.node());
  if (part == nullptr) return;
  if (part->agent) make(part->agent, part->sites.size(), core.root_agent);
  for (const group_site& site : part->sites)
    make(site.agent, site.members.size(), part->agent ? part->agent : core.root_agent);
}

// -- the end --------------------------------------------------------------------------------------------------

void stop_members(shard& there, const group_core& core, const group_site& site) {
  outlive members;
  for (std::uint32_t i : site.members) {
    there.stop_in_order(core.members[i]);
    members.others.push_back(core.members[i]);
  }
  there.tell<outlive>(site.agent, std::move(members));
}

namespace {

/// Stops the part of a group on this node; agents above end with those below.
void stop_part(engine& node, const std::shared_ptr<const group_core>& core) {
  const group_part* part = core->part_of(node.node());
  if (part == nullptr || core->stopped.exchange(true)) return;
  node.forget_group(core->key);
  outlive agents;
  for (const group_site& site : part->sites) {
    agents.others.push_back(site.agent);
    // The way of the messages to the members, so that none of them comes later.
    auto work = [core, at = &site](shard& there, actor_id) { stop_members(there, *core, *at); };
    if (current_shard == nullptr)
      node.post_call(site.agent, std::move(work));
    else if (current_shard->place() == site.place)
      stop_members(*current_shard, *core, site);
    else
      current_shard->call(site.agent, std::move(work));
  }
  if (part->agent) tell_from_anywhere(part->agent, std::move(agents));
}

const far_function& far_stop = add_far_function({"stop group", [](shard& there, actor_id, actor_id, std::span<const std::byte> bytes) {
  if (const auto core = there.owner().group(decode<std::uint64_t>(bytes))) stop_part(there.owner(), core);
}});

} // namespace

void stop_group(const std::shared_ptr<const group_core>& core) {
  if (!core || core->members.empty()) return;
  engine_visit node = current_shard != nullptr ? engine_visit{current_shard->owner()}
                                               : engine_towards(core->members[0].node());
  if (!node) return;
  outlive parts;
  for (const group_part& part : core->parts) {
    parts.others.push_back(part.top());
    if (part.node == node->node()) {
      stop_part(*node, core);
    } else if (current_shard != nullptr) {
      current_shard->system<far_call>(part.top(), make_far_call(far_stop, core->key));
    } else {
      node->post(message_head{message_index<far_call>, flag::system, part.top(), {}, 0}, make_far_call(far_stop, core->key));
    }
  }
  if (core->root_agent) tell_from_anywhere(core->root_agent, std::move(parts));
}

} // namespace actors::detail
