// SPDX-License-Identifier: BSD-3-Clause
//
// The place for the next item of a plan that is being made.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "layout.hpp"

namespace actors::placement::detail {

/// How a `cheapest` item that fits nowhere picks the node to begin using.
enum class opening : std::uint8_t {
  /// The least price for the part of what is left to place that fits there: large nodes at first,
  /// at the end the one that just suffices.
  for_all_that_is_left,
  /// The least price.
  for_this_item,
};

class picker {
public:
  picker(const problem& p, const layout& l);

  /// What is still to be placed, `cheapest` or not.
  void expect(const std::vector<std::uint32_t>& items);
  /// One of those expected has its place, or will not get one.
  void settle(std::uint32_t item);

  /// Nodes and a region where `cheapest` items are not put.
  void avoid(fleet::index node) { avoided_.push_back(node); }
  void avoid_region(fleet::index region) { avoided_region_ = region; }
  void avoid_nothing() {
    avoided_.clear();
    avoided_region_.reset();
  }
  void open(opening how) { opening_ = how; }

  /// The best node for the item; none if no node admits it. Of equals the lowest index.
  [[nodiscard]] std::optional<fleet::index> pick(std::uint32_t item);

private:
  /// Compared in order; the least wins.
  struct offer {
    double price;
    double rest;
    fleet::index node;
    friend auto operator<=>(const offer&, const offer&) = default;
  };
  using offers = std::optional<offer>;

  void improve(offers& best, const offer& other) const;
  [[nodiscard]] bool is_allowed(fleet::index node) const;
  [[nodiscard]] bool is_avoided(fleet::index node) const;
  [[nodiscard]] cost distance_to(fleet::index node) const;
  [[nodiscard]] double rest_on(fleet::index node) const;
  [[nodiscard]] double part_of_left(const amounts& some) const;
  [[nodiscard]] offers best_used() const;
  [[nodiscard]] offers best_new() const;
  [[nodiscard]] std::optional<fleet::index> pick_cheapest() const;
  [[nodiscard]] std::optional<fleet::index> pick_by_rank();
  [[nodiscard]] double latency_to_peers(fleet::index node) const;

  const problem* problem_;
  const layout* layout_;
  /// One over the mean of what a node has.
  std::array<double, resources> weight_{};
  std::array<double, resources> left_{};
  std::vector<fleet::index> avoided_;
  std::optional<fleet::index> avoided_region_;
  opening opening_ = opening::for_all_that_is_left;
  /// By group: the node after the last one, for `round_robin`.
  std::vector<fleet::index> turn_;

  // The question at hand.
  const item_group* group_ = nullptr;
  std::uint32_t number_ = 0;
  surroundings around_;
  bool has_surroundings_ = false;
};

} // namespace actors::placement::detail
