// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

namespace bench {
namespace {

constexpr auto known_options = "--list, --json FILE, --repetitions N, --caf POLICY,WORKERS, --help";

void describe(CLI::App& app, options& result) {
  app.allow_extras();
  app.add_flag("--list", result.list, "Say which benchmarks there are");
  app.add_option("NAME", result.names, "Benchmarks to run; all without any");
  app.add_option("--json", result.json_path, "Write the results to this file")->type_name("FILE");
  app.add_option("--repetitions", result.repetitions, "Repetitions, as far as 10 s allow")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
      ->type_name("N");
  app.add_option("--caf", result.caf, "Configure the CAF baselines otherwise, e.g. sharing,2")
      ->type_name("POLICY,WORKERS");
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void check_names(std::vector<std::string>& names, const registry& known) {
  std::vector<std::string> once;
  for (auto& name : names) {
    if (known.find(name) == nullptr)
      throw usage_error("no benchmark '" + name + "'; there are " + known.names());
    if (std::ranges::find(once, name) == once.end())
      once.push_back(std::move(name));
  }
  names = std::move(once);
}

} // namespace

std::optional<options> parse(int argc, char** argv, const registry& known) {
  options result;
  CLI::App app{"Measures our actors and plain CAF 0.17 side by side.", "actors-bench"};
  describe(app, result);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw usage_error(first_line(error.what()));
  }
  if (auto extras = app.remaining(); !extras.empty())
    throw usage_error("unknown option '" + extras.front() + "'; there are " + known_options);
  check_names(result.names, known);
  return result;
}

} // namespace bench
