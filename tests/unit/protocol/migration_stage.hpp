// SPDX-License-Identifier: BSD-3-Clause
//
// One node's part in a move, by hand: what it orders, and messages to it.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "protocol/migration/migration.hpp"

namespace actors::protocol::test {

using namespace std::chrono_literals;

inline constexpr node_id source{1};
inline constexpr node_id target{2};
inline constexpr node_id kin_node{3};

inline actor_id actor_of(std::uint32_t slot) { return {std::uint64_t{1} << 16, slot, 1}; }
inline actor_id address_of(std::uint32_t slot) { return {std::uint64_t{2} << 16, slot, 1}; }

inline parcel parcel_of(std::uint32_t slot, std::uint64_t epoch, std::size_t bytes = 8) {
  parcel p{actor_of(slot), epoch, "counter", 7, std::vector<std::byte>(bytes), 0, {kin_node}};
  p.hash = hash_of(p.bytes);
  return p;
}

class migration_stage {
public:
  explicit migration_stage(node_id self, migration_options options = {}) : machine{self, options} {}

  migration machine;
  duration now{1s};

  /// The orders since the last call, also of earlier ones that nobody took.
  template <class Order>
  std::vector<Order> take() {
    for (migration_order& o : machine.take_orders())
      orders_.push_back(std::move(o));
    std::vector<Order> result;
    std::vector<migration_order> rest;
    for (migration_order& o : orders_)
      if (auto* found = std::get_if<Order>(&o))
        result.push_back(std::move(*found));
      else
        rest.push_back(std::move(o));
    orders_ = std::move(rest);
    return result;
  }
  /// What it has said since the last call.
  std::vector<migration_kind> said() {
    std::vector<migration_kind> result;
    for (const send_migration& s : take<send_migration>())
      result.push_back(s.what.kind);
    return result;
  }
  bool is_silent() { return said().empty(); }

  void hear(migration_kind kind, node_id from, move_id move, std::vector<migration_item> items,
            migration_kind about = migration_kind::done) {
    migration_message m;
    m.kind = kind;
    m.about = about;
    m.from = from;
    m.to = machine.self();
    m.move = move;
    m.target = target;
    m.oldest = oldest;
    m.items = std::move(items);
    machine.message(now, from, std::move(m));
  }
  void hear_offer(move_id move, std::vector<parcel> parcels) {
    migration_message m;
    m.kind = migration_kind::offer;
    m.from = source;
    m.to = machine.self();
    m.move = move;
    m.target = target;
    m.oldest = oldest;
    m.parcels = std::move(parcels);
    machine.message(now, source, std::move(m));
  }
  void wait(duration time) {
    now += time;
    machine.tick(now);
  }

  std::uint64_t oldest = 0;

private:
  std::vector<migration_order> orders_;
};

inline migration_item item_of(std::uint32_t slot, std::uint64_t epoch, std::uint64_t hash = 0) {
  return {actor_of(slot), epoch, address_of(slot), hash};
}

} // namespace actors::protocol::test
