// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE runtime_options
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <actors/node_options.hpp>

#include "temporary_folder.hpp"

using namespace actors;
using namespace std::chrono_literals;

namespace {

/// A command line that may be changed, as `main` gets it.
struct command_line {
  explicit command_line(std::vector<std::string> words) : texts{std::move(words)} {
    texts.insert(texts.begin(), "/usr/bin/program");
    for (auto& t : texts) pointers.push_back(t.data());
    pointers.push_back(nullptr);
    argc = static_cast<int>(texts.size());
  }
  std::vector<std::string> rest() const { return {pointers.begin() + 1, pointers.begin() + argc}; }
  char** argv() { return pointers.data(); }

  std::vector<std::string> texts;
  std::vector<char*> pointers;
  int argc = 0;
};

expected<node_options> parse(std::vector<std::string> words) {
  command_line line{std::move(words)};
  return node_options::parse(line.argc, line.argv());
}

class temporary_file {
public:
  explicit temporary_file(const std::string& content) : path_{folder_.file("options.toml", content)} {}
  const std::string& path() const { return path_; }

private:
  temporary_folder folder_;
  std::string path_;
};

/// The one line that refuses a command line with this file; it names option and file.
std::string complaint_about(const std::string& file) {
  auto o = parse({"--config", file});
  BOOST_REQUIRE(!o);
  BOOST_TEST((o.error().code == errc::invalid_argument));
  BOOST_TEST_CONTEXT(o.error().what) {
    BOOST_TEST(o.error().what.starts_with("--config " + file + ": "));
    BOOST_TEST(o.error().what.find("expected") != std::string::npos);
    BOOST_TEST(o.error().what.find('\n') == std::string::npos);
  }
  return o.error().what;
}

std::string usage_text(std::vector<std::string> words, int* status = nullptr) {
  command_line line{std::move(words)};
  try {
    (void)node_options::from_command_line(line.argc, line.argv());
  } catch (const usage_error& e) {
    if (status != nullptr) *status = e.status();
    return e.what();
  }
  return "";
}

struct bad_value {
  std::vector<std::string> words;
  std::string option, value, wanted;
};
std::ostream& operator<<(std::ostream& out, const bad_value& b) { return out << b.option << ' ' << b.value; }

const std::vector<bad_value> bad_values{
    {{"--node-shards", "513"}, "--node-shards", "513", "0 to 512"},
    {{"--node-shards", "99999999999"}, "--node-shards", "99999999999", "0 to 512"},
    {{"--workers", "1025"}, "--workers", "1025", "0 to 1024"},
    {{"--workers", "many"}, "--workers", "many", "0 to 1024"},
    {{"--workers", "-1"}, "--workers", "-1", "0 to 1024"},
    {{"--workers=2.5"}, "--workers", "2.5", "0 to 1024"},
    {{"--mailbox-limit", "0"}, "--mailbox-limit", "0", "1 to 2147483648"},
    {{"--mailbox-policy", "drop"}, "--mailbox-policy", "drop", "drop-oldest"},
    {{"--inbox-mib", "0"}, "--inbox-mib", "0", "1 to 1048576"},
    {{"--inbox-mib", "17592186044416"}, "--inbox-mib", "17592186044416", "1 to 1048576"},
    {{"--slow-handler-ms", "0"}, "--slow-handler-ms", "0", "1 to 3600000"},
    {{"--slow-handler-ms", "18446744073709551615"}, "--slow-handler-ms", "18446744073709551615", "1 to 3600000"},
    {{"--shutdown-ms", "3600001"}, "--shutdown-ms", "3600001", "1 to 3600000"},
    {{"--quantum", "0"}, "--quantum", "0", "1 to 16777216"},
    {{"--quantum", "4294967297"}, "--quantum", "4294967297", "1 to 16777216"},
    {{"--log-level", "loud"}, "--log-level", "loud", "warning"},
    {{"--listen", "nowhere"}, "--listen", "nowhere", "host:port"},
    {{"--listen", "127.0.0.1:70000"}, "--listen", "127.0.0.1:70000", "host:port"},
    {{"--listen", "0.0.0.0:4711"}, "--listen", "0.0.0.0:4711", "a secret (--secret-file) or TLS"},
    {{"--listen", "192.0.2.1:4711"}, "--listen", "192.0.2.1:4711", "a secret (--secret-file) or TLS"},
    {{"--listen", "[::]:4711"}, "--listen", "[::]:4711", "a secret (--secret-file) or TLS"},
    {{"--listen", "127.0.0.1:0", "--advertise", "host"}, "--advertise", "host", "host:port"},
    {{"--seed", "127.0.0.1"}, "--seed", "127.0.0.1", "host:port"},
    {{"--seed", "127.0.0.1:0"}, "--seed", "127.0.0.1:0", "with a port"},
    {{"--seed", "127.0.0.1:1", "--seed", "x:y"}, "--seed", "x:y", "host:port"},
    {{"--cluster", ""}, "--cluster", "''", "1 to 128 characters"},
    {{"--cluster", std::string(129, 'n')}, "--cluster", std::string(129, 'n'), "1 to 128 characters"},
    {{"--secret-file", "/no/such/file"}, "--secret-file", "/no/such/file", "a file that can be read"},
    {{"--secret-file", "/"}, "--secret-file", "/", "a directory"},
    {{"--secret-file", "/dev/null"}, "--secret-file", "/dev/null", "it is empty"},
    {{"--labels", "region"}, "--labels", "region", "expected"},
    {{"--labels", "gpu=some"}, "--labels", "gpu=some", "expected"},
    {{"--tls-cert", "a.pem"}, "--tls-cert", "a.pem", "all of --tls-cert, --tls-key and --tls-ca, or none"},
    {{"--tls-key", "a.key", "--tls-ca", "ca.pem"}, "--tls-cert", "''", "all of --tls-cert"},
    {{"--downing", "never"}, "--downing", "never", "keep-majority"},
    {{"--downing", "static-quorum"}, "--quorum", "0", "the nodes that a side needs"},
    {{"--quorum", "3"}, "--quorum", "3", "with --downing static-quorum"},
    {{"--quorum", "0", "--downing", "static-quorum"}, "--quorum", "0", "1 to 100000"},
    {{"--local-nodes", "0"}, "--local-nodes", "0", "1 to 64"},
    {{"--local-nodes", "65"}, "--local-nodes", "65", "1 to 64"},
};

} // namespace

