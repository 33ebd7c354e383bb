// SPDX-License-Identifier: BSD-3-Clause
//
// Where in a cluster an actor is to live, as plain data that archives carry:
//
//   namespace place = actors::placement;
//   place::here                                  place::near(db).within(2ms)
//   place::on("node-2")                          place::with_labels({{"gpu", "1"}, {"region",
//   "eu"}}) place::least_loaded.needing({.cores = 0.5})  place::cheapest.needing({.gpus =
//   1}).spread_over("zone")
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <actors/failure.hpp>
#include <actors/id.hpp>
#include <actors/ref.hpp>
#include <actors/time.hpp>

namespace actors {

/// Facts about a node, `key=value`. The keys `cores`, `memory`, `gpu`, `gpu_memory`, `region` and
/// `price` name the members of `node_labels`.
using label_map = std::map<std::string, std::string>;

/// What a node has and costs; its program's `--labels`.
struct node_labels {
  /// Counted to a thousandth.
  double cores = 0;
  /// Units: bytes.
  std::uint64_t memory = 0;
  std::uint32_t gpus = 0;
  /// Of each GPU. Units: bytes.
  std::uint64_t gpu_memory = 0;
  std::string region{};
  /// Of the whole node. Units: the cluster's currency, per hour; counted to a billionth.
  double price = 0;
  label_map others{};

  friend bool operator==(const node_labels&, const node_labels&) = default;
};

/// Reads `region=eu,gpu=1,price=2.10`. Sizes are bytes, or take K, M, G or T (1024 each); keys that
/// are not `node_labels`' own go to `others`.
/// Errors: invalid_argument; `what` quotes the key and says what was expected, `value` is the
/// value.
[[nodiscard]] expected<node_labels> parse_labels(std::string_view text);

/// As `parse_labels` reads it; what is zero or empty is left out.
[[nodiscard]] std::string to_string(const node_labels& labels);

/// A number of bytes as `64G`, `512K` or `1000`. Errors: invalid_argument.
[[nodiscard]] expected<std::uint64_t> parse_bytes(std::string_view text);

namespace placement {

enum class strategy : std::uint8_t {
  /// On the node that asks.
  here,
  /// On the node named `spec::node`.
  on_node,
  /// With the least latency to `spec::actor`: its own node if it fits there.
  near_actor,
  /// On the next node that fits, by id.
  round_robin,
  /// Where the busiest resource has most left.
  least_loaded,
  /// Where it adds least to the cost: of nodes not in use yet, of transfer, of latency.
  cheapest,
};

/// What an actor takes of its node while it lives there. Zero: nothing worth counting.
struct requirements {
  /// Counted to a thousandth.
  double cores = 0;
  /// Units: bytes.
  std::uint64_t memory = 0;
  /// Whole ones. To use a GPU beside others, ask for the label `gpu=1` instead.
  std::uint32_t gpus = 0;
  /// That each GPU has. Units: bytes.
  std::uint64_t gpu_memory = 0;
  /// The node's price at most. Units: as `node_labels::price`.
  std::optional<double> price_limit{};

  friend bool operator==(const requirements&, const requirements&) = default;
};

inline constexpr duration any_latency = duration::max();

/// How much the distance to another actor, or to a region, matters. A node is at no distance from
/// itself.
struct affinity {
  /// To this actor; none: to `region`.
  actor_id actor{};
  std::string region{};
  /// A latency that is not to be exceeded.
  duration within = any_latency;
  /// What flows between the two. Units: 10^9 bytes per hour.
  double gb_per_hour = 0;
  /// What latency is worth. Units: currency, per hour and millisecond.
  double price_per_ms = 0;

  friend bool operator==(const affinity&, const affinity&) = default;
};

/// At most `most` replicas in nodes that share a value of the label `by`; `node` and `region` are
/// labels of every node.
struct spread {
  std::string by = "node";
  std::uint32_t most = 1;

  friend bool operator==(const spread&, const spread&) = default;
};

/// Where one actor is to live. The setters return a changed copy, so that choices read as a phrase.
struct spec {
  placement::strategy strategy = placement::strategy::here;
  /// For `on_node`: its name.
  std::string node{};
  /// For `near_actor`.
  actor_id actor{};
  requirements needs{};
  /// Labels the node has. `cores`, `memory`, `gpu` and `gpu_memory`: at least so much; `price`: at
  /// most; others: equal.
  label_map labels{};
  /// Labels the node does not have, read in the same way.
  label_map without{};
  std::vector<affinity> affinities{};
  std::vector<spread> spreads{};

  [[nodiscard]] spec needing(requirements wanted) const;
  [[nodiscard]] spec labelled(label_map wanted) const;
  [[nodiscard]] spec not_labelled(label_map unwanted) const;
  /// Of `near`: the latency to that actor is bounded, too.
  [[nodiscard]] spec within(duration latency) const;
  [[nodiscard]] spec beside(affinity other) const;
  [[nodiscard]] spec spread_over(std::string label, std::uint32_t most = 1) const;

  friend bool operator==(const spec&, const spec&) = default;
};

inline const spec here{};
inline const spec round_robin{.strategy = strategy::round_robin};
inline const spec least_loaded{.strategy = strategy::least_loaded};
inline const spec cheapest{.strategy = strategy::cheapest};
[[nodiscard]] spec on(std::string node);
[[nodiscard]] spec near(any_ref actor);
/// The least loaded node with these labels.
[[nodiscard]] spec with_labels(label_map labels);

/// Checks a specification whole: it may come from the network.
/// Errors: invalid_argument; `what` names the field and what was expected, `value` quotes the
/// value.
[[nodiscard]] expected<void> check(const spec& wanted);

/// The name of a strategy as users write it: `here`, `on`, `near`, `round_robin`, ...
[[nodiscard]] std::string_view to_string(strategy s) noexcept;

} // namespace placement
} // namespace actors
