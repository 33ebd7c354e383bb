// SPDX-License-Identifier: BSD-3-Clause
// Blocks that advance together without a barrier, and come back after a failure. In each round a
// block sends an edge to every neighbour, waits for theirs, and advances; it goes on as soon as its
// own neighbours' edges are there, whatever blocks farther away do.
//
//   coming   waits for its life, from the keeper, and for `begin`
//   running  edge -> once all of the round are there: advance, tell the keeper, send the edges of
//            the next round
//
// A block that comes back makes itself anew at the round its most advanced neighbour is in, from a
// snapshot and without its neighbours, and sends the edges that it had, or may have, still to send.
// From its neighbours it needs those of this round. One that is in it sends them again; one that is
// not there yet will send them. One that is past it by now says so, and the block follows it in the
// same way. Edges that come twice are ignored.
//
// For that a block tells the keeper of a round before it sends the edges of the next.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "heat/block_keeper.hpp"
#include "heat/edge_inbox.hpp"

namespace heat {

/// To a block from itself: the next round may be complete already.
struct next_round {};

/// The rounds of a block that does its arithmetic in a `Work`, made from its index and the run's
/// setup. It has `ways()`, `edge(d, storage)`, `receive(from, cells)`, `round_length(done)`,
/// `advance(steps)`, and `shown(step)` for what the collector gets; to keep copies of it, `values`,
/// `past` and `restore`.
template <class Derived, class Work>
class stepping_actor : public actors::actor<Derived> {
public:
  using handles = actors::messages<actors::outcome<here, life>, begin, edge, next_round, send_again,
                                   gone_on, spent, hand_in>;

  stepping_actor(std::uint64_t index, actors::ref<block_keeper> keeper)
      : index_{index}, keeper_{keeper}, request_{ask_for_life({})} {}

  void on(actors::outcome<here, life> answer) {
    if (answer.request != request_)
      return; // asked by an instance before this one: much may have happened since
    if (!answer.result)
      throw std::runtime_error{answer.result.error().what};
    life_ = std::move(*answer.result);
    setup_ = life_.setup;
    work_.emplace(index_, setup_);
    at_ = life_.was;
    has_life_ = true;
    this->tell(life_.reports, ready{index_});
    come_up();
  }

  void on(begin b) {
    blocks_ = std::move(b.blocks);
    come_up();
  }

  void on(edge e) {
    if (!is_running_)
      return this->stash(std::move(e)); // a neighbour may have begun before us
    const auto how = inbox_.accept(e.round, e.from, std::move(e.cells));
    if (how == arrival::refused)
      throw std::logic_error{
          fmt::format("an edge of round {} came while round {} was open", e.round, at_.round)};
    advance_if_complete();
  }

  void on(next_round) { advance_if_complete(); }

  void on(send_again asked) {
    if (!is_running_)
      return this->stash(asked);
    if (asked.round < at_.round)
      return this->tell(neighbour(asked.from), gone_on{at_});
    if (asked.round == at_.round && at_.done != setup_->steps)
      send_edge(asked.from);
  }

  void on(gone_on other) {
    if (!is_running_ || life_.number == 1 || other.now.round <= at_.round)
      return; // it has been overtaken
    is_running_ = has_life_ = false;
    request_ = ask_for_life(other.now);
  }

  void on(spent memory) { spare_copy_ = std::move(memory.cells); }

  void on(hand_in) {
    is_asked_ = true;
    hand_in_if_done();
  }

private:
  static constexpr bool can_recover = requires(const Work& work) { work.values({}); };
  static constexpr actors::duration report_interval = std::chrono::milliseconds{100};

  std::uint64_t ask_for_life(position at_least) {
    return this->ask(keeper_, here{index_, at_least}, std::chrono::hours{1}).as_message();
  }

  void come_up() {
    if (is_running_ || !has_life_ || !blocks_)
      return;
    if (life_.number == 1)
      start();
    else
      recover();
    is_running_ = true;
    inbox_ = edge_inbox{setup_->plan.neighbour_count(index_, work_->ways()), at_.round};
    this->unstash_all();
    hand_in_if_done();
    advance_if_complete();
  }

  void start() {
    if constexpr (can_recover)
      work_->restore(std::span<const double>{life_.cells});
    life_.cells = {};
    send_edges();
  }

