// SPDX-License-Identifier: BSD-3-Clause
//
// What a stranger says in a handshake: no message of its own making may get it introduced. The
// first byte says which role it attacks, and whether it can make proofs (it knows the secret).
#include <vector>

#include "fuzz_input.hpp"
#include "unit/protocol/link_world.hpp"

using namespace link_world;

namespace {

const auto node = make_node(2, "eu-2");

/// A hello with the proof that belongs to it.
buffer proved_hello(link_role attacked, std::span<const std::byte> hello,
                    std::span<const std::byte> here, std::span<const std::byte> there) {
  auto text = [](std::string_view s) { return std::as_bytes(std::span{s.data(), s.size()}); };
  const bool as_connector = attacked == link_role::acceptor;
  const auto first = as_connector ? there : here, second = as_connector ? here : there;
  const std::span<const std::byte> nothing;
  return frame_of_hello(hello,
                        prove(node->secret, {text("connector"), nothing, first, second, hello}));
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const std::uint8_t mode = in.byte();
  const auto role = (mode & 1) != 0 ? link_role::connector : link_role::acceptor;
  const bool knows = (mode & 2) != 0 && role == link_role::acceptor;
  handshake h(node, facts(role, 2));
  h.begin(0s);
  const buffer mine = frame_of(greeting{link_magic, protocol_version, facts(role, 2).nonce});
  if ((mode & 4) != 0) {
    const buffer theirs = frame_of(greeting{});
    h.received(theirs.bytes().subspan(frame_header_bytes), 0s);
    if (knows) {
      const fuzz::exact hello(in.take(in.number() % 512));
      const buffer frame =
          proved_hello(role, hello.bytes(), mine.bytes().subspan(frame_header_bytes),
                       theirs.bytes().subspan(frame_header_bytes));
      h.received(frame.bytes().subspan(frame_header_bytes), 0s);
    }
  }
  while (!in.empty()) {
    const fuzz::exact payload(in.take(in.number() % 1024));
    h.received(payload.bytes(), 0s);
  }
  fuzz::require(knows || (!h.is_proved() && !h.is_introduced()));
  fuzz::require(h.take_frames().size() <= 4);
  return 0;
}
