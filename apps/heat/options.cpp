// SPDX-License-Identifier: BSD-3-Clause
#include "heat/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/picture.hpp"
#include "heat/block_plan.hpp"
#include "heat/memory.hpp"
#include "heat/prk.hpp"
#include "heat/stencil.hpp"

namespace heat {
namespace {

using apps::expected;
using apps::fail;
using apps::to_string;

constexpr std::size_t most_steps = 100'000'000;
constexpr std::size_t most_shards = 512;
constexpr std::size_t most_depth = 1024;
constexpr std::size_t most_frames = 400;
constexpr std::size_t most_repetitions = 1000;
constexpr std::size_t wished_blocks = 8;
constexpr std::size_t wished_depth = 8;
constexpr std::size_t most_failures = 1000;

/// The options as text, in the way CLI11 delivers them. Empty: not given.
struct raw_options {
  std::string input, output, sheet, size, blocks, shards, depth;
  std::vector<std::string> failures;
  std::string steps = "200";
  std::string keep = "256";
  std::string rate = "0.2";
  std::string frames = "12";
  std::string repetitions = "3";
};

void declare(CLI::App& app, raw_options& raw, options& out) {
  app.add_option("--input", raw.input, "PNG picture; its brightness is the temperature");
  app.add_option("--size", raw.size, "without --input: a synthetic field, ROWSxCOLUMNS");
  app.add_option("--output", raw.output, "PNG to write: the field at the end, in colours");
  app.add_option("--sheet", raw.sheet,
                 "PNG to write: the course over time [beside --output, named ..._course.png]");
  app.add_option("--frames", raw.frames, "pictures on the contact sheet; 0: no sheet [12]");
  app.add_option("--steps", raw.steps, "time steps [200]");
  app.add_option("--rate", raw.rate, "share of a difference that flows in a step, to 0.25 [0.2]");
  app.add_option("--blocks", raw.blocks, "block actors, ROWSxCOLUMNS [8x8, or what divides]");
  app.add_option("--shards", raw.shards, "shards that run the blocks [one per core]");
  app.add_option("--depth", raw.depth, "steps between two exchanges of edges [8, or less]");
  app.add_option("--keep", raw.keep,
                 "steps between two copies of a block, from which it recovers; 0: none [256]");
  app.add_option("--fail", raw.failures,
                 "ROWxCOLUMN@STEP: this block fails when it reaches this step; may be repeated")
      ->allow_extra_args(false);
  app.add_flag("--verify", out.verify, "compare bit for bit with a serial loop");
  app.add_flag("--baseline", out.baseline, "time a plain two-thread loop in the same run");
  app.add_option("--repetitions", raw.repetitions, "runs of each for --baseline [3]");
  app.add_flag("--prk", out.prk, "also run PRK's star stencil on the same blocks, check its norm");
  app.add_flag("--json", out.json, "report as JSON");
  app.footer("The actor runtime's options are taken, too: --workers, --log-level, --log-file, "
             "--config, ...");
}

/// One line of what CLI11 found wrong.
std::string explain(const CLI::App& app, const CLI::ParseError& found) {
  const auto strangers = app.remaining();
  if (dynamic_cast<const CLI::ExtrasError*>(&found) && !strangers.empty())
    return strangers.front() + ": unknown option; expected one of those 'heat --help' lists";
  std::string text = found.what();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

expected<void> take_count(const char* name, const std::string& text, std::size_t low,
                          std::size_t high, std::size_t& out) {
  const auto count = apps::parse_count(text, low, high);
  if (!count)
    return fail(fmt::format("{} {}: {}", name, text, count.error().text));
  out = *count;
  return {};
}

expected<void> take_rate(const std::string& text, double& out) {
  const auto* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, out);
  if (code != std::errc{} || stop != end || !(out > 0.0 && out <= largest_rate))
    return fail(fmt::format("--rate {}: expected a number above 0 and up to {}, beyond which the "
                            "scheme is unstable",
                            text, largest_rate));
  return {};
}

expected<void> take_counts(const raw_options& raw, const machine& host, options& out) {
  out.shards = std::clamp<std::size_t>(host.threads, 1, most_shards);
  std::size_t steps = 0;
  return take_count("--steps", raw.steps, 1, most_steps, steps)
      .and_then([&] {
        out.steps = steps;
        return take_count("--keep", raw.keep, 0, most_steps, out.keep);
      })
      .and_then([&] { return take_count("--frames", raw.frames, 0, most_frames, out.frames); })
      .and_then([&] {
        return take_count("--repetitions", raw.repetitions, 1, most_repetitions, out.repetitions);
      })
      .and_then([&] { return take_rate(raw.rate, out.rate); })
      .and_then([&]() -> expected<void> {
        if (raw.shards.empty())
          return {};
        return take_count("--shards", raw.shards, 1, most_shards, out.shards);
      });
}

expected<void> take_size(const raw_options& raw, options& out) {
  if (raw.input.empty() && raw.size.empty())
    return fail("no --input: expected a PNG picture, or --size such as 2048x2048 for a synthetic "
                "field");
  if (!raw.input.empty() && !raw.size.empty())
    return fail(fmt::format("--size {}: the picture {} has its own size; expected only one of "
                            "--input and --size",
                            raw.size, raw.input));
  out.input = raw.input;
  const auto size = raw.input.empty() ? apps::parse_extent(raw.size, apps::largest_side)
                                      : apps::read_picture_size(out.input);
  if (!size)
    return fail(raw.input.empty() ? fmt::format("--size {}: {}", raw.size, size.error().text)
                                  : fmt::format("--input {}: {}", raw.input, size.error().text));
  out.size = *size;
  return {};
}

/// "2048 rows cannot be cut into 7 equal blocks", or nothing if they can.
std::string uneven(std::size_t length, const char* what, std::size_t parts) {
  if (length % parts == 0)
    return {};
  return fmt::format("{} {} cannot be cut into {} equal blocks", length, what, parts);
}

expected<void> take_blocks(const raw_options& raw, options& out) {
  const auto near = [&](extent wish) {
    return extent{nearest_cut(out.size.rows, wish.rows), nearest_cut(out.size.cols, wish.cols)};
  };
  if (raw.blocks.empty()) {
    out.blocks = near({std::min(wished_blocks, std::max<std::size_t>(out.size.rows / 2, 1)),
                       std::min(wished_blocks, std::max<std::size_t>(out.size.cols / 2, 1))});
    return {};
  }
  const auto blocks = apps::parse_extent(raw.blocks, apps::largest_side);
  if (!blocks)
    return fail(fmt::format("--blocks {}: {}", raw.blocks, blocks.error().text));
  auto reason = uneven(out.size.rows, "rows", blocks->rows);
  if (reason.empty())
    reason = uneven(out.size.cols, "columns", blocks->cols);
  if (!reason.empty())
    return fail(
        fmt::format("--blocks {}: {}; try {}", raw.blocks, reason, to_string(near(*blocks))));
  out.blocks = *blocks;
  return {};
}

expected<void> take_depth(const raw_options& raw, options& out) {
  const auto block = block_plan{out.size, out.blocks}.block_size();
  const auto deepest = std::min({block.rows, block.cols, most_depth});
  out.depth = std::min(wished_depth, deepest);
  if (raw.depth.empty())
    return {};
  const auto depth = apps::parse_count(raw.depth, 1, deepest);
  if (!depth)
    return fail(fmt::format("--depth {}: {}, for blocks of {} cells", raw.depth, depth.error().text,
                            to_string(block)));
  out.depth = *depth;
  return {};
}

expected<void> take_failures(const raw_options& raw, options& out) {
  if (raw.failures.size() > most_failures)
    return fail(fmt::format("--fail {}: expected at most {} of them", raw.failures[most_failures],
                            most_failures));
  for (const auto& text : raw.failures) {
    const auto failure = parse_failure_order(text, out.blocks, out.steps);
    if (!failure)
      return fail(fmt::format("--fail {}: {}", text, failure.error().text));
    if (out.keep == 0)
      return fail(fmt::format("--fail {}: --keep is 0, so no block can recover; expected --keep 1 "
                              "or more",
                              text));
    out.failures.push_back(*failure);
  }
  return {};
}

expected<void> check_prk(const options& out) {
  if (!out.prk)
    return {};
  if (active_cells(out.size) == 0)
    return fail(fmt::format("--prk: a grid of {} cells is too small for a star of radius {}; "
                            "expected 5x5 or more",
                            to_string(out.size), prk_radius));
  const auto block = block_plan{out.size, out.blocks}.block_size();
  if (std::min(block.rows, block.cols) >= prk_radius)
    return {};
  const auto fitting = [](std::size_t length, std::size_t parts) {
    return nearest_cut(length, std::min(parts, length / prk_radius));
  };
  return fail(fmt::format("--prk: blocks of {} cells are smaller than the star's radius {}; try "
                          "--blocks {}x{}",
                          to_string(block), prk_radius, fitting(out.size.rows, out.blocks.rows),
                          fitting(out.size.cols, out.blocks.cols)));
}

bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code code;
  return std::filesystem::weakly_canonical(a, code) == std::filesystem::weakly_canonical(b, code);
}

expected<void> check_target(const char* name, const std::filesystem::path& file,
                            const options& out) {
  if (file.empty())
    return {};
  if (!out.input.empty() && same_file(file, out.input))
    return fail(
        fmt::format("{} {}: would overwrite --input; expected another name", name, file.string()));
  const auto writable = apps::check_writable(file);
  if (!writable)
    return fail(fmt::format("{} {}: {}", name, file.string(), writable.error().text));
  return {};
}

expected<void> take_targets(const raw_options& raw, options& out) {
  out.output = raw.output;
  out.sheet = raw.sheet;
  if (raw.output.empty() && !raw.input.empty() && !out.verify && !out.baseline && !out.prk)
    return fail("no --output: expected the name of a PNG to write, such as heat.png");
  if (out.frames > 0 && raw.sheet.empty() && !raw.output.empty())
    out.sheet = out.output.parent_path() / (out.output.stem().string() + "_course.png");
  if (out.frames == 0 && !raw.sheet.empty())
    return fail(fmt::format("--sheet {}: --frames is 0; expected 1 or more frames", raw.sheet));
  return check_target("--output", out.output, out)
      .and_then([&] { return check_target("--sheet", out.sheet, out); })
      .and_then([&]() -> expected<void> {
        if (!out.output.empty() && same_file(out.output, out.sheet))
          return fail(
              fmt::format("--sheet {}: is --output, too; expected another name", raw.sheet));
        return {};
      });
}

expected<void> check_memory(const machine& host, const options& out) {
  const auto needed = memory_needed(out);
  if (needed <= host.memory)
    return {};
  constexpr double mebi = 1024.0 * 1024.0;
  const auto named = out.input.empty() ? "--size " + to_string(out.size)
                                       : fmt::format("--input {}", out.input.string());
  return fail(fmt::format(
      "{}: {} blocks of {} cells need about {:.0f} MiB of memory; expected at "
      "most the {:.0f} MiB of this machine",
      named, to_string(out.blocks), to_string(block_plan{out.size, out.blocks}.block_size()),
      static_cast<double>(needed) / mebi, static_cast<double>(host.memory) / mebi));
}

expected<options> check(const raw_options& raw, const machine& host, options out) {
  return take_counts(raw, host, out)
      .and_then([&] { return take_size(raw, out); })
      .and_then([&] { return take_blocks(raw, out); })
      .and_then([&] { return take_depth(raw, out); })
      .and_then([&] { return take_failures(raw, out); })
      .and_then([&] { return check_prk(out); })
      .and_then([&] { return take_targets(raw, out); })
      .and_then([&] { return check_memory(host, out); })
      .map([&] { return out; });
}

} // namespace

expected<options> parse_options(int argc, const char* const* argv, const machine& host) {
  CLI::App app{"Heat flow over a picture, computed by block actors that exchange their edges."};
  raw_options raw;
  options out;
  declare(app, raw, out);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out.help = app.help();
    return out;
  } catch (const CLI::ParseError& found) {
    return fail(explain(app, found));
  }
  return check(raw, host, out);
}

} // namespace heat
