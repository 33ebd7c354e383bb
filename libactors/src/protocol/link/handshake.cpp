// SPDX-License-Identifier: BSD-3-Clause
#include "handshake.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace actors::protocol {

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

std::vector<std::byte> payload_of(const buffer& frame) {
  const auto payload = frame.bytes().subspan(frame_header_bytes);
  return {payload.begin(), payload.end()};
}

std::string_view awaited(handshake::state s) {
  switch (s) {
  case handshake::state::awaits_greeting:
    return "no greeting";
  case handshake::state::awaits_hello:
    return "no hello";
  case handshake::state::awaits_types:
    return "no table of types";
  default:
    return "it was not opened";
  }
}

} // namespace

handshake::handshake(std::shared_ptr<const local_node> self, connection_facts facts)
    : self_(std::move(self)), facts_(std::move(facts)) {}

void handshake::begin(duration now) {
  enter(state::awaits_greeting, now + self_->deadlines.greeting);
  buffer mine = frame_of(greeting{link_magic, protocol_version, facts_.nonce});
  greeting_here_ = payload_of(mine);
  if (is_connector())
    frames_.push_back(std::move(mine));
}

void handshake::received(std::span<const std::byte> payload, duration now) {
  if (state_ == state::refused)
    return;
  if (payload.empty())
    return refuse(refusal::malformed, "an empty message in the handshake");
  const auto step = static_cast<handshake_step>(payload[0]);
  const auto body = payload.subspan(1);
  if (step == handshake_step::refused)
    return take_refusal(body);
  if (step == handshake_step::greeting && state_ == state::awaits_greeting) {
    greeting_there_.assign(payload.begin(), payload.end());
    return take_greeting(body, now);
  }
  if (step == handshake_step::hello && state_ == state::awaits_hello)
    return take_hello(body, now);
  if (step == handshake_step::types && state_ == state::awaits_types)
    return take_types(body, now);
  if (step == handshake_step::open && body.empty() && state_ == state::awaits_open)
    return enter(state::open, duration::max());
  refuse(refusal::unexpected, fmt::format("step {} of the handshake came out of turn",
                                          static_cast<unsigned>(payload[0])));
}

void handshake::take_greeting(std::span<const std::byte> body, duration now) {
  const auto theirs = read_greeting(body);
  if (!theirs || theirs->magic != link_magic)
    return refuse(refusal::not_a_link, "what it says is no greeting");
  if (theirs->version != protocol_version)
    return refuse(refusal::wrong_version, fmt::format("protocol version {}, expected {}",
                                                      theirs->version, protocol_version));
  if (theirs->nonce == facts_.nonce)
    return refuse(refusal::itself, "it sends back what it was sent");
  const auto& [first, second] = is_connector() ? std::tie(greeting_here_, greeting_there_)
                                               : std::tie(greeting_there_, greeting_here_);
  const bytes32 name = prove(self_->secret, {bytes_of("token"), first, second});
  token_ = wire::load<std::uint64_t>(name.data()) | 1;
  enter(state::awaits_hello, now + self_->deadlines.hello);
  if (is_connector())
    return send_hello();
  frames_.push_back(frame_of(greeting{link_magic, protocol_version, facts_.nonce}));
}

void handshake::send_hello() {
  hello mine = self_->me;
  const std::uint64_t peer = is_connector() ? facts_.expected_node : peer_.node;
  if (facts_.previous && peer != 0)
    mine.previous = facts_.previous(peer);
  hello_here_ = archived(mine);
  frames_.push_back(frame_of_hello(hello_here_, proof_of(facts_.role)));
}

/// By whoever has the role, as far as both know it.
bytes32 handshake::proof_of(link_role role) const {
  const bool here = is_connector();
  const auto& connector = here ? greeting_here_ : greeting_there_;
  const auto& acceptor = here ? greeting_there_ : greeting_here_;
  const auto& hello_of_connector = here ? hello_here_ : hello_there_;
  const auto& hello_of_acceptor = here ? hello_there_ : hello_here_;
  if (role == link_role::connector)
    return prove(self_->secret, {bytes_of("connector"), bytes_of(facts_.binding), connector,
                                 acceptor, hello_of_connector});
  return prove(self_->secret, {bytes_of("acceptor"), bytes_of(facts_.binding), connector, acceptor,
                               hello_of_connector, hello_of_acceptor});
}