BOOST_AUTO_TEST_CASE(nothing_given_is_the_default) {
  auto o = parse({});
  BOOST_REQUIRE(o);
  const node_options standard;
  BOOST_TEST(o->name == standard.name);
  BOOST_TEST(o->shards == standard.shards);
  BOOST_TEST(o->workers == standard.workers);
  BOOST_TEST(o->mailbox.limit == standard.mailbox.limit);
  BOOST_TEST((o->mailbox.policy == standard.mailbox.policy));
  BOOST_TEST(o->inbox_bytes == standard.inbox_bytes);
  BOOST_TEST((o->slow_handler == standard.slow_handler));
  BOOST_TEST((o->shutdown_timeout == standard.shutdown_timeout));
  BOOST_TEST(o->quantum == standard.quantum);
  BOOST_TEST(o->balance == standard.balance);
  BOOST_TEST((o->level == standard.level));
  BOOST_TEST(o->log_file.empty());
}

BOOST_AUTO_TEST_CASE(every_option_is_read) {
  auto o = parse({"--node-name", "eu-1", "--node-shards", "3", "--workers", "5", "--mailbox-limit", "77",
                  "--mailbox-policy", "drop-oldest", "--inbox-mib", "9", "--slow-handler-ms", "250",
                  "--shutdown-ms", "1500", "--quantum", "64", "--no-balance", "--log-level", "debug",
                  "--log-file", "/tmp/a.log"});
  BOOST_REQUIRE(o);
  BOOST_TEST(o->name == "eu-1");
  BOOST_TEST(o->shards == 3U);
  BOOST_TEST(o->workers == 5U);
  BOOST_TEST(o->mailbox.limit == 77U);
  BOOST_TEST((o->mailbox.policy == overflow_policy::drop_oldest));
  BOOST_TEST(o->inbox_bytes == std::size_t{9} << 20);
  BOOST_TEST((o->slow_handler == 250ms));
  BOOST_TEST((o->shutdown_timeout == 1500ms));
  BOOST_TEST(o->quantum == 64U);
  BOOST_TEST(!o->balance);
  BOOST_TEST((o->level == log_level::debug));
  BOOST_TEST(o->log_file == "/tmp/a.log");
}

