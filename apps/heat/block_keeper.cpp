// SPDX-License-Identifier: BSD-3-Clause
#include "heat/block_keeper.hpp"

#include <algorithm>
#include <utility>

namespace heat {

block_keeper::block_keeper(actors::shared<run_setup> setup,
                           actors::shared<std::vector<double>> field,
                           actors::ref<collector> reports,
                           const std::vector<failure_order>& failures)
    : setup_{std::move(setup)}, field_{std::move(field)}, reports_{reports},
      records_(setup_->plan.count()), kept_{setup_->plan, *field_} {
  for (const auto& failure : failures)
    records_.at(failure.block).fails_at.push_back(failure.step);
  for (auto& one : records_)
    std::ranges::sort(one.fails_at);
}

life block_keeper::on(here h) {
  auto& one = records_.at(h.block);
  one.block = block_ref{sender().id()};
  const bool is_new = h.at_least.round == 0;
  one.lives += is_new ? 1 : 0;
  life start{.setup = setup_,
             .reports = reports_,
             .block = h.block,
             .number = one.lives,
             .fails_at = {},
             .cells = {},
             .was = one.now,
             .now = one.now};
  if (!one.fails_at.empty())
    start.fails_at = one.fails_at.front();
  if (one.lives > 1)
    look_back(h, start);
  else if (!field_->empty())
    start.cells = kept_.cells(surroundings(setup_->plan, h.block, 0));
  if (is_new && one.lives > 1) {
    const auto failed_at = std::exchange(one.failing, {}).value_or(one.now.done);
    tell(reports_, came_back{{h.block, failed_at, start.step}});
  }
  say_again(one);
  return start;
}

void block_keeper::on(round_done what) {
  auto& one = records_.at(what.block);
  one.now = what.now;
  if (what.copy.empty())
    return;
  for (auto& old : kept_.add(what.now.done, {what.block, std::move(what.copy)}))
    tell(records_[old.block].block, spent{std::move(old.cells)});
}

void block_keeper::on(about_to_fail failing) {
  auto& one = records_.at(failing.block);
  one.failing = failing.step;
  if (!one.fails_at.empty())
    one.fails_at.erase(one.fails_at.begin()); // not again
}

void block_keeper::on(begin b) {
  begin_ = std::move(b);
  for (const auto& one : records_)
    tell(one.block, begin_);
}

void block_keeper::on(hand_in) {
  at_end_ = true;
  for (const auto& one : records_)
    tell(one.block, hand_in{});
}

/// What the block's instance before this one may have heard in vain.
void block_keeper::say_again(const record& one) const {
  if (begin_.blocks)
    tell(one.block, begin_);
  if (at_end_)
    tell(one.block, hand_in{});
}

/// A block goes on where its most advanced neighbour is: of earlier rounds there may be edges that
/// nobody has any more.
void block_keeper::look_back(const here& h, life& start) const {
  const auto reach = [&](const position& other) {
    if (other.round > start.now.round)
      start.now = other;
  };
  reach(h.at_least);
  for (const auto d : exchanged(setup_->depth))
    if (const auto other = setup_->plan.neighbour(h.block, d))
      reach(records_[*other].now);
  start.step = kept_.step();
  start.cells = kept_.cells(surroundings(setup_->plan, h.block, start.now.done - start.step));
}

} // namespace heat
