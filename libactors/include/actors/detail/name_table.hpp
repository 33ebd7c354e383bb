// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
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

/// Names with a common prefix that somebody else keeps: the children of a supervisor.
/// Threading: any.
class name_directory {
public:
  virtual ~name_directory() = default;
  /// The actor of the name `prefix/leaf`, or null id.
  [[nodiscard]] virtual std::pair<actor_id, const actor_type*> find(std::string_view leaf) const = 0;
};

/// Which actor has which name. The way back, from an actor to its names, is an array by slot.
/// Threading: any.
class name_table {
public:
  /// Errors: invalid_argument (no name), name_taken.
  expected<void> add(std::string name, actor_id id, const actor_type* type);
  bool remove(std::string_view name, actor_id id);
  /// Its directories, too.
  void remove_all(actor_id id);
  /// A name of an actor of another node, as the cluster has granted it; and its end.
  void put_far(const std::string& name, actor_id id, const std::string& type);
  void drop_far(const std::string& name, actor_id id);

  struct found {
    /// Null: nobody.
    actor_id id;
    /// The actor's.
    std::string type;
  };
  [[nodiscard]] found find(const std::string& name) const;

  /// All names `prefix/...` that are not in the table itself are looked up in `names`, until `owner` ends.
  /// Replaces the one before of the same owner. Errors: name_taken.
  expected<void> add_directory(std::string prefix, actor_id owner, std::shared_ptr<name_directory> names);
  [[nodiscard]] std::shared_ptr<name_directory> directory(const std::string& prefix) const;
  /// Whether the table itself has such a name.
  [[nodiscard]] bool has_below(const std::string& prefix, std::string_view leaf) const;

private:
  struct entry {
    actor_id id;
    const actor_type* type = nullptr;
    /// The key of this entry, and another name of the actors of this slot.
    const std::string* name = nullptr;
    entry* next = nullptr;
  };

  struct owned_directory {
    actor_id owner;
    std::shared_ptr<name_directory> names;
  };

  [[nodiscard]] entry*& first_of(actor_id id);
  [[nodiscard]] std::pair<actor_id, const actor_type*> find_below(std::string_view name) const;

  mutable spin_lock lock_; // guards the rest
  std::unordered_map<std::string, entry> names_;
  /// By shard, then by slot; null where nobody has a name.
  std::vector<std::vector<entry*>> of_slot_;
  std::unordered_map<std::string, owned_directory> directories_;
  std::unordered_map<std::string, found> far_;
  /// Names with a slash that are in the table itself; mostly none.
  std::size_t with_slash_ = 0;
};

} // namespace actors::detail
