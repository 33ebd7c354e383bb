// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <iterator>

#include "directory.hpp"

namespace actors::protocol {

void directory::receive(duration now, directory_message text) {
  if (is_stopped_)
    return;
  advance(now);
  if (!is_welcome(text))
    return;
  if (text.term.registrar == text.from)
    receive_as_node(text);
  else
    receive_as_registrar(text);
  settle();
}

bool directory::is_welcome(const directory_message& text) {
  switch (flaw_of(text, self_)) {
  case directory_flaw::version:
    ++refused_.version;
    return false;
  case directory_flaw::malformed:
    ++refused_.malformed;
    return false;
  case directory_flaw::misaddressed:
    ++refused_.misaddressed;
    return false;
  case directory_flaw::none:
    break;
  }
  const auto* sender = view_.find(text.from);
  const bool is_registrar = text.term.registrar == text.from;
  if (options_.plant == planted::term_not_checked && is_registrar && text.term < term_)
    return true;
  // Whoever is down will be told so by membership. A registrar has been up.
  const bool is_known = sender != nullptr && sender->now.state < member_state::down &&
                        (!is_registrar || sender->up_number != 0);
  refused_.strangers += is_known ? 0 : 1;
  return is_known;
}

/// A registrar begins only when it knows that the one before has stopped. So a later term stands,
/// even if this node does not know that yet; and nothing of an earlier one counts any more.
void directory::receive_as_node(directory_message& text) {
  if (text.term < term_) {
    ++refused_.terms;
    if (options_.plant == planted::term_not_checked)
      for (directory_item& item : text.items)
        clerk_.take(item);
    return;
  }
  if (text.term > term_)
    begin_term(text.term);
  next_scan_ = std::min(next_scan_, now_ + options_.grain);
  if (!upward_->acknowledged(text.acknowledged, now_)) {
    ++refused_.misordered;
    return;
  }
  for (auto i = upward_->first_new(text.first, text.items.size()); i < text.items.size(); ++i) {
    clerk_.take(text.items[i]);
    upward_->taken();
  }
}

void directory::receive_as_registrar(directory_message& text) {
  const auto found = lines_.find(text.from);
  if (!office_ || text.term != term_ || found == lines_.end()) {
    ++refused_.terms;
    return;
  }
  line& from = found->second;
  from.is_open = true;
  mark(text.from, from);
  next_scan_ = std::min(next_scan_, now_ + options_.grain);
  if (!from.stream.acknowledged(text.acknowledged, now_)) {
    ++refused_.misordered;
    return;
  }
  // What is parked is in it again, or in what will be sent again.
  const auto begin = from.stream.first_new(text.first, text.items.size());
  if (begin == text.items.size())
    return;
  from.parked.assign(std::move_iterator{text.items.begin() + static_cast<std::ptrdiff_t>(begin)},
                     std::move_iterator{text.items.end()});
  take_parked(text.from, from);
}

/// False if nothing could be taken.
bool directory::take_parked(node_id id, line& from) {
  bool has_taken = false;
  while (!from.parked.empty() &&
         office_->take(id, from.parked.front()) == registrar::outcome::taken) {
    from.parked.pop_front();
    from.stream.taken();
    has_taken = true;
  }
  return has_taken;
}

/// Messages are made here, so that what came up in many events travels together.
std::vector<directory_order> directory::take_orders() {
  if (!is_stopped_) {
    flush_to_registrar();
    flush_to_members();
  }
  return std::exchange(orders_, {});
}

void directory::flush_to_registrar() {
  if (!upward_)
    return;
  while (upward_->has_room()) {
    auto item = clerk_.next_item();
    if (!item)
      break;
    upward_->push(std::move(*item));
  }
  while (auto piece = upward_->take_piece(now_))
    send(term_.registrar, std::move(*piece));
  if (upward_->is_busy())
    next_scan_ = std::min(next_scan_, now_ + options_.grain);
}

void directory::flush_to_members() {
  if (!office_)
    return;
  do {
    pump();
    for (const node_id id : office_->take_touched())
      if (const auto found = lines_.find(id); found != lines_.end())
        mark(id, found->second);
    for (const node_id id : std::exchange(pending_, {}))
      if (const auto found = lines_.find(id); found != lines_.end())
        flush(id, found->second);
  } while (!pending_.empty());
}

void directory::flush(node_id id, line& to) {
  to.is_pending = false;
  if (!to.is_open) {
    next_scan_ = std::min(next_scan_, now_ + options_.grain);
    return;
  }
  while (to.stream.has_room()) {
    auto item = office_->next_for(id);
    if (!item)
      break;
    to.stream.push(std::move(*item));
  }
  while (auto piece = to.stream.take_piece(now_))
    send(id, std::move(*piece));
  // There is room for more answers now.
  if (take_parked(id, to))
    mark(id, to);
  if (to.stream.is_busy())
    next_scan_ = std::min(next_scan_, now_ + options_.grain);
}

/// Asks for a report.
void directory::call(node_id id, line& to) {
  to.call_at = now_ + options_.call_interval;
  send(id, to.stream.call());
  next_scan_ = std::min(next_scan_, now_ + options_.grain);
}

void directory::send(node_id to, channel::piece piece) {
  directory_message text;
  text.from = self_;
  text.to = to;
  text.term = term_;
  text.first = piece.first;
  text.acknowledged = piece.acknowledged;
  text.items = std::move(piece.items);
  orders_.emplace_back(send_directory{to, std::move(text)});
}

void directory::mark(node_id id, line& to) {
  if (!std::exchange(to.is_pending, true))
    pending_.push_back(id);
}

} // namespace actors::protocol
