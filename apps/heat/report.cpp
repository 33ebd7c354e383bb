// SPDX-License-Identifier: BSD-3-Clause
#include "heat/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "heat/block_plan.hpp"

namespace heat {
namespace {

using apps::to_string;

double million_cells_per_second(const options& asked, double seconds) {
  return static_cast<double>(asked.size.area()) * static_cast<double>(asked.steps) / seconds / 1e6;
}

std::string verified_text(const options& asked, const difference& found) {
  const auto cells = asked.size.area();
  if (found.cells == 0)
    return fmt::format("verify    all {} cells equal the serial loop's bit for bit\n", cells);
  return fmt::format("verify    {} of {} cells DIFFER from the serial loop's, first at row {}, "
                     "column {}\n",
                     found.cells, cells, found.first / asked.size.cols,
                     found.first % asked.size.cols);
}

std::string recoveries_text(const options& asked, const std::vector<recovery>& found) {
  const block_plan plan{asked.size, asked.blocks};
  std::string text;
  for (const auto& one : found) {
    const auto from = one.from == 0 ? "the start" : fmt::format("its copy of step {}", one.from);
    text += fmt::format("{}block {} failed at step {} and went on from {}\n",
                        text.empty() ? "restarts  " : "          ", plan.name(one.block),
                        one.failed_at, from);
  }
  return text;
}

std::string compared_text(const options& asked, const comparison& found) {
  return fmt::format("baseline  plain {}-thread loop {:.3f} s, actors {:.3f} s (medians of {}): "
                     "ratio {:.2f}\n",
                     found.threads, found.threads_seconds, found.actors_seconds, asked.repetitions,
                     found.ratio());
}

std::string prk_text(const options& asked, const prk_result& found) {
  return fmt::format("prk       norm {:.10g} after {} sweeps, expected {:.10g}: {}\n", found.norm,
                     asked.steps + 1, expected_norm(asked.steps),
                     norm_is_right(found.norm, asked.steps) ? "right" : "WRONG");
}

std::string written_text(const options& asked) {
  std::string text;
  for (const auto& file : {asked.output, asked.sheet})
    if (!file.empty())
      text += fmt::format("wrote     {}\n", file.string());
  return text;
}

} // namespace

std::string report_text(const options& asked, const findings& found) {
  const auto block =
      extent{asked.size.rows / asked.blocks.rows, asked.size.cols / asked.blocks.cols};
  auto text = fmt::format("heat      {} cells, {} steps, {} blocks of {} cells on {} shards, edges "
                          "every {} steps\n",
                          to_string(asked.size), asked.steps, to_string(asked.blocks),
                          to_string(block), asked.shards, asked.depth);
  text += fmt::format("time      {:.3f} s, {:.0f} million cells a second\n", found.run.seconds,
                      million_cells_per_second(asked, found.run.seconds));
  text += fmt::format("mean      {:.6f} before, {:.6f} after (insulated: no heat is lost)\n",
                      found.mean_before, found.mean_after);
  text += recoveries_text(asked, found.run.recoveries);
  if (found.verified)
    text += verified_text(asked, *found.verified);
  if (found.compared)
    text += compared_text(asked, *found.compared);
  if (found.prk)
    text += prk_text(asked, *found.prk);
  return found.right(asked) ? text + written_text(asked) : text;
}

std::string report_json(const options& asked, const findings& found) {
  nlohmann::ordered_json json{
      {"size", to_string(asked.size)},
      {"steps", asked.steps},
      {"blocks", to_string(asked.blocks)},
      {"shards", asked.shards},
      {"depth", asked.depth},
      {"keep", asked.keep},
      {"seconds", found.run.seconds},
      {"million_cells_per_second", million_cells_per_second(asked, found.run.seconds)},
      {"mean_before", found.mean_before},
      {"mean_after", found.mean_after}};
  json["restarts"] = nlohmann::ordered_json::array();
  for (const auto& one : found.run.recoveries)
    json["restarts"].push_back({{"block", block_plan{asked.size, asked.blocks}.name(one.block)},
                                {"failed_at", one.failed_at},
                                {"went_on_from", one.from}});
  if (found.verified)
    json["different_cells"] = found.verified->cells;
  if (found.compared)
    json["baseline"] = {{"threads", found.compared->threads},
                        {"repetitions", asked.repetitions},
                        {"threads_seconds", found.compared->threads_seconds},
                        {"actors_seconds", found.compared->actors_seconds},
                        {"ratio", found.compared->ratio()}};
  if (found.prk)
    json["prk"] = {{"norm", found.prk->norm},
                   {"expected", expected_norm(asked.steps)},
                   {"seconds", found.prk->seconds}};
  json["right"] = found.right(asked);
  return json.dump() + "\n";
}

} // namespace heat
