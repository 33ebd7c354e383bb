// SPDX-License-Identifier: BSD-3-Clause
//
// What each node knows of a group, and the actors at which its members meet: those of a shard at the agent of
// the shard, the agents of a node at the agent of the node, those at the root.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <actors/actor.hpp>

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
} // namespace actors
