// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <actors/detail/spin_lock.hpp>
#include <actors/failure.hpp>
#include <actors/id.hpp>

namespace actors::detail {

struct actor_type;

/// Which actor has which name. Supervised actors all have one, a hundred thousand of them as well as
/// ten, so the way back, from an actor to its names, is an array by slot: one cache miss.
/// Threading: any.
class name_table {
public:
  /// Errors: invalid_argument (no name), name_taken.
  expected<void> add(std::string name, actor_id id, const actor_type* type);
  bool remove(std::string_view name, actor_id id);
  void remove_all(actor_id id);
  /// The actor of this name, or null id; `type` as given to `add`.
  [[nodiscard]] std::pair<actor_id, const actor_type*> find(const std::string& name) const;

private:
  struct entry {
    actor_id id;
    const actor_type* type = nullptr;
    /// The key of this entry, and another name of the actors of this slot.
    const std::string* name = nullptr;
    entry* next = nullptr;
  };

  [[nodiscard]] entry*& first_of(actor_id id);

  mutable spin_lock lock_; // guards the rest
  std::unordered_map<std::string, entry> names_;
  /// By shard, then by slot; null where nobody has a name.
  std::vector<std::vector<entry*>> of_slot_;
};

} // namespace actors::detail
