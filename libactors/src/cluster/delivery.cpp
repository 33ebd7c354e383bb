// SPDX-License-Identifier: BSD-3-Clause
#include "delivery.hpp"

#include <algorithm>

#include "courier.hpp"

#include <actors/archive.hpp>
#include <actors/detail/archive_error.hpp>
#include <actors/group.hpp>

namespace actors::cluster {

using detail::envelope;
using detail::message_type;
namespace flag = detail::flag;

namespace {

/// False where the payload is not what the type says.
bool load(void* at, const message_type& type, std::span<const std::byte> payload) {
  try {
    reader in{payload};
    type.load(at, in);
    if (in.remaining() == 0) return true;
    if (type.destroy != nullptr) type.destroy(at);
  } catch (const std::exception&) {
    // Whatever it was that its function did not like.
  }
  return false;
}

/// A message that lies in no queue.
class loose_message {
public:
  explicit loose_message(const message_type& type) noexcept : type_{type} {}
  loose_message(const loose_message&) = delete;
  loose_message& operator=(const loose_message&) = delete;
  ~loose_message() {
    if (is_built && type_.destroy != nullptr) type_.destroy(room);
  }
  [[nodiscard]] void* value() noexcept { return type_.boxed ? *reinterpret_cast<void**>(room) : room; }

