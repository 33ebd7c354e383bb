// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "message.hpp"

namespace actors::protocol {

/// Where entities of other nodes live, as the registrar has told this node, until it tells that
/// they are gone. The oldest is forgotten first.
class known_entities {
public:
  struct entry {
    std::string key;
    actor_id id;
  };

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] const entry* find(std::string_view key) const {
    const auto found = index_.find(key);
    return found != index_.end() ? &*found->second : nullptr;
  }
  [[nodiscard]] const entry& oldest() const { return entries_.front(); }

  /// Requires: it is not known.
  void add(std::string key, actor_id id) {
    entries_.push_back({std::move(key), id});
    const auto at = std::prev(entries_.end());
    index_.emplace(at->key, at);
  }
  /// Requires: it is known.
  entry remove(std::string_view key) {
    const auto found = index_.find(key);
    const auto at = found->second;
    index_.erase(found);
    if (next_ == at)
      ++next_;
    entry gone = std::move(*at);
    entries_.erase(at);
    return gone;
  }

  // One after the other, to have them confirmed.
  void begin_confirming() noexcept { next_ = entries_.begin(); }
  [[nodiscard]] std::optional<directory_item> next_to_confirm() {
    if (next_ == entries_.end())
      return std::nullopt;
    directory_item item;
    item.kind = item_kind::knows_entity;
    item.key = next_->key;
    item.id = next_->id;
    ++next_;
    return item;
  }

private:
  std::list<entry> entries_;
  std::unordered_map<std::string_view, std::list<entry>::iterator> index_;
  std::list<entry>::iterator next_ = entries_.end();
};

} // namespace actors::protocol
