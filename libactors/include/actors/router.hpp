// SPDX-License-Identifier: BSD-3-Clause
//
// Routers: an actor that stands for several of one type. It hands each message on as it is, with its
// sender and its claim to an answer, so routees answer askers directly.
#pragma once

#include <cstdint>
#include <vector>

#include <actors/actor.hpp>

namespace actors {

/// How a router chooses.
enum class routing : std::uint8_t {
  /// One after the other.
  round_robin,
  /// The routee with the fewest messages of this router unfinished.
  smallest_mailbox,
  /// By `std::uint64_t M::routing_key() const`, or by the sender for messages without: the same key
  /// goes to the same routee; when one ends, only its keys move (rendezvous hashing).
  /// Source: Thaler and Ravishankar, "A name-based mapping scheme for rendezvous", 1996.
  consistent_hash,
  /// A copy to each; of an ask, the first answer counts. Requires: copyable messages.
  broadcast,
};

namespace detail {

/// The choice itself, free of actors.
class route_table {
public:
  explicit route_table(routing how) : how_{how} {}

  struct routee {
    actor_id id;
    /// Null where the choice does not ask for it.
    routed_count::owner count;
  };

  void add(actor_id who) {
    routees_.push_back({who, routed_count::owner{how_ == routing::smallest_mailbox ? new routed_count : nullptr}});
  }
  /// False when nobody is left.
  bool remove(const actor_id& routee);
  /// The routee for a message. Requires: at least one routee; not for broadcast.
  [[nodiscard]] const routee& choose(std::uint64_t key);
  [[nodiscard]] routing how() const noexcept { return how_; }
  [[nodiscard]] std::size_t size() const noexcept { return routees_.size(); }
  [[nodiscard]] actor_id at(std::size_t i) const noexcept { return routees_[i].id; }

private:
  routing how_;
  std::vector<routee> routees_;
  std::size_t next_ = 0;
};

void route(shard& here, envelope& message, route_table& table);

/// The router in front of actors of type `A`.
template <class A>
class router_actor : public actor<router_actor<A>> {
public:
  using handles = messages<down>;

  template <class... Args>
  router_actor(routing how, std::uint32_t count, const spawn_options& each, const Args&... args)
      : table_{how} {
    for (std::uint32_t i = 0; i < count; ++i) {
      auto routee = this->template spawn<A>(each, Args{args}...);
      table_.add(routee.id());
      this->watch(routee);
    }
  }

  void on(const down& end) {
    if (!table_.remove(end.who)) this->stop();
  }

  static const actor_type& describe() {
    static actor_type type = [] {
      actor_type t = make_actor_type<router_actor>(static_cast<handles*>(nullptr));
      t.name = type_name<A>();
      t.fallback = [](shard& here, slot& s, envelope& e) { route(here, e, object_of<router_actor>(s).table_); };
      return t;
    }();
    return type;
  }

private:
  route_table table_;
};

} // namespace detail
} // namespace actors