  alignas(detail::payload_alignment) std::byte room[detail::largest_inline_message];
  bool is_built = false;

private:
  const message_type& type_;
};

} // namespace

void delivery::batch(const origin& from, std::span<const std::byte> records) {
  expected_bytes_ = records.size();
  protocol::batch_reader reader{records, engine_.node()};
  protocol::record r;
  const std::byte* begin = records.data();
  while (reader.next(r)) {
    const std::byte* end = r.payload.data() + r.payload.size();
    one(from, r.head, r.payload, static_cast<std::uint32_t>(end - begin));
    begin = end;
  }
  hand_over(from);
}

void delivery::large(const origin& from, protocol::incoming_large&& message) {
  expected_bytes_ = 0;
  const auto size = static_cast<std::uint32_t>(message.bytes.size());
  if (detail::shard* target = from.is_trusted ? actor_shard(message.head.target) : nullptr) {
    parcel_for& p = parcel_of(*target);
    ++p.messages;
    p.bytes += size;
    packed(p, detail::message_type_at(from.types[message.head.type]), std::move(message));
  } else {
    one(from, message.head, message.bytes.bytes(), size);
  }
  hand_over(from);
}

/// The shard of an actor of this node; null where the target is something else.
detail::shard* delivery::actor_shard(const actor_id& target) {
  const std::uint32_t to = target.shard();
  const bool is_actor = target.node() == engine_.node() && to != detail::outside && to != hub_shard &&
                        to != detail::group_shard && to != courier_shard;
  return is_actor ? engine_.shard_at(to) : nullptr;
}

void delivery::packed(parcel_for& p, const message_type& type, protocol::incoming_large&& message) {
  const protocol::record_head h = message.head;
  const std::uint32_t size = detail::envelope_size(detail::payload<detail::packed_message>::size, flag::system);
  envelope* e = room(p, size);
  detail::write_header(e, {detail::message_index<detail::packed_message>, flag::system, h.target, h.sender, 0}, size);
  auto unpack = [&type, bytes = std::move(message.bytes), malformed = malformed_there_](void* to) mutable {
    // Given back before the handler runs, to be used for what comes next.
    const buffer once = std::move(bytes);
    if (load(to, type, once.bytes())) return errc::none;
    malformed->fetch_add(1, std::memory_order_relaxed);
    return errc::wrong_type;
  };
  detail::payload<detail::packed_message>::construct(
      e->payload(), detail::packed_message{{type.index, h.flags, h.target, h.sender, h.request}, std::move(unpack)});
  p.last->used += size;
}

void delivery::one(const origin& from, const protocol::record_head& head, std::span<const std::byte> payload,
                   std::uint32_t bytes) {
  const message_type& type = detail::message_type_at(from.types[head.type]);
  const std::uint32_t to = head.target.shard();
  if (head.target.node() == engine_.node() && (to == detail::outside || to == hub_shard)) {
    for_outside(from, head, type, payload);
    from.receipt->handled(1, bytes);
    return;
  }
  if (head.target.node() == engine_.node() && to == detail::group_shard && from.is_trusted) {
    for_group(head, type, payload);
    from.receipt->handled(1, bytes);
    return;
  }
  if (head.target.node() == engine_.node() && to == courier_shard && from.is_trusted) {
    auto forwarded = head;
    forwarded.target = courier_at(engine_);
    one(from, forwarded, payload, bytes);
    return;
  }
  detail::shard* target = engine_.shard_of(head.target.place);
  if (target == nullptr || !from.is_trusted) {
    ++counts_.misaddressed;
    refuse(head, type, errc::no_such_actor);
    from.receipt->handled(1, bytes);
    return;
  }
  parcel_for& p = parcel_of(*target);
  ++p.messages;
  p.bytes += bytes;
  const std::uint32_t size = detail::envelope_size(type.size, head.flags);
  envelope* e = room(p, size);
  detail::write_header(e, {type.index, head.flags, head.target, head.sender, head.request}, size);
  if (build(e->payload(), type, payload))
    p.last->used += size;
  else
    refuse(head, type, errc::wrong_type);
}

delivery::parcel_for& delivery::parcel_of(detail::shard& target) {
  const std::uint32_t to = target.index();
  if (to >= parcels_.size()) parcels_.resize(to + 1);
  parcel_for& p = parcels_[to];
  if (p.first == nullptr) {
    p.target = &target;
    open_.push_back(to);
  }
  return p;
}

/// A multicast: each shard gets the message once, in its place among all that comes.
void delivery::for_group(const protocol::record_head& head, const message_type& type,
                         std::span<const std::byte> payload) {
  const auto core = engine_.group(detail::group_key_of(head.target));
  const detail::group_part* part = core == nullptr ? nullptr : core->part_of(engine_.node());
  auto message = std::make_shared<loose_message>(type);
  if (part == nullptr || core->stopped || type.copy == nullptr) {
    ++counts_.misaddressed;
    refuse(head, type, core != nullptr && core->stopped ? errc::actor_stopped : errc::no_such_actor);
    return;
  }
  message->is_built = build(message->room, type, payload);
  if (!message->is_built) return;
  for (const detail::group_site& site : part->sites) {
    parcel_for& p = parcel_of(*engine_.shard_at(site.place & 0xffff));
    const std::uint32_t size = detail::envelope_size(detail::payload<detail::multicast_call>::size, flag::system);
    envelope* e = room(p, size);
    detail::write_header(e, {detail::message_index<detail::multicast_call>, flag::system, core->members[site.members[0]], {}, 0}, size);
    detail::payload<detail::multicast_call>::construct(
        e->payload(), detail::multicast_call{[core, at = &site, message, &type, sender = head.sender](detail::shard& there) {
          for (std::uint32_t i : at->members) there.deliver_copy(core->members[i], sender, type, message->room);
        }});
    p.last->used += size;
  }
}

void delivery::for_outside(const origin& from, const protocol::record_head& head, const message_type& type,
                           std::span<const std::byte> payload) {
  loose_message message{type};
  message.is_built = build(message.room, type, payload);
  if (!message.is_built) return;
  if (head.target.shard() == hub_shard)
    hub_.take(from.node, head, type.index, message.value());
  else if ((head.flags & flag::failed) != 0 && type.index == detail::message_index<failure>)
    engine_.complete(head.request, 0, nullptr, static_cast<failure*>(message.value()));
  else if ((head.flags & flag::answers) != 0)
    engine_.complete(head.request, type.index, message.value(), nullptr);
}

bool delivery::build(void* at, const message_type& type, std::span<const std::byte> payload) {
  if (load(at, type, payload)) return true;
  ++counts_.malformed;
  return false;
}

void delivery::refuse(const protocol::record_head& head, const message_type& type, errc why) {
  if ((head.flags & (flag::answers | flag::system)) != 0) return;
  engine_.add_dead_letter({head.target, head.sender, std::string{type.name}, why});
  if ((head.flags & flag::asks) == 0) return;
  failure error{why, head.target, "the request was not taken", std::string{type.name}};
  engine_.post({detail::message_index<failure>, flag::answers | flag::failed, head.sender, head.target, head.request},
               std::move(error));
}

/// Space for an envelope, which counts once `used` of the last chunk has grown by its size.
envelope* delivery::room(parcel_for& p, std::uint32_t size) {
  if (p.last == nullptr || p.last->capacity - p.last->used < size) {
    std::uint32_t wanted = expected_bytes_ > 4096 ? 2 : expected_bytes_ > 400 ? 1 : 0;
    while (size > detail::chunk_sizes[wanted] - sizeof(detail::chunk)) ++wanted;
    detail::chunk* c = detail::chunk_pool::make(wanted);
    c->source = detail::outside;
    (p.last != nullptr ? p.last->next : p.first) = c;
    p.last = c;
  }
  return reinterpret_cast<envelope*>(p.last->begin() + p.last->used);
}

void delivery::hand_over(const origin& from) {
  for (std::uint32_t to : std::exchange(open_, {})) {
    parcel_for& p = parcels_[to];
    const detail::message_head head{detail::message_index<detail::handled_mark>, flag::system,
                                    p.target->address(), {}, 0};
    const std::uint32_t size = detail::envelope_size(sizeof(detail::handled_mark), flag::system);
    envelope* e = room(p, size);
    detail::write_header(e, head, size);
    new (e->payload()) detail::handled_mark{from.receipt, p.messages, p.bytes};
    p.last->used += size;
    for (detail::chunk* c = p.first; c != nullptr;) {
      detail::chunk* next = std::exchange(c->next, nullptr);
      p.target->hand_over(c);
      c = next;
    }
    if (std::find(targets_.begin(), targets_.end(), p.target) == targets_.end()) targets_.push_back(p.target);
    p = {};
  }
}

} // namespace actors::cluster
