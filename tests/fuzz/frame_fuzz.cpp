// SPDX-License-Identifier: BSD-3-Clause
//
// A stream of bytes in pieces, and what is in its frames. The first byte says whether the frames'
// checks are mended, so that damage gets through to the layers behind them.
#include <vector>

#include "fuzz_input.hpp"
#include "protocol/link/chunks.hpp"
#include "protocol/link/credit.hpp"

using namespace actors::protocol;

namespace {

const std::vector<std::uint32_t> known(300, 1);

void take(const frame& f, chunk_joiner& joiner) {
  static_cast<void>(read_credit(f.payload));
  if (const auto messages = check_batch(f.payload, known)) {
    batch_reader reader(f.payload, 7);
    std::uint32_t seen = 0;
    for (record r; reader.next(r); ++seen)
      fuzz::require(r.payload.data() + r.payload.size() <= f.payload.data() + f.payload.size());
    fuzz::require(seen == *messages);
  }
  if (joiner.add(f.payload, known, {}).is_complete)
    static_cast<void>(joiner.take());
}

/// Cuts the input into frames by lengths in it, and gives each a good header.
std::vector<std::byte> mended(fuzz::input& in) {
  std::vector<std::byte> stream;
  for (std::uint64_t number = 0; !in.empty(); ++number) {
    const auto kind = static_cast<frame_kind>(in.byte() % frame_kinds);
    const auto payload = in.take(in.number() % 512);
    std::vector<std::byte> one(frame_header_bytes);
    one.insert(one.end(), payload.begin(), payload.end());
    seal_frame(one, kind, number);
    stream.insert(stream.end(), one.begin(), one.end());
  }
  return stream;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const std::uint8_t mode = in.byte();
  const std::size_t piece = std::size_t{in.byte()} + 1;
  const auto raw = (mode & 1) != 0 ? mended(in) : std::vector<std::byte>{};
  fuzz::input stream =
      (mode & 1) == 0 ? in
                      : fuzz::input{reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()};
  frame_decoder decoder((mode & 2) != 0 ? frame_limits::before_proof() : frame_limits::when_open());
  chunk_joiner joiner(7, 100'000);
  while (!stream.empty()) {
    const fuzz::exact bytes(stream.take(piece));
    decoder.arrived(bytes.bytes());
    while (const auto f = decoder.next())
      take(*f, joiner);
  }
  return 0;
}
