// SPDX-License-Identifier: BSD-3-Clause
//
// All entities of the cluster, as the registrar keeps them. An entity is here from the order to
// activate it until its actor has ended:
//
//   (absent) --resolve--> activating --activated--> live --passivated--> (absent)
//                 ^            |
//                 |            +-- failed: absent; its node is removed, or declines: another one
//                 +-- live, and its node is removed: absent
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "message.hpp"

namespace actors::protocol {

class entity_register {
public:
  struct entry {
    std::string key;
    /// Null while it is being activated.
    actor_id id;
    node_id host = node_id::none;
    /// Who asked for it, by place: see `registrar`.
    std::uint64_t asked = 0;
  };

  [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
  [[nodiscard]] entry* find(std::string_view key);
  /// Some entity that lives there.
  [[nodiscard]] entry* any_of(node_id host);

  /// Requires: it is absent.
  entry& add(std::string key, actor_id id, node_id host);
  /// Requires: `find` returned it.
  void remove(entry& gone);
  void move(entry& what, node_id host);

private:
  using entries = std::list<entry>;
  void leave_host(node_id host);

  std::unordered_map<node_id, entries> by_host_;
  std::unordered_map<std::string_view, entries::iterator> index_;
};

} // namespace actors::protocol
