// SPDX-License-Identifier: BSD-3-Clause
// Blocks that advance together without a barrier. In each round a block sends an edge to every
// neighbour, waits for theirs, and advances; it goes on as soon as its own neighbours' edges are
// there, whatever blocks farther away do.
//
//   begin -> send edges of round 0
//   edge  -> once all of the round are there: advance, send the edges of the next round
//   steps done -> report; the block keeps its state until it is asked for it
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <actors/actors.hpp>

#include "heat/block_plan.hpp"
#include "heat/collector.hpp"
#include "heat/edge_inbox.hpp"

namespace heat {

/// What a neighbour needs for its round `round`; `from` is where we lie as the neighbour sees it.
struct edge {
  std::uint64_t round = 0;
  direction from = direction::north;
  std::vector<double> cells;
};

/// To be asked of every block: answered with 1 once the block has been set up.
struct check_in {};

/// Starts a block; it reports to this collector.
struct begin {
  actors::ref<collector> reports;
};

/// To a block from itself: the next round may be complete already.
struct next_round {};

/// The rounds of a block that does its arithmetic in a `Work`, which has `ways()`, `edge(d,
/// storage)`, `receive(from, cells)`, `round_length(done)` and `advance(steps)`.
template <class Derived, class Work>
class stepping_actor : public actors::actor<Derived> {
public:
  std::size_t on(check_in) { return 1; }

  void on(begin b) {
    reports_ = b.reports;
    for (const auto d : work_.ways())
      if (const auto other = plan_.neighbour(member_.index(), d))
        neighbours_[index_of(d)] = member_.all()[*other];
    send_edges();
    advance_if_complete();
  }

  void on(edge e) {
    if (!inbox_.accept(e.round, e.from, std::move(e.cells)))
      throw std::logic_error{"an edge of round " + std::to_string(e.round) + " came while round " +
                             std::to_string(inbox_.round()) + " was open"};
    if (reports_) // a neighbour may have begun before us
      advance_if_complete();
  }

  void on(next_round) { advance_if_complete(); }

protected:
  stepping_actor(actors::member<Derived> member, const block_plan& plan, std::uint64_t steps,
                 Work work)
      : member_{std::move(member)}, plan_{plan}, steps_{steps}, work_{std::move(work)},
        inbox_{plan.neighbour_count(member_.index(), work_.ways())} {}

  std::size_t index() const { return member_.index(); }
  const actors::ref<collector>& reports() const { return reports_; }
  Work& work() { return work_; }

  /// Called after each round but the last.
  void between_rounds(std::uint64_t) {}

private:
  static constexpr actors::duration report_interval = std::chrono::milliseconds{100};

  /// One round a message: a block without neighbours would not come to an end otherwise.
  void advance_if_complete() {
    if (done_ == steps_ || !inbox_.complete())
      return;
    take_edges();
    const auto length = work_.round_length(done_);
    work_.advance(length);
    done_ += length;
    report();
    if (done_ == steps_)
      return;
    send_edges();
    static_cast<Derived*>(this)->between_rounds(done_);
    if (inbox_.complete())
      this->tell(this->self(), next_round{});
  }

  void take_edges() {
    inbox_.drain([this](direction from, std::vector<double>& cells) {
      if (!work_.receive(from, cells))
        throw std::logic_error{"an edge of " + std::to_string(cells.size()) +
                               " cells does not fit"};
      storage_[index_of(from)] = std::move(cells); // goes back to the neighbour, refilled
    });
  }

  void send_edges() {
    for (const auto d : work_.ways())
      if (const auto& to = neighbours_[index_of(d)])
        this->tell(to, edge{inbox_.round(), opposite(d),
                            work_.edge(d, std::exchange(storage_[index_of(d)], {}))});
  }

  void report() {
    const auto now = this->now();
    if (done_ != steps_ && now - last_report_ < report_interval)
      return;
    last_report_ = now;
    this->tell(reports_, progress{index(), done_});
  }

  actors::member<Derived> member_;
  block_plan plan_;
  std::uint64_t steps_;
  std::uint64_t done_ = 0;
  Work work_;
  edge_inbox inbox_;
  actors::ref<collector> reports_; // null until `begin`
  actors::duration last_report_{};
  std::array<actors::ref<Derived>, direction_count> neighbours_{};
  std::array<std::vector<double>, direction_count> storage_;
};

} // namespace heat
