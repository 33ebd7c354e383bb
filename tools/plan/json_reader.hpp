// SPDX-License-Identifier: BSD-3-Clause
//
// Reads members of JSON objects one by one, strictly: what is not asked for must not be there. The
// first fault stays, and says where it is: `nodes[2].count: ...`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <actors/failure.hpp>
#include <actors/placement.hpp>
#include <actors/time.hpp>

namespace plan_tool {

using actors::expected;
using actors::failure;
using json = nlohmann::json;

/// A file as JSON. Errors: invalid_argument: one line, why it cannot be read, or line and column of
/// what is no JSON.
[[nodiscard]] expected<json> read_json(const std::string& file);

/// One object. Requires: value and fault outlive it.
class json_reader {
public:
  /// `path` is empty for the whole file.
  json_reader(const json& value, std::string path, std::optional<failure>& fault);

  /// Each takes a member if it is there, and leaves `out` alone if it is not.
  void take(std::string_view key, double& out);
  void take(std::string_view key, std::optional<double>& out);
  void take(std::string_view key, std::uint32_t& out);
  void take(std::string_view key, std::uint64_t& out);
  void take(std::string_view key, bool& out);
  void take(std::string_view key, std::string& out);
  void take(std::string_view key, actors::label_map& out);
  /// As `parse_bytes`, or a number.
  void take_bytes(std::string_view key, std::uint64_t& out);
  void take_milliseconds(std::string_view key, actors::duration& out);
  /// Calls `each` with a reader of each element.
  void take_list(std::string_view key, const std::function<void(json_reader&)>& each);
  /// As text, with a function that reads it: `expected<T>(std::string_view)`.
  template <class Parse>
  void take_parsed(std::string_view key, Parse parse) {
    std::string text;
    take(key, text);
    if (text.empty() || *fault_)
      return;
    if (auto ok = parse(text); !ok)
      refuse(key, ok.error().what, ok.error().value);
  }

  void require(std::string_view key);
  void refuse(std::string_view key, std::string_view wanted, std::string value);
  /// Refuses what was not asked for.
  void finish();

  [[nodiscard]] bool has(std::string_view key) const { return value_->contains(key); }

private:
  [[nodiscard]] const json* member(std::string_view key);
  [[nodiscard]] const json* member(std::string_view key, bool (json::*is)() const,
                                   std::string_view wanted);
  [[nodiscard]] std::string path_of(std::string_view key) const;

  const json* value_;
  std::string path_;
  std::optional<failure>* fault_;
  std::vector<std::string> known_;
};

} // namespace plan_tool
