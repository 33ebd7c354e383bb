// SPDX-License-Identifier: BSD-3-Clause
// Exit status: 0 every actor has a place; 1 some have none; 2 bad input.
#include <chrono>
#include <exception>

#include <fmt/format.h>

#include "plan/options.hpp"
#include "plan/report.hpp"
#include "plan/table_file.hpp"
#include "plan/workload_file.hpp"

namespace {

using namespace actors::placement::detail;
using actors::expected;

enum exit_status { done = 0, left_over = 1, bad_input = 2 };

int complain(const std::string& text) {
  fmt::print(stderr, "plan: {}\n", text);
  return bad_input;
}

/// What a file holds, or one line with the option and the file's name.
template <class Read>
auto read_file(const char* option, const std::string& file, Read read) {
  return plan_tool::read_json(file).and_then(read).map_error([&](const actors::failure& found) {
    return fmt::format("{} {}: {}", option, file, found.what);
  });
}

std::string in_file(const char* option, const std::string& file, const actors::failure& found) {
  return fmt::format("{} {}: {}, it is '{}'", option, file, found.what, found.value);
}

int run(const plan_tool::options& asked) {
  auto nodes = read_file("--nodes", asked.nodes, plan_tool::read_table);
  if (!nodes)
    return complain(nodes.error());
  const auto workload = read_file("--workload", asked.workload, plan_tool::read_workload);
  if (!workload)
    return complain(workload.error());
  const auto all = fleet::make(std::move(nodes->table));
  if (!all)
    return complain(in_file("--nodes", asked.nodes, all.error()));
  const auto start = std::chrono::steady_clock::now();
  const auto made = make_plan(*all, *workload, {asked.seed, asked.effort});
  if (!made)
    return complain(in_file("--workload", asked.workload, made.error()));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const plan_tool::finding found{*all, *workload, *made, nodes->currency, took.count()};
  fmt::print("{}", asked.json ? report_json(found) : report_text(found, asked.rows));
  return made->unplaced == 0 ? done : left_over;
}

} // namespace

int main(int argc, char** argv) {
  try {
    const auto asked = plan_tool::parse_options(argc, argv);
    if (!asked)
      return complain(asked.error().what);
    if (asked->help.empty())
      return run(*asked);
    fmt::print("{}", asked->help);
    return done;
  } catch (const std::exception& found) {
    return complain(found.what());
  }
}
