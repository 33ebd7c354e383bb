// SPDX-License-Identifier: BSD-3-Clause
#include <actors/router.hpp>

#include <algorithm>
#include <new>

namespace actors::detail {

bool route_table::remove(const actor_id& id) {
  std::erase_if(routees_, [&](const routee& r) { return r.id == id; });
  return !routees_.empty();
}

const route_table::routee& route_table::choose(std::uint64_t key) {
  switch (how_) {
    case routing::smallest_mailbox: {
      // Ties go round, so that idle routees share the work.
      std::size_t best = next_++ % routees_.size();
      for (std::size_t i = 0; i < routees_.size(); ++i)
        if (routees_[i].count->unfinished() < routees_[best].count->unfinished()) best = i;
      return routees_[best];
    }
    case routing::consistent_hash: {
      auto score = [key](const routee& r) {
        std::uint64_t x = (key ^ hash_value(r.id)) * 0x9e3779b97f4a7c15;
        x = (x ^ x >> 32) * 0xd6e8feb86659fd93;
        return x ^ x >> 32;
      };
      auto by_score = [&](const routee& a, const routee& b) { return score(a) < score(b); };
      return *std::max_element(routees_.begin(), routees_.end(), by_score);
    }
    case routing::round_robin:
    case routing::broadcast: break;
  }
  return routees_[next_++ % routees_.size()];
}

void route(shard& here, envelope& e, route_table& table) {
  if (table.size() == 0) {
    here.refuse(e, errc::no_such_actor);
    return;
  }
  const message_type& type = message_type_at(e.type);
  // The count of a router in front of this one ends with this handler.
  message_head head{e.type, static_cast<std::uint16_t>(e.flags & ~flag::routed), {}, e.sender, e.request()};
  if (table.how() == routing::broadcast && type.copy != nullptr) {
    alignas(payload_alignment) char room[largest_inline_message];
    for (std::size_t i = 0; i < table.size(); ++i) {
      type.copy(room, e.payload());
      head.target = table.at(i);
      here.send_erased(head, room);
    }
    if (type.destroy != nullptr) type.destroy(e.payload());
    return;
  }
  std::uint64_t key = type.routing_key != nullptr ? type.routing_key(e.payload()) : hash_value(e.sender);
  const route_table::routee& chosen = table.choose(key);
  head.target = chosen.id;
  if (chosen.count != nullptr) {
    head.flags |= flag::routed;
    head.routed = chosen.count.get();
    head.routed->begin();
  }
  here.send_erased(head, e.payload());
}

} // namespace actors::detail
