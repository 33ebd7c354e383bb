// SPDX-License-Identifier: BSD-3-Clause
#include "courier.hpp"

#include <map>

#include <actors/archive.hpp>
#include <actors/detail/engine.hpp>

#include "hub.hpp"

namespace actors::cluster {

namespace {

/// How long an acknowledgement waits for something to travel with.
constexpr duration acknowledge_after = std::chrono::milliseconds{5};

const detail::message_type* type_named(const std::string& name) {
  static const auto by_name = [] {
    std::map<std::string, const detail::message_type*, std::less<>> all;
    for (std::uint32_t i = 0; i < detail::message_type_count(); ++i)
      if (const auto& type = detail::message_type_at(i); type.load != nullptr) all.emplace(type.name, &type);
    return all;
  }();
  const auto at = by_name.find(name);
  return at == by_name.end() ? nullptr : at->second;
}

void bury(const detail::consignment& c, errc why) {
  detail::current_shard->owner().add_dead_letter({c.to, c.from, c.type, why});
}

} // namespace

actor_id hub::courier() {
  std::lock_guard guard{courier_mutex_};
  if (!courier_) {
    courier_ = engine_.shard_at(0)->reserve();
    engine_.post_call(courier_, [how = options_.reliable](detail::shard& there, actor_id who) {
      there.create<cluster::courier>(who, {}, detail::birth{}, how);
    });
  }
  return courier_;
}

actor_id courier_at(detail::engine& node) {
  auto* h = dynamic_cast<hub*>(node.peers());
  return h == nullptr ? actor_id{} : h->courier();
}

courier::road& courier::road_to(std::uint64_t node) {
  return roads_.try_emplace(node, road{protocol::outgoing_stream<detail::consignment>{options_},
                                     protocol::incoming_stream{options_.planted}}).first->second;
}

void courier::on(const detail::consignment& c) {
  road& r = road_to(c.to.node());
  if (!r.out.push(c, now())) {
    bury(c, errc::overloaded);
    return;
  }
  send(c.to.node(), r);
  wake();
}

void courier::on(const courier_news& n) {
  if (n.from != sender().id().node()) return;
  road& r = road_to(n.from);
  (void)r.out.acknowledged(n.acknowledged, now());
  const auto [skip, count] = r.in.accept(n.first, n.oldest, n.items.size());
  for (std::size_t k = skip; k < skip + count; ++k) deliver(n.items[k]);
  send(n.from, r);
  wake();
}

void courier::on(look) {
  look_at_ = duration::max();
  for (auto& [node, r] : roads_) {
    for (const detail::consignment& c : r.out.give_up(now())) bury(c, errc::node_lost);
    send(node, r);
    if (r.in.take_debt()) tell(ref<courier>{courier_of(node)}, courier_news{self().id().node(), 0, 0, r.in.expected(), {}});
  }
  wake();
}

/// What is due, with the acknowledgement that is owed.
void courier::send(std::uint64_t node, road& r) {
  while (auto piece = r.out.take(now())) {
    (void)r.in.take_debt();
    tell(ref<courier>{courier_of(node)},
         courier_news{self().id().node(), piece->first, piece->oldest, r.in.expected(), std::move(piece->items)});
  }
}

void courier::deliver(const detail::consignment& c) {
  const detail::message_type* type = type_named(c.type);
  if (type == nullptr) {
    bury(c, errc::unhandled);
    return;
  }
  alignas(detail::payload_alignment) std::byte room[detail::largest_inline_message];
  try {
    reader in{c.message};
    type->load(room, in);
  } catch (const std::exception&) {
    bury(c, errc::wrong_type);
    return;
  }
  detail::current_shard->send_erased({type->index, 0, c.to, c.from, 0}, room);
}

void courier::wake() {
  duration next = now() + acknowledge_after;
  bool owes = false;
  duration resend = duration::max();
  for (auto& [node, r] : roads_) resend = std::min(resend, r.out.wake_at());
  for (auto& [node, r] : roads_) owes = owes || r.in.owes();
  next = owes ? std::min(next, resend) : resend;
  if (next >= look_at_) return;
  look_at_ = next;
  send_after(std::max(next - now(), duration{1}), look{});
}

} // namespace actors::cluster

namespace actors::detail {

bool is_elsewhere(const actor_id& to) {
  if (current_shard != nullptr) {
    const engine& here = current_shard->owner();
    return to.node() != here.node() && here.peers() != nullptr;
  }
  const engine_visit node = engine_towards(to.node());
  return node && node->node() != to.node() && node->peers() != nullptr;
}

void consign(const actor_id& to, consignment what) {
  if (current_shard != nullptr) {
    current_shard->tell<consignment>(cluster::courier_at(current_shard->owner()), std::move(what));
    return;
  }
  if (engine_visit node = engine_towards(to.node()))
    node->post({message_index<consignment>, 0, cluster::courier_at(*node), {}, 0}, std::move(what));
}

} // namespace actors::detail
