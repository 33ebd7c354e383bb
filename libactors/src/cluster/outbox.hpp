// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include <actors/detail/peer_nodes.hpp>

#include "../protocol/link/batch.hpp"
#include "peer.hpp"
#include "type_numbers.hpp"

namespace actors::cluster {

/// Told when a peer has got something to send. Threading: any.
class notified {
public:
  virtual ~notified() = default;
  virtual void has_mail(const std::shared_ptr<peer>& p) = 0;
};

/// Writes the messages of one shard straight into the frames in which they leave.
class outbox final : public detail::far_outbox {
public:
  /// Lifetime: `hub` outlives it.
  outbox(std::shared_ptr<peer> to, std::shared_ptr<const type_numbers> types, notified& hub)
      : peer_{std::move(to)}, types_{std::move(types)}, hub_{hub}, batch_{peer_->node()} {}

  errc add(const detail::message_head& head, const detail::message_type& type, const void* payload) override;
  void flush() override;
  [[nodiscard]] bool closed() const noexcept override { return peer_->now() == peer::state::lost; }

private:
  void push(parcel&& what);

  const std::shared_ptr<peer> peer_;
  const std::shared_ptr<const type_numbers> types_;
  notified& hub_;
  protocol::batch_builder batch_;
};

} // namespace actors::cluster
