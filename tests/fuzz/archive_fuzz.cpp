// SPDX-License-Identifier: BSD-3-Clause
//
// Any bytes as a message with everything in it: decoded, or refused with archive_error; and what
// was decoded is encoded and decoded to the same bytes.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <cereal/types/memory.hpp>
#include <cereal/types/variant.hpp>

#include <actors/archive.hpp>

#include "fuzz_input.hpp"

namespace {

struct part {
  double weight;
  bool checked;
};
struct node {
  int value = 0;
  std::unique_ptr<node> next;
};
struct message {
  std::string name;
  std::vector<part> parts;
  std::vector<std::vector<std::string>> texts;
  std::map<std::string, std::optional<part>> table;
  std::vector<bool> bits;
  std::variant<int, std::string, part> choice;
  std::shared_ptr<part> shared, again;
  node list;
};

std::vector<std::byte> encoded(const message& m) {
  actors::buffer out;
  actors::encode(out, m);
  return {out.bytes().begin(), out.bytes().end()};
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const fuzz::exact bytes(in.all());
  try {
    const auto first = encoded(actors::decode<message>(bytes.bytes()));
    fuzz::require(encoded(actors::decode<message>(first)) == first);
  } catch (const actors::archive_error&) {
  }
  return 0;
}
