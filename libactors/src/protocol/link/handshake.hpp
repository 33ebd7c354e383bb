// SPDX-License-Identifier: BSD-3-Clause
//
// The handshake of a link: both sides prove that they know the cluster's secret, say who they are,
// and agree on the message types. States:
//
//   connector                        acceptor
//   awaits_greeting --greeting-->    awaits_greeting
//                   <--greeting--
//   awaits_hello    --hello,proof--> awaits_hello
//                   <--hello,proof--
//                   <--types--
//   awaits_types    --types-->       awaits_types
//       \______________ introduced _____________/
//   smaller node id: deciding        the other: awaits_open
//                   --open-->
//   open                             open
//
//   anything else: refused
//
// Two nodes may dial each other at the same time, and each may think that the other's connection is
// the one to use. So the node with the smaller id alone decides, by opening one connection and
// refusing the rest (`choose`); nothing but the handshake travels before that, so that no message
// can be lost or overtaken in the change.
//
// A stranger learns nothing: it gets a greeting (version, nonce) and a refusal without a reason.
// What is taken from it before its proof: two frames of up to 3,088 bytes, each within its
// deadline. The connector shows its hello first: dial whom you trust, or use TLS. A relay in the
// middle can pass a handshake on as it is, and then own the stream: against that, TLS with
// `binding`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <actors/time.hpp>

#include "hello.hpp"

namespace actors::protocol {

/// The longest time in each state.
struct handshake_deadlines {
  duration greeting = std::chrono::seconds{2};
  duration hello = std::chrono::seconds{2};
  duration types = std::chrono::seconds{5};
  duration open = std::chrono::seconds{5};
};

/// What is the same for all links of a node. Requires: `check(me)` succeeds; `me.types` is the
/// digest of `types`.
struct local_node {
  hello me;
  /// Empty: whoever can connect belongs to the cluster.
  std::string secret;
  std::shared_ptr<const type_table> types = std::make_shared<const type_table>();
  handshake_deadlines deadlines;
};

enum class link_role : std::uint8_t { connector, acceptor };

/// What is special to one connection.
struct connection_facts {
  link_role role = link_role::connector;
  /// For log lines.
  std::string remote;
  /// 32 bytes that nobody can foresee, never used twice.
  bytes32 nonce{};
  /// Of a connector that knows whom it dials, to tell how their last connection ended; else 0.
  std::uint64_t expected_node = 0;
  /// How the last connection to a node ended. May be empty.
  std::function<previous_connection(std::uint64_t node)> previous{};
  /// What the transport says to tell itself from others (TLS exporter); the same on both sides.
  std::string binding{};
};

class handshake {
public:
  enum class state : std::uint8_t {
    awaits_greeting,
    awaits_hello,
    awaits_types,
    /// The owner is to call `open` or `refuse`.
    deciding,
    awaits_open,
    open,
    refused,
  };

  handshake(std::shared_ptr<const local_node> self, connection_facts facts);

  // Events. Times must not go back.
  void begin(duration now);
  void received(std::span<const std::byte> payload, duration now);
  void tick(duration now);
  /// Requires: `deciding`.
  void open(duration now);
  /// Ends it. `detail` is for the log, and for the peer if it has proved itself.
  void refuse(refusal why, std::string detail);

  [[nodiscard]] state now_in() const noexcept { return state_; }
  [[nodiscard]] bool is_introduced() const noexcept {
    return state_ == state::deciding || state_ == state::awaits_open || state_ == state::open;
  }
  /// The peer knows the secret.
  [[nodiscard]] bool is_proved() const noexcept { return proved_; }
  [[nodiscard]] duration deadline() const noexcept { return deadline_; }
  [[nodiscard]] refusal why() const noexcept { return why_; }
  /// Of a refusal: the line for the log.
  [[nodiscard]] const std::string& line() const noexcept { return line_; }
  /// Requires: introduced.
  [[nodiscard]] const hello& peer() const noexcept { return peer_; }
  [[nodiscard]] const type_agreement& types() const noexcept { return agreement_; }
  /// Names this connection on both sides.
  [[nodiscard]] std::uint64_t token() const noexcept { return token_; }
  /// What may come next.
  [[nodiscard]] frame_limits limits() const noexcept;

  /// Frames to send, with room for their headers.
  [[nodiscard]] std::vector<buffer> take_frames();

private:
  void take_greeting(std::span<const std::byte> body, duration now);
  void take_hello(std::span<const std::byte> body, duration now);
  void take_types(std::span<const std::byte> body, duration now);
  void take_refusal(std::span<const std::byte> body);
  [[nodiscard]] bool check_peer(std::span<const std::byte> archived);
  void send_hello();
  void enter(state next, duration until) noexcept;
  void end(refusal why, std::string line);
  [[nodiscard]] bytes32 proof_of(link_role role) const;
  [[nodiscard]] bool is_connector() const noexcept { return facts_.role == link_role::connector; }

  // Constant after construction.
  std::shared_ptr<const local_node> self_;
  connection_facts facts_;

  state state_ = state::awaits_greeting;
  duration deadline_{};
  refusal why_ = refusal::none;
  bool proved_ = false;
  std::string line_;
  std::vector<buffer> frames_;
  // What the proofs cover, as it travelled.
  std::vector<std::byte> greeting_here_, greeting_there_, hello_here_, hello_there_;
  std::uint64_t token_ = 0;
  hello peer_;
  type_agreement agreement_;
};

/// A connection that is in use.
struct standing_connection {
  std::uint64_t token = 0;
  std::uint64_t incarnation = 0;
};

enum class choice : std::uint8_t { open, replace, refuse };

/// What the node with the smaller id does with a newcomer that has been introduced, given the
/// connection to the same node that it has, if any.
[[nodiscard]] choice choose(const std::optional<standing_connection>& standing,
                            const hello& newcomer) noexcept;

} // namespace actors::protocol
