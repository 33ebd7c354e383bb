// SPDX-License-Identifier: BSD-3-Clause
//
// The names of the cluster as this node knows them. It follows the registrar's changes, maybe
// late, and never shows two holders of a name.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "message.hpp"

namespace actors::protocol {

struct known_name {
  std::string name;
  std::string type;
  actor_id id;
};

class replica {
public:
  /// What a change did.
  struct effect {
    /// Null if nobody lost the name.
    actor_id gone{};
    bool is_known = false;
  };

  [[nodiscard]] const known_name* find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
  /// Names wait to be swept.
  [[nodiscard]] bool has_stale() const noexcept;

  /// All names follow.
  void begin() noexcept;
  effect known(known_name what, std::uint64_t version);
  effect gone(std::string_view name, std::uint64_t version);
  /// Nobody has it, whatever the version.
  effect drop(std::string_view name);
  /// All names have followed: the rest is to be swept.
  void end() noexcept { is_sweeping_ = true; }
  /// Removes at most `count` of those that were not mentioned, and returns them.
  [[nodiscard]] std::vector<known_name> sweep(std::size_t count);

private:
  struct entry {
    known_name what;
    std::uint64_t version;
    /// The walk that mentioned it last.
    std::uint64_t walk;
  };
  using entries = std::list<entry>;

  /// Those that were mentioned longest ago are in front.
  entries entries_;
  std::unordered_map<std::string_view, entries::iterator> index_;
  std::uint64_t walk_ = 0;
  bool is_sweeping_ = false;
};

} // namespace actors::protocol
