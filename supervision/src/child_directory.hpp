// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <actors/detail/name_table.hpp>
#include <actors/detail/spin_lock.hpp>

#include "child_map.hpp"

namespace actors::supervision::detail {

/// The children of one supervisor by their names, for all who look for them by path. It outlives the
/// instance of the supervisor that filled it: the next one finds its children here. Most children are
/// never looked for, so the index is made at the first search: an entry in the node's own table cost
/// more than all else about a child's start and end.
/// Threading: `find` from any thread; the rest from the supervisor.
class child_directory final : public actors::detail::name_directory {
public:
  [[nodiscard]] std::pair<actor_id, const actors::detail::actor_type*> find(std::string_view leaf) const override;

  /// Requires: keys only grow.
  void add(std::uint64_t key, std::string_view leaf, actor_id id, const actors::detail::actor_type* type);
  /// It has no actor for now, or is forgotten.
  void clear(std::uint64_t key);
  void remove(std::uint64_t key);
  void for_each(const std::function<void(const std::string& leaf, actor_id id)>& f) const;

private:
  struct entry {
    std::string leaf;
    actor_id id;
    const actors::detail::actor_type* type = nullptr;
  };

  mutable actors::detail::spin_lock lock_; // guards the rest
  child_map<entry> entries_;
  mutable bool indexed_ = false;
  mutable std::unordered_map<std::string_view, const entry*> index_;
};

} // namespace actors::supervision::detail
