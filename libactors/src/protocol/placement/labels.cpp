// SPDX-License-Identifier: BSD-3-Clause
#include "labels.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "amounts.hpp"

namespace actors {

using namespace placement::detail;

namespace {

constexpr std::string_view size_wanted = "expected bytes such as 1000, 512K, 64G, up to 1024T";

unexpected<failure> fault(std::string_view key, std::string_view value, std::string_view wanted) {
  return fail(errc::invalid_argument, fmt::format("label {}={}: {}", key, value, wanted),
              std::string{value});
}

bool is_word(std::string_view text) {
  for (const char c : text)
    if (c <= ' ' || c == '=' || c == ',' || c == 0x7f)
      return false;
  return !text.empty();
}

expected<double> take_number(std::string_view key, std::string_view value, double largest) {
  double number = 0;
  const auto* end = value.data() + value.size();
  const auto [stop, code] = std::from_chars(value.data(), end, number);
  // Written so that a NaN fails.
  if (code == std::errc{} && stop == end && number >= 0 && number <= largest)
    return number;
  return fault(key, value, fmt::format("expected a number from 0 to {}", largest));
}

expected<std::uint32_t> take_count(std::string_view key, std::string_view value) {
  std::uint32_t count = 0;
  const auto* end = value.data() + value.size();
  const auto [stop, code] = std::from_chars(value.data(), end, count);
  if (code == std::errc{} && stop == end && count <= largest_gpus)
    return count;
  return fault(key, value, fmt::format("expected a whole number from 0 to {}", largest_gpus));
}

expected<std::uint64_t> take_bytes(std::string_view key, std::string_view value) {
  if (const auto bytes = parse_bytes(value))
    return *bytes;
  return fault(key, value, size_wanted);
}

template <class T>
expected<void> put(expected<T> taken, T& member) {
  return std::move(taken).map([&](T value) { member = std::move(value); });
}

expected<void> take_label(node_labels& to, std::string_view key, std::string_view value) {
  if (key == "cores")
    return put(take_number(key, value, largest_cores), to.cores);
  if (key == "memory")
    return put(take_bytes(key, value), to.memory);
  if (key == "gpu")
    return put(take_count(key, value), to.gpus);
  if (key == "gpu_memory")
    return put(take_bytes(key, value), to.gpu_memory);
  if (key == "price")
    return put(take_number(key, value, largest_price), to.price);
  if (key == "node" || key == "name")
    return fault(key, value, "expected another key: the node's name is an option of its own");
  (key == "region" ? to.region : to.others[std::string{key}]) = value;
  return {};
}

/// One `key=value`. `seen` holds the keys before it.
expected<void> take_pair(node_labels& to, std::string_view pair, label_map& seen) {
  const auto equals = pair.find('=');
  const auto key = pair.substr(0, equals);
  if (equals == std::string_view::npos || !is_word(key))
    return fail(errc::invalid_argument,
                fmt::format("label '{}': expected key=value such as region=eu", pair),
                std::string{pair});
  const auto value = pair.substr(equals + 1);
  if (!is_word(value))
    return fault(key, value, "expected a value without blanks, ',' and '='");
  if (!seen.emplace(key, value).second)
    return fault(key, value,
                 fmt::format("expected {} once, it is {}", key, seen[std::string{key}]));
  return take_label(to, key, value);
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::string_view units = "KMGT";
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? std::to_string(bytes) : fmt::format("{}{}", bytes, units[unit - 1]);
}

} // namespace

expected<std::uint64_t> parse_bytes(std::string_view text) {
  constexpr std::string_view units = "KMGT";
  const auto unit = text.empty() ? std::string_view::npos : units.find(text.back());
  const auto digits = text.substr(0, text.size() - (unit == std::string_view::npos ? 0 : 1));
  const std::size_t shift = unit == std::string_view::npos ? 0 : 10 * (unit + 1);
  std::uint64_t count = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, code] = std::from_chars(digits.data(), end, count);
  if (code == std::errc{} && stop == end && count <= largest_memory >> shift)
    return count << shift;
  return fail(errc::invalid_argument, std::string{size_wanted}, std::string{text});
}

expected<node_labels> parse_labels(std::string_view text) {
  node_labels result;
  label_map seen;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (auto ok = take_pair(result, text.substr(0, comma), seen); !ok)
      return unexpected{std::move(ok).error()};
    if (comma == std::string_view::npos)
      break;
    text.remove_prefix(comma + 1);
    if (text.empty())
      return fail(errc::invalid_argument, "label '': expected key=value after the last ','");
  }
  return result;
}

std::string to_string(const node_labels& l) {
  std::string text;
  for (const auto* key : {"cores", "memory", "gpu", "gpu_memory", "region", "price"})
    if (const auto value = label_of(l, key); !value.empty() && value != "0")
      text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  for (const auto& [key, value] : l.others)
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  return text;
}

std::string placement::detail::label_of(const node_labels& l, std::string_view key) {
  if (key == "cores")
    return fmt::format("{}", l.cores);
  if (key == "memory")
    return bytes_text(l.memory);
  if (key == "gpu")
    return std::to_string(l.gpus);
  if (key == "gpu_memory")
    return bytes_text(l.gpu_memory);
  if (key == "region")
    return l.region;
  if (key == "price")
    return fmt::format("{}", l.price);
  const auto found = l.others.find(std::string{key});
  return found == l.others.end() ? std::string{} : found->second;
}

bool placement::detail::is_amount(std::string_view key) noexcept {
  return key == "cores" || key == "memory" || key == "gpu" || key == "gpu_memory" || key == "price";
}

expected<void> placement::detail::check_label(const std::string& key, const std::string& value) {
  label_map seen;
  node_labels unused;
  return take_pair(unused, key + '=' + value, seen);
}

bool placement::detail::has_label(const node_labels& l, const std::string& key,
                                  const std::string& value) {
  if (!is_amount(key)) {
    if (key == "region")
      return l.region == value;
    const auto found = l.others.find(key);
    return found != l.others.end() && found->second == value;
  }
  node_labels wanted;
  if (!take_label(wanted, key, value))
    return false;
  if (key == "price")
    return to_cost(l.price) <= to_cost(wanted.price);
  return l.gpu_memory >= wanted.gpu_memory && covers(amounts_of(l), amounts_of(wanted));
}

} // namespace actors
