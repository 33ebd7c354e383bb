// SPDX-License-Identifier: BSD-3-Clause
//
// All names of the cluster, as the registrar keeps them: who has each, and in which order they
// changed, so that a replica can be brought from any version to the present one:
//
//   version   1 ... floor ... the changes that are still known ... latest
//
// Each name is in the order once, at its last change. Names that have gone stay there for a while;
// a replica that is behind the last of them that was forgotten (the floor) gets all names anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "message.hpp"

namespace actors::protocol {

class name_register {
public:
  struct entry {
    std::string name;
    std::string type;
    actor_id holder;
    /// Where it was claimed.
    node_id host = node_id::none;
    std::uint64_t version = 0;
  };

  explicit name_register(std::size_t max_gone) : max_gone_{max_gone} {}

  [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
  [[nodiscard]] std::uint64_t latest() const noexcept { return latest_; }
  /// Replicas of a lower version must begin anew.
  [[nodiscard]] std::uint64_t floor() const noexcept { return floor_; }
  [[nodiscard]] const entry* find(std::string_view name) const;
  /// Some name that was claimed there.
  [[nodiscard]] const entry* any_of(node_id host) const;
  /// The first change after `version`, as an item for a replica. Requires: version < latest().
  [[nodiscard]] directory_item change_after(std::uint64_t version) const;

  /// Requires: nobody has it.
  const entry& add(std::string name, std::string type, actor_id holder, node_id host);
  /// Requires: `find` returned it.
  void remove(const entry& gone);

private:
  using entries = std::list<entry>;
  struct change {
    /// None: it has gone.
    const entry* present = nullptr;
    std::string gone{};
  };

  std::unordered_map<node_id, entries> by_host_;
  std::unordered_map<std::string_view, entries::iterator> index_;
  std::map<std::uint64_t, change> changes_;
  /// The changes of names that have gone, oldest first.
  std::list<std::uint64_t> gone_;
  std::uint64_t latest_ = 0;
  std::uint64_t floor_ = 0;
  std::size_t max_gone_;
};

} // namespace actors::protocol
