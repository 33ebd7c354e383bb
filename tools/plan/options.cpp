// SPDX-License-Identifier: BSD-3-Clause
#include "plan/options.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace plan_tool {

using actors::errc;
using actors::expected;
using actors::fail;

namespace {

constexpr std::size_t most_effort = 1'000'000'000;
constexpr std::size_t most_rows = 10'000'000;

/// The numbers as text, in the way CLI11 delivers them.
struct raw_options {
  std::string seed = "1";
  std::string effort = "200000";
  std::string rows = "20";
};

void declare(CLI::App& app, raw_options& raw, options& out) {
  app.add_option("--nodes", out.nodes, "JSON file: the nodes, their prices, regions")
      ->type_name("FILE");
  app.add_option("--workload", out.workload, "JSON file: the actors to place")->type_name("FILE");
  app.add_option("--effort", raw.effort,
                 "placements to try beyond the first plan in search of cheaper ones [200000]")
      ->type_name("N");
  app.add_option("--seed", raw.seed, "of that search [1]")->type_name("N");
  app.add_option("--rows", raw.rows, "requests to list [20]")->type_name("N");
  app.add_flag("--json", out.json, "the whole plan as JSON");
}

/// One line of what CLI11 found wrong.
std::string explain(const CLI::App& app, const CLI::ParseError& found) {
  const auto strangers = app.remaining();
  if (dynamic_cast<const CLI::ExtrasError*>(&found) && !strangers.empty())
    return strangers.front() + ": unknown option; expected one of those 'plan --help' lists";
  std::string text = found.what();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

template <class Count>
expected<void> take_count(const char* name, const std::string& text, std::uint64_t most,
                          Count& out) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc{} || stop != end || value > most)
    return fail(errc::invalid_argument,
                fmt::format("{} {}: expected a whole number from 0 to {}", name, text, most), text);
  out = static_cast<Count>(value);
  return {};
}

expected<void> take_file(const char* name, const std::string& file) {
  if (file.empty())
    return fail(errc::invalid_argument,
                fmt::format("no {}: expected a JSON file, see 'plan --help'", name));
  return {};
}

} // namespace

expected<options> parse_options(int argc, const char* const* argv) {
  CLI::App app{"Places the actors of a workload on nodes at the least cost an hour.", "plan"};
  raw_options raw;
  options out;
  declare(app, raw, out);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out.help = app.help();
    return out;
  } catch (const CLI::ParseError& found) {
    return fail(errc::invalid_argument, explain(app, found));
  }
  constexpr auto any = std::numeric_limits<std::uint64_t>::max();
  return take_file("--nodes", out.nodes)
      .and_then([&] { return take_file("--workload", out.workload); })
      .and_then([&] { return take_count("--effort", raw.effort, most_effort, out.effort); })
      .and_then([&] { return take_count("--seed", raw.seed, any, out.seed); })
      .and_then([&] { return take_count("--rows", raw.rows, most_rows, out.rows); })
      .map([&] { return out; });
}

} // namespace plan_tool
