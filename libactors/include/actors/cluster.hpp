// SPDX-License-Identifier: BSD-3-Clause
//
// Nodes in a cluster: how one takes part, and who else is there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <actors/placement.hpp>

namespace actors {

/// Which side goes on when some nodes cannot reach the others for long; the other side ends its actors,
/// so that nothing lives twice. All nodes of a cluster are to say the same.
enum class downing : std::uint8_t {
  /// The side with more nodes; of two equal ones that with the lowest address.
  keep_majority,
  /// A side with at least `cluster_options::quorum` nodes. Requires: fewer than twice as many in all.
  static_quorum,
  /// The side of the node that has been up longest; if it is alone, the others, where they are several.
  keep_oldest,
};

/// How a node takes part in a cluster. One that neither listens nor has seeds is a node of its own.
struct cluster_options {
  /// `host:port`; port 0 takes a free one. Empty: others cannot dial this node, but it can join through
  /// seeds that listen. An address that other machines reach needs a secret or TLS.
  std::string listen{};
  /// Where others reach this node, `host:port`, where that is not what it listens at.
  std::string advertise{};
  /// Addresses of nodes to join; a name stands for all addresses that it has. All nodes that start
  /// together name the same; empty: this node founds the cluster.
  std::vector<std::string> seeds{};
  /// Nodes of another cluster are refused.
  std::string name = "actors";
  /// Whoever does not know it is refused. It is proved, not sent; it does not encrypt.
  std::string secret{};
  /// What placement looks at. Cores and memory are this machine's unless they are given.
  node_labels labels{};
  /// Files (PEM) for TLS: this node's certificate and key, and who signs those of the cluster.
  std::string tls_certificate{}, tls_key{}, tls_authority{};
  actors::downing downing = actors::downing::keep_majority;
  std::uint32_t quorum = 0;
  /// More than 1: starts so many processes in all of this program on this machine, as a cluster.
  std::uint32_t local_nodes = 0;

  [[nodiscard]] bool is_wanted() const noexcept { return !listen.empty() || !seeds.empty() || local_nodes > 1; }
};

/// What is known of a node of the cluster.
enum class node_state : std::uint8_t {
  /// Known, and not let in yet.
  joining,
  up,
  /// It asks for no new work, and moves away what it has.
  leaving,
  /// It does not answer. It may come back.
  unreachable,
  /// Gone for good: a node that returns is another one.
  down,
};

[[nodiscard]] std::string_view to_string(node_state state) noexcept;

struct node_info {
  /// As in the ids of the actors that were born there.
  std::uint64_t node = 0;
  std::string name{};
  std::string address{};
  label_map labels{};
  node_state state = node_state::joining;

  friend bool operator==(const node_info&, const node_info&) = default;
};

} // namespace actors
