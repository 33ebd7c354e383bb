// SPDX-License-Identifier: BSD-3-Clause
#include "search.hpp"

#include <algorithm>
#include <tuple>

namespace actors::placement::detail {

namespace {

/// Replicas of one request that are moved at once.
constexpr std::size_t most_of_a_group = 16;
constexpr std::uint64_t most_nodes_at_once = 3;
constexpr std::size_t most_to_ruin_at_once = 64;
constexpr std::size_t most_constructions = 8;

bool is_better_or_equal(const layout& l, std::size_t unplaced, cost total) {
  return std::tuple(l.unplaced(), l.total()) <= std::tuple(unplaced, total);
}

bool is_better(const layout& l, const layout& other) {
  return std::tuple(l.unplaced(), l.total()) < std::tuple(other.unplaced(), other.total());
}

} // namespace

search::search(const problem& p, const plan_options& options)
    : problem_{&p}, effort_{options.effort}, random_state_{options.seed},
      urgency_(p.groups.size()) {}

/// Source: splitmix64, see `actors/testing.hpp`.
std::uint64_t search::chance(std::uint64_t below) {
  std::uint64_t z = random_state_ += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return (z ^ z >> 31) % below;
}

bool search::is_movable(std::uint32_t item) const {
  return problem_->group_of(item).how() == strategy::cheapest;
}

/// What was left over goes first, what has to be near another goes last, the large before the
/// small.
bool search::is_before(std::uint32_t group, std::uint32_t other) const {
  const auto key = [&](std::uint32_t g) {
    const item_group& of = problem_->groups[g];
    return std::tuple(-std::int64_t{urgency_[g]}, of.near.has_value(), -of.narrowness, -of.share,
                      g);
  };
  return key(group) < key(other);
}

bool search::is_done(const layout& l, cost bound) const {
  return l.unplaced() == 0 && l.total() <= bound;
}

search::items search::unplaced_in(const layout& l) const {
  items result;
  for (std::uint32_t i = 0; i < problem_->group_of_item.size() && l.unplaced() > 0; ++i)
    if (l.node_of(i) == layout::nowhere)
      result.push_back(i);
  return result;
}

void search::sort(items& todo) const {
  std::ranges::sort(todo, [&](std::uint32_t a, std::uint32_t b) {
    const auto first = problem_->group_of_item[a];
    const auto second = problem_->group_of_item[b];
    return first == second ? a < b : is_before(first, second);
  });
}

void search::shuffle(items& todo) {
  std::ranges::sort(todo);
  for (std::size_t i = todo.size(); i > 1; --i)
    std::swap(todo[i - 1], todo[chance(i)]);
}

void search::fill(layout& l, picker& p, const items& todo) {
  p.expect(todo);
  for (const auto item : todo) {
    if (const auto node = p.pick(item))
      l.put(item, *node);
    p.settle(item);
  }
}

layout search::construct(opening how) {
  layout l{*problem_};
  picker p{*problem_, l};
  p.open(how);
  items todo(problem_->group_of_item.size());
  for (std::uint32_t i = 0; i < todo.size(); ++i)
    todo[i] = i;
  sort(todo);
  fill(l, p, todo);
  return l;
}

bool search::raise_unplaced(const layout& l) {
  bool raised = false;
  for (const auto item : unplaced_in(l)) {
    const auto group = problem_->group_of_item[item];
    if (++urgency_[group]; urgency_[group] == 1)
      raised = true;
    for (const tie& t : problem_->groups[group].ties)
      urgency_[t.other] = std::max(urgency_[t.other], urgency_[group]);
  }
  return raised;
}

layout search::first_plan(cost bound) {
  layout best = construct(opening::for_all_that_is_left);
  const std::size_t items = problem_->group_of_item.size();
  for (std::size_t i = 1; i < most_constructions && effort_ > items; ++i) {
    if (is_done(best, bound) || (i > 1 && best.unplaced() == 0))
      break;
    if (best.unplaced() > 0 && !raise_unplaced(best) && i > 2)
      break;
    effort_ -= items;
    layout other = construct(i % 2 == 1 ? opening::for_this_item : opening::for_all_that_is_left);
    if (is_better(other, best))
      best = std::move(other);
  }
  std::ranges::fill(urgency_, 0);
  return best;
}

void search::ruin_node(layout& l, fleet::index node) {
  const items there = l.items_on(node);
  for (const auto item : there)
    if (is_movable(item)) {
      removed_.push_back({item, node});
      l.take(item);
    }
}

void search::ruin_group(layout& l, std::uint32_t group) {
  const item_group& g = problem_->groups[group];
  if (g.how() != strategy::cheapest)
    return;
  const std::size_t count = std::min<std::size_t>(g.asked->count, most_of_a_group);
  const auto first = chance(g.asked->count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto item = static_cast<std::uint32_t>(g.first_item + (first + i) % g.asked->count);
    if (const auto node = l.node_of(item); node != layout::nowhere) {
      removed_.push_back({item, node});
      l.take(item);
    }
  }
}

fleet::index search::node_to_ruin(const layout& l) {
  const auto& used = l.used();
  auto node = used[chance(used.size())];
  // Rather one that has something.
  for (int i = 0; i < 3 && l.items_on(node).empty(); ++i)
    node = used[chance(used.size())];
  return node;
}

void search::ruin_some_nodes(layout& l, picker& p) {
  const auto count = 1 + chance(most_nodes_at_once);
  for (std::uint64_t i = 0; i < count && !l.used().empty(); ++i) {
    const auto node = node_to_ruin(l);
    ruin_node(l, node);
    if (chance(2) == 0)
      p.avoid(node);
  }
}

/// A group with all that it is tied to, directly or not, as far as the limit allows.
void search::ruin_tied_groups(layout& l, std::uint32_t group) {
  std::vector<std::uint32_t> found{group};
  for (std::size_t i = 0; i < found.size(); ++i) {
    ruin_group(l, found[i]);
    for (const tie& t : problem_->groups[found[i]].ties)
      if (found.size() < most_of_a_group && std::ranges::find(found, t.other) == found.end())
        found.push_back(t.other);
  }
}

void search::ruin_all(layout& l) {
  const auto used = l.used();
  for (const auto node : used)
    ruin_node(l, node);
}

void search::ruin(layout& l, picker& p) {
  p.avoid_nothing();
  const auto items = problem_->group_of_item.size();
  const auto group = problem_->group_of_item[chance(items)];
  if (items <= most_to_ruin_at_once && chance(8) == 0)
    ruin_all(l);
  else if (problem_->groups[group].ties.empty() || chance(2) == 0)
    ruin_some_nodes(l, p);
  else
    ruin_tied_groups(l, group);
  if (chance(4) == 0)
    p.avoid(static_cast<fleet::index>(chance(problem_->nodes())));
  if (chance(4) == 0)
    p.avoid_region(static_cast<fleet::index>(chance(problem_->all->regions())));
}

void search::recreate(layout& l, picker& p) {
  p.open(chance(2) == 0 ? opening::for_all_that_is_left : opening::for_this_item);
  items todo;
  for (const auto& r : removed_)
    todo.push_back(r.item);
  if (chance(2) == 0)
    shuffle(todo);
  else
    sort(todo);
  fill(l, p, todo);
}

void search::undo(layout& l) {
  for (const auto& r : removed_)
    if (l.node_of(r.item) != layout::nowhere)
      l.take(r.item);
  for (const auto& r : removed_)
    if (r.node != layout::nowhere)
      l.put(r.item, r.node);
}

void search::improve(layout& l, cost bound) {
  picker p{*problem_, l};
  unplaced_ = unplaced_in(l);
  while (effort_ > 0 && !is_done(l, bound)) {
    const auto unplaced = l.unplaced();
    const auto total = l.total();
    removed_.clear();
    for (const auto item : unplaced_)
      if (is_movable(item) && removed_.size() < most_of_a_group)
        removed_.push_back({item, layout::nowhere});
    ruin(l, p);
    recreate(l, p);
    if (!is_better_or_equal(l, unplaced, total))
      undo(l);
    else if (unplaced > 0)
      unplaced_ = unplaced_in(l);
    effort_ -= std::min(effort_, removed_.size() + 1);
  }
}

layout search::run(cost bound) {
  if (problem_->group_of_item.empty() || problem_->nodes() == 0)
    return layout{*problem_};
  layout best = first_plan(bound);
  improve(best, bound);
  // A last try for what found no place, where nothing is avoided.
  picker p{*problem_, best};
  items left = unplaced_in(best);
  sort(left);
  fill(best, p, left);
  return best;
}

} // namespace actors::placement::detail
