// SPDX-License-Identifier: BSD-3-Clause
//
// Random histories of a simulated cluster, as many as wanted: one world a thread. See --help and the
// README.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "history.hpp"
#include "memory.hpp"
#include "simulation/planted.hpp"

namespace {

using namespace simulate;

struct options {
  std::uint64_t seeds = 100;
  std::uint64_t first = 1;
  std::uint64_t seed = 0;
  std::size_t nodes = 5;
  std::uint32_t seconds = 60;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  std::string planted;
  bool is_verbose = false;
  bool lists = false;
  bool replays = false;
};

history_options history_of(const options& o, std::uint64_t seed) {
  history_options h;
  h.seed = seed;
  h.nodes = o.nodes;
  h.length = std::chrono::seconds{o.seconds};
  h.planted = o.planted;
  return h;
}

void report(const options& o, const history_result& r) {
  fmt::print("seed {} fails: {}\n", r.seed, r.errors.front());
  const std::size_t from = r.notes.size() > 12 ? r.notes.size() - 12 : 0;
  for (std::size_t k = from; k < r.notes.size(); ++k) fmt::print("  {}\n", r.notes[k]);
  fmt::print("replay: simulate --seed {} --nodes {} --seconds {}{} --verbose\n", r.seed, o.nodes, o.seconds,
             o.planted.empty() ? "" : " --plant " + o.planted);
}

/// One history, with all that is to be said of it.
int show(const options& o) {
  history_options h = history_of(o, o.seed);
  if (o.is_verbose) h.narrate = [](const std::string& line) { fmt::print("{}\n", line); };
  const history_result r = run_history(h);
  if (o.is_verbose)
    for (const std::string& line : r.logs) fmt::print("{}\n", line);
  fmt::print("seed {}: {} events, digest {:016x}\n", r.seed, r.events, r.digest);
  for (const std::string& e : r.errors) fmt::print("{}\n", e);
  return r.errors.empty() ? 0 : 1;
}

class runner {
public:
  explicit runner(const options& o) : options_{o}, next_{o.first} {}

  int run() {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (unsigned k = 0; k < options_.threads; ++k) threads.emplace_back([this] { work(); });
    for (auto& t : threads) t.join();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (failed_) report(options_, *failed_);
    fmt::print("{} histories of {} nodes and {} s in {:.2f} s: {:.0f}/s on {} threads, {} events each\n", done_,
               options_.nodes, options_.seconds, seconds, static_cast<double>(done_) / seconds, options_.threads,
               events_ / std::max<std::uint64_t>(1, done_));
    const totals& t = sums_;
    fmt::print("tells {} heard {}; asks {} answered {} failed {}; watches {} ended {}; births {}; entities {}; names {}; reliable {} heard {}; faults {} "
               "restarts {} expelled {} cuts judged {}\n",
               t.told, t.heard, t.asked, t.answered, t.failed, t.watched, t.downs, t.born, t.activated, t.named, t.written, t.read, t.faults,
               t.restarts, t.expelled, t.cuts_judged);
    return failed_ ? 1 : 0;
  }

private:
  void work() {
    for (;;) {
      const std::uint64_t seed = next_.fetch_add(1);
      if (seed >= options_.first + options_.seeds || stops_.load()) return;
      const history_result r = run_history(history_of(options_, seed));
      std::lock_guard guard{mutex_};
      ++done_;
      events_ += r.events;
      sums_.add(r.sums);
      if (r.errors.empty()) continue;
      stops_.store(true);
      // The lowest, whichever thread was first.
      if (!failed_ || r.seed < failed_->seed) failed_ = r;
    }
  }

  const options options_;
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> stops_{false};
  std::mutex mutex_; // guards the rest
  std::uint64_t done_ = 0;
  std::uint64_t events_ = 0;
  totals sums_;
  std::optional<history_result> failed_;
};

} // namespace

int main(int argc, char** argv) {
  options o;
  CLI::App app{"Random histories of a simulated cluster, judged by what is promised of it"};
  app.add_option("--seeds", o.seeds, "how many histories")->capture_default_str();
  app.add_option("--first", o.first, "the first seed")->capture_default_str();
  app.add_option("--seed", o.seed, "this history alone");
  app.add_option("--nodes", o.nodes, "nodes of the cluster")->check(CLI::Range(2, 100))->capture_default_str();
  app.add_option("--seconds", o.seconds, "virtual seconds")->check(CLI::Range(30, 100000))->capture_default_str();
  app.add_option("--threads", o.threads, "worlds at a time")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--plant", o.planted, "have this bug, which the histories are to find");
  app.add_flag("--list", o.lists, "the bugs that can be planted");
  app.add_flag("--verbose", o.is_verbose, "with --seed: all that happens");
  CLI11_PARSE(app, argc, argv);
  keep_memory();
  if (o.lists) {
    for (const auto& p : actors::simulation::all_planted()) fmt::print("{:<20} {}\n", p.name, p.what);
    return 0;
  }
  if (!o.planted.empty() && !actors::simulation::planted_by_name(o.planted)) {
    fmt::print(stderr, "simulate: --plant {}: no such bug; --list shows them\n", o.planted);
    return 2;
  }
  return o.seed != 0 ? show(o) : runner{o}.run();
}