  void recover() {
    if constexpr (can_recover) {
      auto past = work_->past(life_);
      work_->restore(past);
      if (at_.done == setup_->steps)
        return;
      if (at_.round == life_.now.round)
        ask_again(at_.round);
      send_edges();
      while (at_.round != life_.now.round) {
        const auto length = work_->round_length(at_.done);
        past.advance(length);
        work_->restore(past);
        // Before our edges of that round: with them, a neighbour may leave it.
        if (at_.round + 1 == life_.now.round)
          ask_again(life_.now.round);
        finish_round(length);
      }
      life_.cells = {};
    } else {
      throw std::logic_error{"a block of this kind cannot recover"};
    }
  }

  void ask_again(std::uint64_t round) {
    for (const auto d : work_->ways())
      if (const auto to = neighbour(d))
        this->tell(to, send_again{round, opposite(d)});
  }

  /// One round a message: a block without neighbours would not come to an end otherwise.
  void advance_if_complete() {
    if (!is_running_ || at_.done == setup_->steps || !inbox_.complete())
      return;
    take_edges();
    const auto length = work_->round_length(at_.done);
    work_->advance(length);
    finish_round(length);
    if (at_.done != setup_->steps && inbox_.complete())
      this->tell(this->self(), next_round{});
  }

  void take_edges() {
    auto edges = inbox_.take();
    for (const auto d : work_->ways()) {
      auto& cells = edges[index_of(d)];
      if (!cells.empty() && !work_->receive(d, cells))
        throw std::logic_error{fmt::format("an edge of {} cells does not fit", cells.size())};
      storage_[index_of(d)] = std::move(cells); // goes back to the neighbour, refilled
    }
  }

  void finish_round(std::uint64_t length) {
    const auto before = std::exchange(at_, {at_.round + 1, at_.done + length}).done;
    if (life_.fails_at && *life_.fails_at <= at_.done)
      fail_as_told();
    show_frame();
    if (setup_->keep != 0)
      this->tell(keeper_, round_done{index_, at_, copy_if_due(before)});
    report();
    if (at_.done == setup_->steps)
      return hand_in_if_done();
    send_edges();
  }

  /// All blocks take copies at the same steps, for they all have the same rounds.
  std::vector<double> copy_if_due(std::uint64_t before) {
    if constexpr (can_recover)
      if (before / setup_->keep != at_.done / setup_->keep)
        return work_->values(std::exchange(spare_copy_, {}));
    return {};
  }

  void fail_as_told() {
    this->tell(keeper_, about_to_fail{index_, *life_.fails_at});
    throw std::runtime_error{fmt::format("was told to fail at step {}", *life_.fails_at)};
  }

  void send_edges() {
    for (const auto d : work_->ways())
      send_edge(d);
  }

  void send_edge(direction d) {
    if (const auto to = neighbour(d))
      this->tell(to, edge{at_.round, opposite(d),
                          work_->edge(d, std::exchange(storage_[index_of(d)], {}))});
  }

  void report() {
    const auto now = this->now();
    if (at_.done != setup_->steps && now - last_report_ < report_interval)
      return;
    last_report_ = now;
    this->tell(life_.reports, progress{index_, at_.done});
  }

  void show_frame() {
    if (at_.done != setup_->steps && std::ranges::binary_search(setup_->frames, at_.done))
      this->tell(life_.reports, work_->shown(at_.done));
  }

  void hand_in_if_done() {
    if (is_asked_ && is_running_ && at_.done == setup_->steps)
      this->tell(life_.reports, work_->shown(at_.done));
  }

  block_ref neighbour(direction d) const {
    const auto other = setup_->plan.neighbour(index_, d);
    return other ? (*blocks_)[*other] : block_ref{};
  }

  std::uint64_t index_;
  actors::ref<block_keeper> keeper_;
  std::uint64_t request_; // for our life

  // As our life says, then as we go on.
  bool has_life_ = false;
  life life_;
  actors::shared<run_setup> setup_;
  std::optional<Work> work_;
  position at_;

  actors::shared<std::vector<block_ref>> blocks_; // null until `begin`
  bool is_running_ = false;
  edge_inbox inbox_;
  edge_set storage_; // memory for our edges
  std::vector<double> spare_copy_;
  actors::duration last_report_{};
  bool is_asked_ = false; // to hand in
};

} // namespace heat
