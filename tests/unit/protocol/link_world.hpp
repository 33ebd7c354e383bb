// SPDX-License-Identifier: BSD-3-Clause
//
// Links without sockets: nodes for tests, and two links with a pipe between them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "protocol/link/link.hpp"

namespace link_world {

using namespace actors;
using namespace actors::protocol;
using namespace std::chrono_literals;

struct test_type {
  std::string name;
  std::uint64_t digest;
};

inline std::shared_ptr<local_node> make_node(std::uint64_t id, std::string name,
                                             std::vector<test_type> types = {{"cell", 1},
                                                                             {"work", 2}}) {
  auto node = std::make_shared<local_node>();
  std::vector<type_table::entry> entries;
  for (const auto& t : types)
    entries.push_back({{t.name, t.digest}, static_cast<std::uint32_t>(entries.size() + 10)});
  node->types = std::make_shared<const type_table>(std::move(entries));
  node->me.cluster = "test";
  node->me.name = std::move(name);
  node->me.node = id;
  node->me.incarnation = 1;
  node->me.address = "127.0.0.1:4000";
  node->me.labels = {{"region", "eu"}};
  node->me.windows = {200'000, 3 << 20, 4 << 20};
  node->me.types = node->types->digest();
  node->secret = "a secret that both know";
  return node;
}

inline connection_facts facts(link_role role, std::uint8_t salt) {
  connection_facts f;
  f.role = role;
  f.remote = role == link_role::connector ? "10.0.0.9:7000" : "10.0.0.9:51234";
  f.nonce.fill(static_cast<std::byte>(salt));
  return f;
}

/// A message that came, with its bytes.
struct message {
  record_head head;
  std::vector<std::byte> payload;
};

/// One end, its transport, and what it was told.
struct side {
  side(std::shared_ptr<const local_node> self, connection_facts f, link_options options = {})
      : node(self), ends(std::move(self), std::move(f), options) {}

  /// Carries out what was ordered.
  void obey() {
    for (link_order& o : ends.take_orders())
      std::visit([this](auto& order) { carry_out(order); }, o);
  }
  void carry_out(const write_bytes& o) {
    given.insert(given.end(), o.head.begin(), o.head.end());
    given.insert(given.end(), o.body.begin(), o.body.end());
    ++frames;
  }
  void carry_out(const deliver_batch& o) {
    batch_reader reader(o.records, node->me.node);
    std::uint32_t n = 0;
    for (record r; reader.next(r); ++n)
      messages.push_back({r.head, {r.payload.begin(), r.payload.end()}});
    miscounted |= n != o.messages;
    unconsumed.push_back({o.messages, o.records.size(), false});
  }
  void carry_out(deliver_large& o) {
    const auto bytes = o.message.bytes.bytes();
    messages.push_back({o.message.head, {bytes.begin(), bytes.end()}});
    unconsumed.push_back({1, bytes.size(), true});
  }
  void carry_out(const introduce& o) {
    introduced = true;
    may_open = o.may_open;
  }
  void carry_out(const opened&) { open = true; }
  void carry_out(const wake& o) { wake_at = o.at; }
  void carry_out(const close_transport&) { ++closed; }

  void consume_all(duration now) {
    for (const auto& u : unconsumed)
      u.is_large ? ends.consumed_large(u.bytes, now) : ends.consumed(u.messages, u.bytes, now);
    unconsumed.clear();
  }

  struct debt {
    std::uint64_t messages, bytes;
    bool is_large;
  };
  std::shared_ptr<const local_node> node;
  protocol::link ends;
  /// With the transport, which has not taken it.
  std::vector<std::byte> given;
  std::vector<message> messages;
  std::vector<debt> unconsumed;
  duration wake_at{};
  int closed = 0, frames = 0;
  bool introduced = false, may_open = false, open = false, miscounted = false;
};

/// Bytes come, as from a transport that fills landings: a memory of their own shows reads of what is gone.
inline void land(side& to, std::span<const std::byte> bytes, duration now) {
  while (!bytes.empty() && to.closed == 0) {
    const auto place = to.ends.landing();
    const std::size_t n = place.empty() ? bytes.size() : std::min(bytes.size(), place.size());
    if (place.empty()) {
      const auto copy = std::make_unique<std::byte[]>(n);
      std::memcpy(copy.get(), bytes.data(), n);
      to.ends.arrived({copy.get(), n}, now);
      to.obey();
    } else {
      std::memcpy(place.data(), bytes.data(), n);
      to.ends.landed(n, now);
      to.obey();
    }
    bytes = bytes.subspan(n);
  }
}

/// Moves up to `most` bytes from one end to the other, in pieces of up to `piece`.
inline std::size_t carry(side& from, side& to, std::size_t most, std::size_t piece, duration now) {
  std::size_t moved = 0;
  from.obey();
  while (moved < most && !from.given.empty() && to.closed == 0) {
    const std::size_t n = std::min({piece, most - moved, from.given.size()});
    // A place of its own, so that reading what is gone shows.
    auto bytes = std::make_unique<std::byte[]>(n);
    std::memcpy(bytes.get(), from.given.data(), n);
    from.given.erase(from.given.begin(), from.given.begin() + static_cast<std::ptrdiff_t>(n));
    from.ends.written(n, now);
    from.obey();
    to.ends.arrived({bytes.get(), n}, now);
    to.obey();
    moved += n;
  }
  return moved;
}

/// Carries until nothing moves any more. `open`: the one who may, opens.
inline void settle(side& a, side& b, duration now = {}, std::size_t piece = SIZE_MAX) {
  a.obey();
  b.obey();
  for (bool moved = true; moved;) {
    moved = carry(a, b, SIZE_MAX, piece, now) != 0;
    moved |= carry(b, a, SIZE_MAX, piece, now) != 0;
    for (side* s : {&a, &b})
      if (s->introduced && s->may_open && !s->open && s->closed == 0) {
        s->ends.open(now);
        s->obey();
        moved = true;
      }
  }
}

inline void begin(side& a, side& b, duration now = {}) {
  a.ends.begin(now);
  b.ends.begin(now);
}

inline std::vector<std::byte> bytes_of(std::size_t n, std::uint64_t seed = 1) {
  std::vector<std::byte> bytes(n + 8);
  for (std::size_t i = 0; i < n; i += 8) {
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t x = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
    x ^= x >> 31;
    std::memcpy(bytes.data() + i, &x, 8);
  }
  bytes.resize(n);
  return bytes;
}

inline outgoing_batch batch_of(std::uint64_t receiver, const std::vector<message>& messages) {
  batch_builder builder(receiver, SIZE_MAX);
  for (const auto& m : messages)
    static_cast<void>(builder.add(m.head, [&](writer& out) { out.write(m.payload); }));
  return builder.take();
}

inline outgoing_large large_of(const message& m) {
  outgoing_large out{m.head, buffer{}, 3};
  out.memory.resize(3 + m.payload.size());
  std::memcpy(out.memory.data() + 3, m.payload.data(), m.payload.size());
  return out;
}

inline record_head head_to(std::uint64_t node, std::uint32_t slot, actor_id sender = {},
                           std::uint8_t flags = 0) {
  return {1, flags, {node << 16 | 3, slot, 1}, sender, (flags & 3) != 0 ? 77u : 0u};
}

} // namespace link_world