void handshake::take_hello(std::span<const std::byte> body, duration now) {
  const auto parts = split_hello(body);
  if (!parts)
    return refuse(refusal::malformed, "its hello is malformed");
  hello_there_.assign(parts->archived.begin(), parts->archived.end());
  const link_role role = is_connector() ? link_role::acceptor : link_role::connector;
  if (!is_same(parts->proof, proof_of(role)))
    return refuse(refusal::wrong_proof, "it does not know the cluster's secret");
  proved_ = true;
  if (!check_peer(parts->archived))
    return;
  enter(state::awaits_types, now + self_->deadlines.types);
  if (!is_connector())
    send_hello();
  frames_.push_back(frame_of_types(self_->types->archived()));
}

bool handshake::check_peer(std::span<const std::byte> archived) {
  auto theirs = read_hello(archived);
  if (!theirs)
    refuse(refusal::malformed, "its hello is malformed");
  else if (theirs->cluster != self_->me.cluster)
    refuse(refusal::wrong_cluster,
           fmt::format("cluster '{}', expected '{}'", theirs->cluster, self_->me.cluster));
  else if (theirs->node == self_->me.node)
    refuse(refusal::itself, fmt::format("its node id is the one here ({:x})", theirs->node));
  else
    peer_ = *std::move(theirs);
  return state_ != state::refused;
}

void handshake::take_types(std::span<const std::byte> body, duration now) {
  const type_table& ours = *self_->types;
  if (peer_.types == ours.digest() && is_same(body, ours.archived())) {
    agreement_ = agree_with_twin(ours);
  } else {
    const auto theirs = read_types(body);
    if (!theirs || sha256(body) != peer_.types)
      return refuse(refusal::malformed, "its table of types is not what its hello says");
    if (const auto conflict = find_conflict(ours, *theirs))
      return refuse(refusal::types_differ, to_string(*conflict));
    agreement_ = agree(ours, *theirs);
  }
  hello_here_ = {};
  hello_there_ = {};
  enter(self_->me.node < peer_.node ? state::deciding : state::awaits_open,
        now + self_->deadlines.open);
}

void handshake::take_refusal(std::span<const std::byte> body) {
  std::string said = proved_ ? read_refusal(body) : std::string{};
  if (said.empty())
    said = "no reason given; secret, cluster and version must be the same there and here";
  end(refusal::by_peer,
      fmt::format("node {}: {} refused us: {}", self_->me.name, facts_.remote, said));
}

void handshake::open(duration) {
  frames_.push_back(frame_of_open());
  enter(state::open, duration::max());
}

void handshake::tick(duration now) {
  if (state_ == state::open || state_ == state::refused || now < deadline_)
    return;
  refuse(refusal::too_slow, fmt::format("{} within its time", awaited(state_)));
}

void handshake::refuse(refusal why, std::string detail) {
  if (state_ == state::refused)
    return;
  frames_.push_back(frame_of_refusal(proved_ ? detail : std::string{}));
  end(why, fmt::format("node {}: refused {}: {}", self_->me.name, facts_.remote, detail));
}

void handshake::end(refusal why, std::string line) {
  state_ = state::refused;
  why_ = why;
  line_ = std::move(line);
}

void handshake::enter(state next, duration until) noexcept {
  state_ = next;
  deadline_ = until;
}

frame_limits handshake::limits() const noexcept {
  if (state_ == state::open)
    return frame_limits::when_open();
  return proved_ ? frame_limits::before_open() : frame_limits::before_proof();
}

std::vector<buffer> handshake::take_frames() { return std::exchange(frames_, {}); }

choice choose(const std::optional<standing_connection>& standing, const hello& newcomer) noexcept {
  if (!standing)
    return choice::open;
  if (newcomer.incarnation != standing->incarnation)
    return newcomer.incarnation > standing->incarnation ? choice::replace : choice::refuse;
  return newcomer.previous.token == standing->token ? choice::replace : choice::refuse;
}

} // namespace actors::protocol
