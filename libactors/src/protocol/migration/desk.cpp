// SPDX-License-Identifier: BSD-3-Clause
#include "desk.hpp"

#include <algorithm>
#include <iterator>

namespace actors::protocol {

void migration_desk::send(node_id to, migration_message text) {
  text.from = self;
  text.to = to;
  text.oldest = oldest;
  orders.emplace_back(send_migration{to, std::move(text)});
}

void migration_desk::send(migration_kind kind, node_id to, move_id move, node_id target,
                          std::vector<migration_item> items, migration_kind about) {
  for (std::size_t first = 0; first < items.size(); first += max_migration_items) {
    migration_message text;
    text.kind = kind;
    text.about = about;
    text.move = move;
    text.target = target;
    const auto begin = items.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = std::min(max_migration_items, items.size() - first);
    text.items.assign(std::make_move_iterator(begin),
                      std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count)));
    send(to, std::move(text));
  }
}

void migration_desk::note_lost(node_id id) {
  oldest_of_.erase(id);
  if (!lost_.insert(id).second)
    return;
  lost_order_.push_back(id);
  if (lost_order_.size() <= options.max_nodes)
    return;
  lost_.erase(lost_order_.front());
  lost_order_.pop_front();
}

bool migration_desk::note_oldest(const migration_message& text) {
  auto found = oldest_of_.find(text.from);
  if (found == oldest_of_.end()) {
    if (oldest_of_.size() >= options.max_nodes)
      return true;
    found = oldest_of_.emplace(text.from, 0).first;
  }
  found->second = std::max(found->second, text.oldest);
  const bool is_of_open_move = text.kind == migration_kind::offer ||
                               text.kind == migration_kind::commit ||
                               text.kind == migration_kind::intent;
  return !is_of_open_move || text.move.number >= found->second;
}

} // namespace actors::protocol
