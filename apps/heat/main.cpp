// SPDX-License-Identifier: BSD-3-Clause
// Exit status: 0 all done and every check right; 1 a run or a check failed; 2 bad input.
#include <algorithm>
#include <exception>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "common/picture.hpp"
#include "heat/job.hpp"
#include "heat/report.hpp"

namespace {

enum exit_status { done = 0, failed = 1, bad_input = 2 };

int complain(const std::string& text, exit_status status) {
  fmt::print(stderr, "heat: {}\n", text);
  return status;
}

heat::machine this_machine() {
  const auto pages = static_cast<std::size_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
  const auto page = static_cast<std::size_t>(std::max(0L, sysconf(_SC_PAGESIZE)));
  return {pages * page, std::thread::hardware_concurrency()};
}

apps::expected<void> write_named(const char* option, const std::filesystem::path& file,
                                 const apps::picture& image) {
  return apps::write_picture(file, image).map_error([&](const apps::error& found) {
    return apps::error{fmt::format("{} {}: {}", option, file.string(), found.text)};
  });
}

apps::expected<void> write_pictures(const heat::options& asked, const heat::findings& found,
                                    const apps::contact_sheet& sheet,
                                    const apps::colour_map& colours) {
  if (!asked.output.empty()) {
    const auto image = apps::paint(found.run.field, asked.size, colours);
    if (auto written = write_named("--output", asked.output, image); !written)
      return written;
  }
  if (!asked.sheet.empty())
    return write_named("--sheet", asked.sheet, sheet.compose());
  return {};
}

/// The options of the actor runtime; what it leaves in `argv` is ours.
apps::expected<actors::node_options> take_node_options(int& argc, char** argv) {
  const auto node = actors::node_options::parse(argc, argv);
  if (!node)
    return apps::fail(node.error().what);
  if (node->shards != 0)
    return apps::fail(
        fmt::format("--node-shards {}: expected --shards {}", node->shards, node->shards));
  return *node;
}

int run(const heat::options& asked, const actors::node_options& node) {
  const auto task = heat::load_problem(asked);
  if (!task)
    return complain(task.error().text, bad_input);
  const auto [low, high] = std::ranges::minmax(task->field);
  const apps::colour_map colours{low, high};
  apps::contact_sheet sheet{asked.size, asked.frames, colours};
  const auto found = heat::run_job(asked, node, *task, sheet);
  if (!found)
    return complain(found.error().text, failed);
  const bool right = found->right(asked);
  if (right) // a wrong result is reported, not painted
    if (const auto written = write_pictures(asked, *found, sheet, colours); !written)
      return complain(written.error().text, failed);
  fmt::print("{}", asked.json ? report_json(asked, *found) : report_text(asked, *found));
  return right ? done : complain("the result is wrong: see above; nothing was written", failed);
}

} // namespace

int main(int argc, char** argv) {
  try {
    const auto node = take_node_options(argc, argv);
    if (!node)
      return complain(node.error().text, bad_input);
    const auto asked = heat::parse_options(argc, argv, this_machine());
    if (!asked)
      return complain(asked.error().text, bad_input);
    if (asked->help.empty())
      return run(*asked, *node);
    fmt::print("{}", asked->help);
    return done;
  } catch (const actors::usage_error& found) {
    return complain(found.what(), bad_input);
  } catch (const std::exception& found) {
    return complain(found.what(), failed);
  }
}
