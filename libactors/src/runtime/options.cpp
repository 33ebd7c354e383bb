// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <actors/node_options.hpp>

#include "address.hpp"
#include "local_nodes.hpp"

namespace actors {

namespace {

using std::chrono::milliseconds;

failure bad(const std::string& option, const std::string& value, const std::string& wanted) {
  return {errc::invalid_argument, {}, fmt::format("--{} {}: expected {}", option, value, wanted), value};
}

constexpr std::uint64_t most_shards = 512, most_workers = 1024, most_messages = 1ULL << 31, most_quantum = 1U << 24;
constexpr std::uint64_t most_inbox_mib = 1U << 20, most_ms = 3'600'000, most_local_nodes = 64;
/// Of a file that is taken for a secret.
constexpr std::size_t longest_secret = 4096;

std::string range(std::uint64_t low, std::uint64_t high) { return fmt::format("{} to {}", low, high); }

/// The options as the command line writes them.
struct written {
  std::uint64_t shards = 0, workers = 0, mailbox_limit = mailbox_options::default_limit, quantum = 4096;
  std::uint64_t inbox_mib = 256, slow_ms = 100, shutdown_ms = 10'000;
  std::uint64_t local_nodes = 0, local_worker = 0;
  std::string policy = "refuse", level = "info", labels, secret_file;
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

/// A value that is refused while the parser is at work.
struct refused {
  failure reason;
};

/// An option that takes a whole number. The parser's own conversion would say neither the value of one
/// out of range nor what was expected.
CLI::Option* add_number(CLI::App& app, const std::string& name, std::uint64_t& target, std::uint64_t low,
                std::uint64_t high, const std::string& help) {
  auto read = [name, &target, low, high](const std::string& text) {
    const char* end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, target);
    if (error != std::errc{} || stop != end || target < low || target > high)
      throw refused{bad(name, text, range(low, high))};
  };
  return app.add_option_function<std::string>("--" + name, read, help + ", " + range(low, high))->type_name("NUMBER");
}

void describe(CLI::App& app, written& w, node_options& o) {
  app.set_config("--config", "", "Read options from this file (TOML or INI)");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.add_option("--node-name", o.name, "Name of this node in logs");
  add_number(app, "node-shards", w.shards, 0, most_shards, "Shards; 0: as many as workers");
  add_number(app, "workers", w.workers, 0, most_workers, "Threads that run shards; 0: one per core");
  add_number(app, "mailbox-limit", w.mailbox_limit, 1, most_messages, "Messages that may wait in a mailbox");
  app.add_option("--mailbox-policy", w.policy, names_of(policies));
  add_number(app, "inbox-mib", w.inbox_mib, 1, most_inbox_mib, "MiB that may wait in front of a shard");
  add_number(app, "slow-handler-ms", w.slow_ms, 1, most_ms, "Report handlers that run longer");
  add_number(app, "shutdown-ms", w.shutdown_ms, 1, most_ms, "Time for an orderly shutdown");
  add_number(app, "quantum", w.quantum, 1, most_quantum, "Messages a shard handles in one go");
  app.add_flag("--no-balance", w.no_balance, "Leave actors on the shard they were born on");
  app.add_option("--listen", o.cluster.listen, "HOST:PORT where other nodes reach this one; port 0: any");
  app.add_option("--advertise", o.cluster.advertise, "HOST:PORT to tell them, where it is another one");
  app.add_option("--seed", o.cluster.seeds, "HOST:PORT of a node to join; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--cluster", o.cluster.name, "Name of the cluster; nodes of others are refused");
  app.add_option("--secret-file", w.secret_file, "File with the secret that the nodes of the cluster share");
  app.add_option("--labels", w.labels, "What this node has, for placement: region=eu,gpu=1,price=2.10");
  app.add_option("--tls-cert", o.cluster.tls_certificate, "Certificate of this node (PEM)");
  app.add_option("--tls-key", o.cluster.tls_key, "Its key (PEM)");
  app.add_option("--tls-ca", o.cluster.tls_authority, "Who signs the certificates of the cluster (PEM)");
  add_number(app, "local-nodes", w.local_nodes, 1, most_local_nodes, "Start so many processes of this program as a cluster");
  add_number(app, "local-worker", w.local_worker, 1, 1024, "One of those processes")->group(""); // not shown
  app.add_option("--log-level", w.level, names_of(levels));
  app.add_option("--log-file", o.log_file, "Log here instead of to standard error");
}

/// Why this file cannot be read; empty where it can.
std::string reason_not_to_read(const std::string& path) {
  if (path.empty()) return " (no file is named)";
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return " (it is a directory)";
  errno = 0;
  if (std::ifstream{path}.good()) return "";
  return fmt::format(" ({})", std::strerror(errno));
}

/// The file's text without white space at its end.
expected<std::string> read_secret(const std::string& path) {
  if (const auto why = reason_not_to_read(path); !why.empty())
    return tl::make_unexpected(bad("secret-file", path, "a file that can be read" + why));
  std::ifstream file{path, std::ios::binary};
  std::string text(longest_secret + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > longest_secret)
    return tl::make_unexpected(bad("secret-file", path, fmt::format("at most {} bytes", longest_secret)));
  text.resize(text.find_last_not_of(" \t\r\n") + 1);
  if (text.empty()) return tl::make_unexpected(bad("secret-file", path, "a secret in it: it is empty"));
  return text;
}

/// Who else is to reach this node, and how it is kept from strangers.
expected<void> check_cluster(const cluster_options& o) {
  const auto refuse = [](const char* option, const std::string& value, const std::string& wanted) {
    return tl::make_unexpected(bad(option, value, wanted));
  };
  const bool has_tls = !o.tls_certificate.empty();
  if (has_tls == o.tls_key.empty() || has_tls == o.tls_authority.empty())
    return refuse("tls-cert", o.tls_certificate.empty() ? "''" : o.tls_certificate,
                  "all of --tls-cert, --tls-key and --tls-ca, or none");
  for (const auto& [option, text] : {std::pair{"listen", &o.listen}, {"advertise", &o.advertise}}) {
    if (text->empty()) continue;
    if (auto a = runtime::parse_address(*text); !a) return refuse(option, *text, "host:port (" + a.error().what + ")");
  }
  for (const std::string& seed : o.seeds)
    if (auto a = runtime::parse_address(seed); !a || a->port == 0)
      return refuse("seed", seed.empty() ? "''" : seed, "host:port" + (a ? " with a port" : " (" + a.error().what + ")"));
  if (!o.listen.empty() && !runtime::is_loopback(*runtime::parse_address(o.listen)) && o.secret.empty() && !has_tls)
    return refuse("listen", o.listen,
                  "127.0.0.1, or a secret (--secret-file) or TLS (--tls-cert ...): other machines reach this address");
  if (o.name.empty() || o.name.size() > 128) return refuse("cluster", o.name.empty() ? "''" : o.name, "a name of 1 to 128 characters");
  if (o.local_nodes > most_local_nodes) return refuse("local-nodes", std::to_string(o.local_nodes), range(1, most_local_nodes));
  return {};
}

expected<node_options> convert(const written& w, node_options o) {
  o.shards = static_cast<std::uint32_t>(w.shards);
  o.workers = static_cast<std::uint32_t>(w.workers);
  o.quantum = static_cast<std::uint32_t>(w.quantum);
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
  o.cluster.local_nodes = static_cast<std::uint32_t>(w.local_nodes);
  if (auto labels = parse_labels(w.labels))
    o.cluster.labels = *labels;
  else
    return tl::make_unexpected(failure{errc::invalid_argument, {}, "--labels " + w.labels + ": " + labels.error().what, w.labels});
  if (!w.secret_file.empty()) {
    auto secret = read_secret(w.secret_file);
    if (!secret) return tl::make_unexpected(secret.error());
    o.cluster.secret = *secret;
  }
  if (auto valid = o.check(); !valid) return tl::make_unexpected(valid.error());
  return o;
}

failure bad_config(const std::string& path) {
  return bad("config", path.empty() ? "''" : path, "a TOML or INI file that can be read" + reason_not_to_read(path));
}

/// A word in the file that is none of our options. The parser says it at one end of its complaint.
failure bad_config_word(const CLI::App& app, const std::string& path, std::string complaint) {
  constexpr std::string_view before = "INI was not able to parse ";
  std::string word = complaint.starts_with(before) ? complaint.substr(before.size())
                                                   : complaint.substr(0, complaint.find(':'));
  // The beginning of a section.
  if (word.ends_with(".++")) word.resize(word.size() - 3);
  std::string known;
  for (const CLI::Option* each : app.get_options())
    if (each->get_configurable()) known += (known.empty() ? "" : ", ") + each->get_lnames().front();
  return bad("config", path + ": " + word, "one of " + known);
}

/// The first line of a parser's complaint.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

} // namespace

expected<void> node_options::check() const {
  struct field {
    const char* option;
    std::int64_t value;
    std::uint64_t low, high;
  };
  auto ms = [](duration d) { return std::chrono::duration_cast<milliseconds>(d).count(); };
  auto number = [](std::uint64_t x) { return static_cast<std::int64_t>(std::min<std::uint64_t>(x, INT64_MAX)); };
  const field fields[] = {{"node-shards", shards, 0, most_shards},
                          {"workers", workers, 0, most_workers},
                          {"mailbox-limit", number(mailbox.limit), 1, most_messages},
                          {"quantum", quantum, 1, most_quantum},
                          {"inbox-mib", number(inbox_bytes >> 20), 1, most_inbox_mib},
                          {"slow-handler-ms", ms(slow_handler), 1, most_ms},
                          {"shutdown-ms", ms(shutdown_timeout), 1, most_ms}};
  for (const field& f : fields)
    if (f.value < static_cast<std::int64_t>(f.low) || f.value > static_cast<std::int64_t>(f.high))
      return tl::make_unexpected(bad(f.option, fmt::format("{}", f.value), range(f.low, f.high)));
  return check_cluster(cluster);
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
  } catch (const refused& r) {
    return tl::make_unexpected(r.reason);
  } catch (const CLI::FileError&) {
    return tl::make_unexpected(bad_config(app.get_config_ptr()->as<std::string>()));
  } catch (const CLI::ConfigError& e) {
    return tl::make_unexpected(bad_config_word(app, app.get_config_ptr()->as<std::string>(), first_line(e.what())));
  } catch (const CLI::ParseError& e) {
    return tl::make_unexpected(failure{errc::invalid_argument, {}, first_line(e.what()), e.get_name()});
  }
  // The parser takes an empty name for no file.
  if (const CLI::Option* file = app.get_config_ptr(); file->count() != 0 && file->as<std::string>().empty())
    return tl::make_unexpected(bad_config(""));
  // What is left goes back to the program, in its order: equal words may be ours and the program's.
  const auto rest = app.remaining();
  auto next = rest.begin();
  int kept = 1;
  for (int i = 1; i < argc && next != rest.end(); ++i)
    if (*next == argv[i]) {
      argv[kept++] = argv[i];
      ++next;
    }
  argc = kept;
  auto options = convert(w, o);
  if (options && w.local_worker != 0) runtime::serve_local_node(*options, static_cast<int>(w.local_worker));
  return options;
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
