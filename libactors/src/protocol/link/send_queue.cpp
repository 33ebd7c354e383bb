// SPDX-License-Identifier: BSD-3-Clause
#include "send_queue.hpp"

#include <iterator>

namespace actors::protocol {

admission send_queue::push(outgoing_batch&& batch) {
  const std::size_t size = batch.frame.size();
  const std::size_t most = batch.vital ? 2 * most_small_ : most_small_;
  if (small_bytes_ + size > most)
    return admission::overloaded;
  small_bytes_ += size;
  if (bulk_.empty() || may_overtake_)
    push_small(std::move(batch));
  else
    divide(std::move(batch));
  return admission::accepted;
}

admission send_queue::push(outgoing_large&& large) {
  const std::size_t size = large.payload().size();
  const bool is_vital = (large.head.flags & record_form::vital) != 0;
  if (bulk_bytes_ != 0 && bulk_bytes_ + size > (is_vital ? 2 * most_bulk_ : most_bulk_))
    return admission::overloaded;
  bulk_bytes_ += size;
  bulk_.push_back({std::make_shared<const outgoing_large>(std::move(large)), {}, pushed_});
  count_routes(bulk_.back(), 1);
  return admission::accepted;
}

void send_queue::push_small(outgoing_batch&& batch) {
  ++pushed_;
  small_.push_back(std::move(batch));
}

void send_queue::push_held(outgoing_batch&& batch) {
  bulk_.push_back({nullptr, std::move(batch), 0});
  count_routes(bulk_.back(), 1);
}

/// Looks at every message of the batch, but only while large ones are under way.
void send_queue::divide(outgoing_batch&& batch) {
  batch_builder held(receiver_, SIZE_MAX), free(receiver_, SIZE_MAX);
  batch_reader messages(batch.records(), receiver_);
  for (record r; messages.next(r);) {
    auto& to = is_behind_bulk(r.head) ? held : free;
    static_cast<void>(to.add(r.head, [&](writer& out) { out.write(r.payload); }));
  }
  if (held.empty())
    return push_small(std::move(batch));
  small_bytes_ += held.bytes() + free.bytes();
  small_bytes_ -= batch.frame.size();
  if (!free.empty())
    push_small(free.take());
  push_held(held.take());
}

outgoing_batch send_queue::take_small() {
  outgoing_batch batch = std::move(small_.front());
  small_.pop_front();
  small_bytes_ -= batch.frame.size();
  ++taken_;
  return batch;
}

send_queue::bulk_item send_queue::take_bulk() {
  bulk_item item = std::move(bulk_.front());
  bulk_.pop_front();
  count_routes(item, -1);
  if (item.large)
    bulk_bytes_ -= item.large->payload().size();
  else
    small_bytes_ -= item.held.frame.size();
  return item;
}

void send_queue::count_routes(const bulk_item& item, int by) {
  auto count = [&](const record_head& head) {
    const auto at = routes_.try_emplace({head.sender, head.target}, 0).first;
    at->second += static_cast<std::size_t>(by);
    if (at->second == 0)
      routes_.erase(at);
  };
  if (item.large)
    return count(item.large->head);
  batch_reader messages(item.held.records(), receiver_);
  for (record r; messages.next(r);)
    count(r.head);
}

void send_queue::take_all(unsent_messages& into) {
  while (!small_.empty())
    into.batches.push_back(take_small());
  while (!bulk_.empty()) {
    bulk_item item = take_bulk();
    if (item.large)
      into.large.push_back(std::move(item.large));
    else
      into.batches.push_back(std::move(item.held));
  }
}

} // namespace actors::protocol
