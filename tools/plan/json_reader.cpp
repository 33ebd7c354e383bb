// SPDX-License-Identifier: BSD-3-Clause
#include "plan/json_reader.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plan_tool {

using actors::errc;
using actors::fail;

namespace {

constexpr std::size_t longest_quote = 60;

std::string quoted(const json& value) {
  // Not dumped: it may be deep.
  if (value.is_structured())
    return value.is_array() ? "a list" : "an object";
  auto text = value.dump();
  if (text.size() > longest_quote)
    text = text.substr(0, longest_quote) + "...";
  return text;
}

/// Line and column of a byte, both from 1.
std::string position_of(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, byte == 0 ? 0 : std::min(byte - 1, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto last = before.rfind('\n');
  const auto column = before.size() - (last == std::string_view::npos ? 0 : last + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

} // namespace

expected<json> read_json(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in)
    return fail(errc::invalid_argument, "cannot be read; expected a JSON file", file);
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad())
    return fail(errc::invalid_argument, "cannot be read; expected a JSON file", file);
  try {
    return json::parse(text);
  } catch (const json::parse_error& found) {
    return fail(errc::invalid_argument,
                fmt::format("{}: no JSON; expected an object", position_of(text, found.byte)),
                file);
  } catch (const json::out_of_range&) {
    return fail(errc::invalid_argument, "a number is too large; expected at most 1e308", file);
  }
}

json_reader::json_reader(const json& value, std::string path, std::optional<failure>& fault)
    : value_{&value}, path_{std::move(path)}, fault_{&fault} {
  if (!value.is_object()) {
    refuse("", "expected an object", quoted(value));
    static const json nothing = json::object();
    value_ = &nothing;
  }
}

std::string json_reader::path_of(std::string_view key) const {
  if (path_.empty() || key.empty())
    return path_.empty() && key.empty() ? "file" : path_ + std::string{key};
  return fmt::format("{}.{}", path_, key);
}

void json_reader::refuse(std::string_view key, std::string_view wanted, std::string value) {
  if (!*fault_)
    *fault_ = failure{
        errc::invalid_argument, {}, fmt::format("{}: {}", path_of(key), wanted), std::move(value)};
}

const json* json_reader::member(std::string_view key) {
  known_.emplace_back(key);
  const auto found = value_->find(key);
  return found == value_->end() ? nullptr : &*found;
}

const json* json_reader::member(std::string_view key, bool (json::*is)() const,
                                std::string_view wanted) {
  const json* found = member(key);
  if (!found || (found->*is)())
    return found;
  refuse(key, fmt::format("expected {}, it is {}", wanted, quoted(*found)), quoted(*found));
  return nullptr;
}

void json_reader::take(std::string_view key, double& out) {
  if (const json* found = member(key, &json::is_number, "a number"))
    out = found->get<double>();
}

void json_reader::take(std::string_view key, std::optional<double>& out) {
  if (const json* found = member(key, &json::is_number, "a number"))
    out = found->get<double>();
}

void json_reader::take(std::string_view key, std::uint64_t& out) {
  constexpr bool (json::*is_whole)() const = &json::is_number_unsigned;
  if (const json* found = member(key, is_whole, "a whole number from 0 on"))
    out = found->get<std::uint64_t>();
}

void json_reader::take(std::string_view key, std::uint32_t& out) {
  std::uint64_t wide = out;
  take(key, wide);
  out = static_cast<std::uint32_t>(wide);
  if (wide > std::numeric_limits<std::uint32_t>::max())
    refuse(key, fmt::format("expected at most 4294967295, it is {}", wide), std::to_string(wide));
}

void json_reader::take(std::string_view key, bool& out) {
  if (const json* found = member(key, &json::is_boolean, "true or false"))
    out = found->get<bool>();
}

void json_reader::take(std::string_view key, std::string& out) {
  if (const json* found = member(key, &json::is_string, "a text"))
    out = found->get<std::string>();
}

void json_reader::take(std::string_view key, actors::label_map& out) {
  const json* found = member(key, &json::is_object, "an object of texts");
  if (!found)
    return;
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string())
      return refuse(fmt::format("{}.{}", key, name),
                    fmt::format("expected a text such as \"1\", it is {}", quoted(value)),
                    quoted(value));
    out[name] = value.get<std::string>();
  }
}

void json_reader::take_bytes(std::string_view key, std::uint64_t& out) {
  const auto found = value_->find(key);
  if (found != value_->end() && found->is_number())
    return take(key, out);
  take_parsed(key, [&](std::string_view text) {
    return actors::parse_bytes(text).map([&](std::uint64_t bytes) { out = bytes; });
  });
}

void json_reader::take_milliseconds(std::string_view key, actors::duration& out) {
  std::optional<double> count;
  take(key, count);
  if (!count)
    return;
  if (!(*count >= 0 && *count <= 1e9))
    return refuse(key, fmt::format("expected 0 to 1000000000 milliseconds, it is {}", *count),
                  fmt::format("{}", *count));
  out = actors::duration{std::llround(*count * 1e6)};
}

void json_reader::take_list(std::string_view key, const std::function<void(json_reader&)>& each) {
  const json* found = member(key, &json::is_array, "a list");
  for (std::size_t i = 0; found && i < found->size() && !*fault_; ++i) {
    json_reader element{(*found)[i], fmt::format("{}[{}]", path_of(key), i), *fault_};
    each(element);
    element.finish();
  }
}

void json_reader::require(std::string_view key) {
  if (!has(key))
    refuse(key, "expected it, it is missing", "");
}

void json_reader::finish() {
  for (const auto& [key, value] : value_->items())
    if (std::ranges::find(known_, key) == known_.end())
      return refuse(key, fmt::format("unknown; expected one of {}", fmt::join(known_, ", ")),
                    quoted(value));
}

} // namespace plan_tool
