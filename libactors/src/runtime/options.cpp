// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <chrono>
#include <cstring>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <actors/node_options.hpp>

namespace actors {

namespace {

using std::chrono::milliseconds;

failure bad(const std::string& option, const std::string& value, const std::string& wanted) {
  return {errc::invalid_argument, {}, fmt::format("--{} {}: expected {}", option, value, wanted), value};
}

/// The options as the command line writes them.
struct written {
  std::uint64_t shards = 0, workers = 0, mailbox_limit = mailbox_options::default_limit, quantum = 4096;
  std::uint64_t inbox_mib = 256, slow_ms = 100, shutdown_ms = 10'000;
  std::string policy = "refuse", level = "info";
  bool no_balance = false;
};

const std::vector<std::pair<std::string, overflow_policy>> policies{
    {"refuse", overflow_policy::refuse},
    {"drop-oldest", overflow_policy::drop_oldest},
    {"drop-newest", overflow_policy::drop_newest},
    {"slow-sender", overflow_policy::slow_sender}};
const std::vector<std::pair<std::string, log_level>> levels{{"debug", log_level::debug},
                                                            {"info", log_level::info},
                                                            {"warning", log_level::warning},
                                                            {"error", log_level::error}};

template <class T>
std::string names_of(const std::vector<std::pair<std::string, T>>& table) {
  std::string all;
  for (auto& [name, value] : table) all += (all.empty() ? "" : ", ") + name;
  return "one of " + all;
}

template <class T>
expected<T> value_of(const std::vector<std::pair<std::string, T>>& table, const std::string& option,
                     const std::string& text) {
  for (auto& [name, value] : table)
    if (name == text) return value;
  return tl::make_unexpected(bad(option, text, names_of(table)));
}

void describe(CLI::App& app, written& w, node_options& o) {
  app.set_config("--config", "", "Read options from this file (TOML or INI)");
  app.add_option("--node-name", o.name, "Name of this node in logs");
  app.add_option("--node-shards", w.shards, "Shards; 0: as many as workers");
  app.add_option("--workers", w.workers, "Threads that run shards; 0: one per core");
  app.add_option("--mailbox-limit", w.mailbox_limit, "Messages that may wait in a mailbox");
  app.add_option("--mailbox-policy", w.policy, names_of(policies));
  app.add_option("--inbox-mib", w.inbox_mib, "MiB that may wait in front of a shard");
  app.add_option("--slow-handler-ms", w.slow_ms, "Report handlers that run longer");
  app.add_option("--shutdown-ms", w.shutdown_ms, "Time for an orderly shutdown");
  app.add_option("--quantum", w.quantum, "Messages a shard handles in one go");
  app.add_flag("--no-balance", w.no_balance, "Leave actors on the shard they were born on");
  app.add_option("--log-level", w.level, names_of(levels));
  app.add_option("--log-file", o.log_file, "Log here instead of to standard error");
}

expected<node_options> convert(const written& w, node_options o) {
  auto narrow = [](std::uint64_t x) { return static_cast<std::uint32_t>(std::min<std::uint64_t>(x, UINT32_MAX)); };
  o.shards = narrow(w.shards);
  o.workers = narrow(w.workers);
  o.quantum = narrow(w.quantum);
  o.inbox_bytes = w.inbox_mib << 20;
  o.slow_handler = milliseconds{w.slow_ms};
  o.shutdown_timeout = milliseconds{w.shutdown_ms};
  o.balance = !w.no_balance;
  auto policy = value_of(policies, "mailbox-policy", w.policy);
  if (!policy) return tl::make_unexpected(policy.error());
  auto level = value_of(levels, "log-level", w.level);
  if (!level) return tl::make_unexpected(level.error());
  o.mailbox = {w.mailbox_limit, *policy};
  o.level = *level;
  if (auto valid = o.check(); !valid) return tl::make_unexpected(valid.error());
  return o;
}

/// The first line of a parser's complaint.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

} // namespace

expected<void> node_options::check() const {
  auto within = [](std::uint64_t x, std::uint64_t low, std::uint64_t high) { return x >= low && x <= high; };
  auto refuse = [](const char* option, auto value, const char* wanted) -> expected<void> {
    return tl::make_unexpected(bad(option, fmt::format("{}", value), wanted));
  };
  if (!within(shards, 0, 512)) return refuse("node-shards", shards, "0 to 512");
  if (!within(workers, 0, 1024)) return refuse("workers", workers, "0 to 1024");
  if (!within(mailbox.limit, 1, 1ULL << 31)) return refuse("mailbox-limit", mailbox.limit, "1 to 2147483648");
  if (!within(quantum, 1, 1U << 24)) return refuse("quantum", quantum, "1 to 16777216");
  if (!within(inbox_bytes >> 20, 1, 1U << 20)) return refuse("inbox-mib", inbox_bytes >> 20, "1 to 1048576");
  auto ms = [](duration d) { return std::chrono::duration_cast<milliseconds>(d).count(); };
  if (!within(static_cast<std::uint64_t>(ms(slow_handler)), 1, 3'600'000))
    return refuse("slow-handler-ms", ms(slow_handler), "1 to 3600000");
  if (!within(static_cast<std::uint64_t>(ms(shutdown_timeout)), 1, 3'600'000))
    return refuse("shutdown-ms", ms(shutdown_timeout), "1 to 3600000");
  return {};
}

expected<node_options> node_options::parse(int& argc, char** argv) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  written w;
  node_options o;
  describe(app, w, o);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return tl::make_unexpected(failure{errc::invalid_argument, {}, first_line(e.what()), e.get_name()});
  }
  // What is left goes back to the program, in its order.
  auto rest = app.remaining();
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    auto at = std::find(rest.begin(), rest.end(), std::string{argv[i]});
    if (at == rest.end()) continue;
    rest.erase(at);
    argv[kept++] = argv[i];
  }
  argc = kept;
  return convert(w, o);
}

node_options node_options::from_command_line(int argc, char** argv) {
  std::string program = argc > 0 ? argv[0] : "program";
  program = program.substr(program.rfind('/') + 1);
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") != 0 && std::strcmp(argv[i], "-h") != 0) continue;
    CLI::App app{"Options of the actor runtime", program};
    written w;
    node_options o;
    describe(app, w, o);
    throw usage_error{app.help(), 0};
  }
  auto options = parse(argc, argv);
  if (!options) throw usage_error{program + ": " + options.error().what};
  if (argc > 1)
    throw usage_error{fmt::format("{}: {}: unknown option; expected one of those '{} --help' lists", program, argv[1], program)};
  return *options;
}

} // namespace actors
