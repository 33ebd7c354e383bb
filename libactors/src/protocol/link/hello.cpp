// SPDX-License-Identifier: BSD-3-Clause
#include "hello.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include <actors/archive.hpp>

namespace actors::protocol {

namespace {

constexpr std::size_t longest_refusal = 500;

template <class Write>
buffer make_frame(handshake_step step, Write&& write) {
  buffer out;
  out.resize(frame_header_bytes);
  writer to(out);
  to(static_cast<std::uint8_t>(step));
  write(to);
  to.finish();
  return out;
}

template <class T>
std::optional<T> try_decode(std::span<const std::byte> bytes) {
  try {
    return decode<T>(bytes);
  } catch (const archive_error&) {
    return {};
  }
}

/// A peer's text goes into logs: nothing in it may look like another line.
std::string printable(std::string text) {
  text.resize(std::min(text.size(), longest_refusal));
  for (char& c : text)
    if (c < ' ' || c > '~')
      c = '?';
  return text;
}

expected<void> check_length(const char* field, const std::string& value, std::size_t least,
                            std::size_t most) {
  if (value.size() >= least && value.size() <= most)
    return {};
  return fail(errc::invalid_argument,
              fmt::format("{} must have {} to {} characters", field, least, most), value);
}

expected<void> check_labels(const labels& all) {
  if (all.size() > 64)
    return fail(errc::invalid_argument, "a node may have up to 64 labels",
                std::to_string(all.size()));
  for (const auto& [key, value] : all) {
    if (auto good = check_length("a label's name", key, 1, 64); !good)
      return good;
    if (auto good = check_length("a label's value", value, 0, 128); !good)
      return good;
  }
  return {};
}

} // namespace

buffer frame_of(const greeting& g) {
  return make_frame(handshake_step::greeting, [&](writer& to) { to(g); });
}

buffer frame_of_types(std::span<const std::byte> table) {
  return make_frame(handshake_step::types, [&](writer& to) { to.write(table); });
}

buffer frame_of_open() {
  return make_frame(handshake_step::open, [](writer&) {});
}

buffer frame_of_refusal(std::string_view text) {
  return make_frame(handshake_step::refused,
                    [&](writer& to) { to(std::string{text.substr(0, longest_refusal)}); });
}

std::vector<std::byte> archived(const hello& h) {
  buffer out;
  encode(out, h);
  return {out.bytes().begin(), out.bytes().end()};
}

buffer frame_of_hello(std::span<const std::byte> archived, const bytes32& proof) {
  return make_frame(handshake_step::hello, [&](writer& to) {
    to.write(archived);
    to.write(proof);
  });
}

std::optional<signed_hello> split_hello(std::span<const std::byte> body) {
  if (body.size() < proof_bytes)
    return {};
  const std::size_t rest = body.size() - proof_bytes;
  return signed_hello{body.first(rest), body.subspan(rest)};
}

std::optional<greeting> read_greeting(std::span<const std::byte> body) {
  return try_decode<greeting>(body);
}

std::optional<hello> read_hello(std::span<const std::byte> archived) {
  auto h = try_decode<hello>(archived);
  return h && check(*h) ? std::move(h) : std::nullopt;
}

std::optional<std::vector<named_type>> read_types(std::span<const std::byte> body) {
  auto types = try_decode<std::vector<named_type>>(body);
  return types && types->size() <= most_types ? std::move(types) : std::nullopt;
}

std::string read_refusal(std::span<const std::byte> body) {
  return printable(try_decode<std::string>(body).value_or(""));
}

expected<void> check(const hello& h) {
  if (auto good = check_length("a cluster's name", h.cluster, 1, 64); !good)
    return good;
  if (auto good = check_length("a node's name", h.name, 1, 64); !good)
    return good;
  if (auto good = check_length("an address", h.address, 0, 256); !good)
    return good;
  if (h.node == 0 || h.node >> 48 != 0)
    return fail(errc::invalid_argument, "a node's id must be in 1 to 2^48 - 1",
                fmt::format("{:x}", h.node));
  if (auto good = check_labels(h.labels); !good)
    return good;
  if (auto good = check(h.windows); !good)
    return good;
  const std::size_t size = archived(h).size() + proof_bytes + 1;
  if (size > largest_unproved)
    return fail(errc::invalid_argument,
                fmt::format("names, address and labels may take {} bytes in all", largest_unproved),
                std::to_string(size));
  return {};
}

} // namespace actors::protocol
