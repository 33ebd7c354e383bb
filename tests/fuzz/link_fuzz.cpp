// SPDX-License-Identifier: BSD-3-Clause
//
// An open link whose peer has gone mad: well-formed frames with any payload, any number of bytes
// taken by the transport, any time.
#include <algorithm>
#include <vector>

#include "fuzz_input.hpp"
#include "unit/protocol/link_world.hpp"

using namespace link_world;

namespace {

const auto here = make_node(1, "eu-1"), there = make_node(2, "eu-2");

void say(side& s, frame_kind kind, std::uint64_t number, std::span<const std::byte> payload,
         duration now) {
  std::vector<std::byte> one(frame_header_bytes);
  one.insert(one.end(), payload.begin(), payload.end());
  seal_frame(one, kind, number);
  const fuzz::exact bytes(one);
  // The end of a torn chunk goes where it belongs.
  const std::size_t first = number % 2 == 0 ? one.size() : std::min<std::size_t>(one.size(), 100);
  s.ends.arrived(bytes.bytes().first(first), now);
  s.obey();
  land(s, bytes.bytes().subspan(first), now);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  side a(here, facts(link_role::connector, 1)), b(there, facts(link_role::acceptor, 2));
  begin(a, b);
  settle(a, b);
  fuzz::require(b.open);
  auto number = static_cast<std::uint64_t>(a.frames);
  duration now{};
  for (int steps = 0; !in.empty() && steps < 200; ++steps) {
    const std::uint8_t what = in.byte() % 10;
    if (what < frame_kinds) {
      say(b, static_cast<frame_kind>(what), number++, in.take(in.byte()), now);
    } else if (what == 6) {
      b.ends.written(in.number(), now);
    } else if (what == 7) {
      now += std::chrono::milliseconds{in.number() % 2000};
      b.ends.tick(now);
    } else if (what == 8) {
      static_cast<void>(
          b.ends.send(batch_of(1, {{head_to(1, in.byte()), bytes_of(in.number())}}), now));
    } else {
      b.consume_all(now);
    }
    b.obey();
    fuzz::require(b.ends.transport_bytes() < (1u << 20));
  }
  fuzz::require(b.closed <= 1 && !b.miscounted);
  return 0;
}
