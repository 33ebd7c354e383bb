// SPDX-License-Identifier: BSD-3-Clause
//
// What this node's actors hold: names that were granted, entities that live here or are being
// activated. Nobody knows it better: a new registrar is told from here.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "message.hpp"
#include "options.hpp"

namespace actors::protocol {

class holdings {
public:
  struct name {
    std::string text;
    std::string type;
    actor_id holder;
  };
  struct entity {
    std::string key;
    /// Null while it is being activated.
    actor_id id;
    std::uint64_t ticket = 0;
  };

  explicit holdings(const directory_options& options) : options_{&options} {}

  [[nodiscard]] const name* find_name(std::string_view text) const;
  [[nodiscard]] const entity* find_entity(std::string_view key) const;
  /// Some name of this actor.
  [[nodiscard]] const name* any_of(actor_id holder) const;
  /// The entity that this actor is.
  [[nodiscard]] const entity* entity_of(actor_id id) const;
  [[nodiscard]] std::size_t names() const noexcept { return names_.size(); }
  [[nodiscard]] std::size_t entities() const noexcept { return entities_.size(); }

  void add(name granted);
  /// Requires: `find_name` or `any_of` returned it.
  void remove(const name& released);
  void add_activation(std::string key, std::uint64_t ticket);
  /// False if there is no such activation.
  bool activated(std::string_view key, std::uint64_t ticket, actor_id id);
  /// Requires: `find_entity` or `entity_of` returned it.
  void remove(const entity& ended);

  // The report, item by item. What changes meanwhile is in it or not.
  void begin_report();
  [[nodiscard]] std::optional<directory_item> next_report();

private:
  using names_list = std::list<name>;
  using entities_list = std::list<entity>;

  const directory_options* options_;
  names_list names_;
  entities_list entities_;
  std::unordered_map<std::string_view, names_list::iterator> by_name_;
  std::set<std::pair<actor_id, const name*>> by_holder_;
  std::unordered_map<std::string_view, entities_list::iterator> by_key_;
  std::unordered_map<actor_id, entities_list::iterator> by_id_;
  names_list::iterator next_name_ = names_.end();
  entities_list::iterator next_entity_ = entities_.end();
};

} // namespace actors::protocol