BOOST_AUTO_TEST_CASE(every_policy_and_level_has_its_word) {
  BOOST_TEST((parse({"--mailbox-policy", "refuse"})->mailbox.policy == overflow_policy::refuse));
  BOOST_TEST((parse({"--mailbox-policy", "drop-newest"})->mailbox.policy == overflow_policy::drop_newest));
  BOOST_TEST((parse({"--mailbox-policy", "slow-sender"})->mailbox.policy == overflow_policy::slow_sender));
  BOOST_TEST((parse({"--log-level", "info"})->level == log_level::info));
  BOOST_TEST((parse({"--log-level", "warning"})->level == log_level::warning));
  BOOST_TEST((parse({"--log-level", "error"})->level == log_level::error));
}

BOOST_DATA_TEST_CASE(a_bad_value_names_option_value_and_expectation, bad_values, bad) {
  auto o = parse(bad.words);
  BOOST_REQUIRE(!o);
  const failure& f = o.error();
  BOOST_TEST((f.code == errc::invalid_argument));
  BOOST_TEST_CONTEXT(f.what) {
    BOOST_TEST(f.what.find(bad.option) != std::string::npos);
    BOOST_TEST(f.what.find(bad.value) != std::string::npos);
    BOOST_TEST(f.what.find("expected") != std::string::npos);
    BOOST_TEST(f.what.find(bad.wanted) != std::string::npos);
    BOOST_TEST(f.what.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(what_a_node_of_a_cluster_is_told_is_read) {
  temporary_file secret{"open sesame \n\n"};
  auto o = parse({"--listen", "0.0.0.0:4711", "--advertise", "here.example:4712", "--seed", "one:1", "--seed=two:2", "--cluster",
                  "c", "--secret-file", secret.path(), "--labels", "region=eu,gpu=1", "--downing", "static-quorum",
                  "--quorum", "2", "--local-nodes", "3"});
  BOOST_REQUIRE_MESSAGE(o, o.error().what);
  BOOST_TEST(o->cluster.listen == "0.0.0.0:4711");
  BOOST_TEST(o->cluster.advertise == "here.example:4712");
  BOOST_TEST(o->cluster.seeds == (std::vector<std::string>{"one:1", "two:2"}), boost::test_tools::per_element());
  BOOST_TEST(o->cluster.name == "c");
  BOOST_TEST(o->cluster.secret == "open sesame");
  BOOST_TEST((o->cluster.downing == downing::static_quorum));
  BOOST_TEST(o->cluster.quorum == 2u);
  BOOST_TEST(o->cluster.local_nodes == 3u);
}

BOOST_AUTO_TEST_CASE(other_machines_are_let_in_only_with_a_secret_or_certificates) {
  temporary_file secret{"open sesame"};
  const std::string all = "0.0.0.0:4711";
  BOOST_TEST(!parse({"--listen", all}));
  BOOST_TEST(bool{parse({"--listen", all, "--secret-file", secret.path()})});
  BOOST_TEST(bool{parse({"--listen", all, "--tls-cert", "c", "--tls-key", "k", "--tls-ca", "a"})});
  for (const char* here : {"127.0.0.1:4711", "localhost:4711", "[::1]:4711"}) BOOST_TEST(bool{parse({"--listen", here})});
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_too_long_is_refused) {
  temporary_file secret{std::string(5000, 's')};
  auto o = parse({"--secret-file", secret.path()});
  BOOST_REQUIRE(!o);
  BOOST_TEST(o.error().what == "--secret-file " + secret.path() + ": expected at most 4096 bytes");
}

BOOST_AUTO_TEST_CASE(an_option_without_its_value_is_named) {
  for (const char* written : {"--workers", "--workers="}) {
    auto o = parse({written});
    BOOST_REQUIRE(!o);
    BOOST_TEST(o.error().what == "--workers: 1 required NUMBER missing");
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_known_stays_in_order) {
  command_line line{{"first", "--workers", "2", "--steps", "10", "--verify", "--quantum=8", "last", "2"}};
  auto o = node_options::parse(line.argc, line.argv());
  BOOST_REQUIRE(o);
  BOOST_TEST(o->workers == 2U);
  BOOST_TEST(o->quantum == 8U);
  const std::vector<std::string> wanted{"first", "--steps", "10", "--verify", "last", "2"};
  BOOST_TEST(line.rest() == wanted, boost::test_tools::per_element());
  BOOST_TEST(std::string{line.argv()[0]} == "/usr/bin/program");
}

BOOST_AUTO_TEST_CASE(an_option_of_the_program_may_have_the_value_of_one_of_ours) {
  command_line line{{"--workers", "2", "--seats", "2", "2"}};
  BOOST_REQUIRE(node_options::parse(line.argc, line.argv()));
  const std::vector<std::string> wanted{"--seats", "2", "2"};
  BOOST_TEST(line.rest() == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_gives_options_and_the_command_line_wins) {
  temporary_file file{"workers = 3\nquantum = 16\nmailbox-policy = \"slow-sender\"\nno-balance = true\n"};
  auto o = parse({"--config", file.path(), "--workers", "4"});
  BOOST_REQUIRE(o);
  BOOST_TEST(o->workers == 4U);
  BOOST_TEST(o->quantum == 16U);
  BOOST_TEST((o->mailbox.policy == overflow_policy::slow_sender));
  BOOST_TEST(!o->balance);
}

BOOST_AUTO_TEST_CASE(a_bad_value_in_a_file_is_refused_like_one_on_the_command_line) {
  temporary_file file{"workers = many\n"};
  auto o = parse({"--config", file.path()});
  BOOST_REQUIRE(!o);
  BOOST_TEST_CONTEXT(o.error().what) {
    BOOST_TEST(o.error().what.find("workers") != std::string::npos);
    BOOST_TEST(o.error().what.find("many") != std::string::npos);
    BOOST_TEST(o.error().what.find("0 to 1024") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_missing_is_refused_in_one_line_with_option_value_and_expectation) {
  BOOST_TEST(complaint_about("/nowhere/options.toml") ==
             "--config /nowhere/options.toml: expected a TOML or INI file that can be read (No such file or directory)");
  auto unnamed = parse({"--config", ""});
  BOOST_REQUIRE(!unnamed);
  BOOST_TEST(unnamed.error().what == "--config '': expected a TOML or INI file that can be read (no file is named)");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_refused_in_one_line_with_option_value_and_expectation) {
  const temporary_folder folder;
  const std::string directory = folder / "";
  BOOST_TEST(complaint_about(directory).ends_with("expected a TOML or INI file that can be read (it is a directory)"));
  if (::geteuid() == 0) return; // root reads everything
  const std::string locked = folder.file("locked.toml", "workers = 3\n");
  ::chmod(locked.c_str(), 0);
  BOOST_TEST(complaint_about(locked).ends_with("expected a TOML or INI file that can be read (Permission denied)"));
}

BOOST_AUTO_TEST_CASE(a_word_in_a_file_that_nobody_knows_is_refused_in_one_line_with_option_value_and_expectation) {
  for (auto [content, word] : {std::pair{"wokers = 3\n", "wokers"}, {"quantum = 4\n[server]\nworkers = 3\n", "server"},
                               {"config = other.toml\n", "config"}}) {
    temporary_file file{content};
    const std::string line = complaint_about(file.path());
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(line.starts_with("--config " + file.path() + ": " + word + ": expected one of node-name, node-shards, workers, "));
      BOOST_TEST(line.ends_with(", log-file"));
    }
  }
}

BOOST_AUTO_TEST_CASE(from_the_command_line_nothing_may_be_left_over) {
  int status = 0;
  auto text = usage_text({"--wokers", "3"}, &status);
  BOOST_TEST(status == 2);
  BOOST_TEST(text == "program: --wokers: unknown option; expected one of those 'program --help' lists");
}

BOOST_AUTO_TEST_CASE(help_lists_every_option_and_is_no_error) {
  int status = 1;
  auto text = usage_text({"--help"}, &status);
  BOOST_TEST(status == 0);
  for (const char* option : {"--config", "--node-name", "--node-shards", "--workers", "--mailbox-limit",
                             "--mailbox-policy", "--inbox-mib", "--slow-handler-ms", "--shutdown-ms", "--quantum",
                             "--no-balance", "--log-level", "--log-file"})
    BOOST_TEST(text.find(option) != std::string::npos, option);
}
