// SPDX-License-Identifier: BSD-3-Clause
//
// What this node's actors have asked for and have no answer to yet. It outlives registrars: each
// new one is asked again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "message.hpp"

namespace actors::protocol {

/// A request of this node; never given twice.
enum class request_id : std::uint64_t { none = 0 };

class requests {
public:
  struct claim {
    std::string name;
    std::string type;
    actor_id holder;
  };

  [[nodiscard]] std::size_t size() const noexcept { return claims_.size() + resolving_; }
  [[nodiscard]] bool is_open(const std::string& key) const { return keys_.contains(key); }
  /// Some claim of this actor.
  [[nodiscard]] std::optional<request_id> any_of(actor_id holder) const;
  /// The first claim of this actor for this name.
  [[nodiscard]] std::optional<request_id> find(std::string_view name, actor_id holder) const;

  void add(request_id number, claim what);
  [[nodiscard]] std::optional<claim> take(request_id number);
  /// True if nobody has asked for it before.
  bool add_resolve(request_id number, const std::string& key);
  [[nodiscard]] std::vector<request_id> take_resolves(const std::string& key);
  /// All that are open, in order.
  [[nodiscard]] std::vector<request_id> take_all();
  /// What a registrar is to be asked.
  [[nodiscard]] std::vector<directory_item> items() const;

  [[nodiscard]] static directory_item item_of(request_id number, const claim& what);
  [[nodiscard]] static directory_item resolve_item(std::string key);

private:
  std::map<request_id, claim> claims_;
  std::set<std::pair<actor_id, request_id>> by_holder_;
  /// Those that wait for the same key wait together.
  std::map<std::string, std::vector<request_id>> keys_;
  std::size_t resolving_ = 0;
};

} // namespace actors::protocol
