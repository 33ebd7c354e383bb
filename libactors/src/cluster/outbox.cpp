// SPDX-License-Identifier: BSD-3-Clause
#include "outbox.hpp"

#include <actors/detail/message_type.hpp>

namespace actors::cluster {

namespace {

namespace form = protocol::record_form;
static_assert(form::asks == detail::flag::asks && form::answers == detail::flag::answers &&
              form::failed == detail::flag::failed && form::system == detail::flag::system &&
              form::vital == detail::flag::vital);

} // namespace

errc outbox::add(const detail::message_head& head, const detail::message_type& type, const void* payload) {
  const bool is_vital = (head.flags & (form::answers | form::system | form::vital)) != 0;
  if (const errc why = peer_->admits(is_vital); why != errc::none) return why;
  const std::uint16_t number = types_->of(type.index);
  if (number == protocol::no_number) return errc::not_serializable;
  const protocol::record_head record{number, static_cast<std::uint8_t>(head.flags & form::flags), head.target,
                                     head.sender, head.request};
  switch (batch_.add(record, [&](writer& out) { type.save(payload, out); })) {
    case protocol::batch_builder::state::open: return errc::none;
    case protocol::batch_builder::state::full: flush(); return errc::none;
    case protocol::batch_builder::state::large: break;
  }
  flush();
  protocol::outgoing_large large = batch_.take_large();
  if (!peer_->admits_bulk(large.payload().size(), is_vital)) return errc::overloaded;
  push(std::move(large));
  return errc::none;
}

void outbox::flush() {
  if (!batch_.empty()) push(batch_.take());
}

void outbox::push(parcel&& what) {
  if (peer_->push(std::move(what))) hub_.has_mail(peer_);
}

} // namespace actors::cluster
