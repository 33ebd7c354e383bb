// SPDX-License-Identifier: BSD-3-Clause
// Runs the program itself: plan_cli_test -- <plan> <folder of the example>
#define BOOST_TEST_MODULE plan_cli
#include <boost/test/unit_test.hpp>

#include <iterator>

#include <sys/wait.h>

#include "temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;

std::string argument(int i) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  if (suite.argc <= i)
    throw std::runtime_error{"expected: plan_cli_test -- <plan> <folder of the example>"};
  return fs::absolute(suite.argv[i]).string();
}

std::string content(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct outcome {
  int status = -1;
  std::string out;
  std::string err;
};

/// Runs `plan <words>` in `folder`.
outcome plan_in(const fs::path& folder, const std::string& words) {
  const temporary_folder aside;
  const auto command = "cd '" + folder.string() + "' && '" + argument(1) + "' " + words + " >" +
                       (aside / "out").string() + " 2>" + (aside / "err").string() + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(aside / "out"),
          content(aside / "err")};
}

void check_refused(const fs::path& folder, const std::string& words, const std::string& line) {
  BOOST_TEST_CONTEXT("plan " << words) {
    const auto found = plan_in(folder, words);
    BOOST_TEST(found.status == 2);
    BOOST_TEST(found.out == "");
    BOOST_TEST(found.err == "plan: " + line + "\n");
  }
}

constexpr auto right_nodes = R"({"nodes": [{"name": "a", "labels": "cores=4"}]})";
constexpr auto right_workload = R"({"requests": [{"name": "r", "cores": 1}]})";

/// A faulty table beside a right workload.
void check_table_refused(const std::string& table, const std::string& line) {
  const temporary_folder folder;
  folder.file("n.json", table);
  folder.file("w.json", right_workload);
  check_refused(folder / ".", "--nodes n.json --workload w.json", "--nodes n.json: " + line);
}

void check_workload_refused(const std::string& workload, const std::string& line) {
  const temporary_folder folder;
  folder.file("n.json", right_nodes);
  folder.file("w.json", workload);
  check_refused(folder / ".", "--nodes n.json --workload w.json", "--workload w.json: " + line);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_example_is_planned_as_its_folder_says) {
  const fs::path folder = argument(2);
  auto found = plan_in(folder, "--nodes nodes.json --workload workload.json");
  BOOST_TEST(found.status == 0);
  BOOST_TEST(found.err == "");
  const auto time = found.out.rfind("time ");
  BOOST_REQUIRE(time != std::string::npos);
  found.out = found.out.substr(0, time) + "time      ... s\n";
  BOOST_TEST(found.out == content(folder / "plan.expected"));
  BOOST_TEST(content(folder / "../README.md").find(found.out) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(options_it_cannot_use) {
  const fs::path folder = argument(2);
  const std::string files = "--nodes nodes.json --workload workload.json ";
  check_refused(folder, "", "no --nodes: expected a JSON file, see 'plan --help'");
  check_refused(folder, "--nodes nodes.json",
                "no --workload: expected a JSON file, see 'plan --help'");
  check_refused(folder, files + "--bogus",
                "--bogus: unknown option; expected one of those 'plan --help' lists");
  check_refused(folder, files + "--effort lots",
                "--effort lots: expected a whole number from 0 to 1000000000");
  check_refused(folder, files + "--seed=-1",
                "--seed -1: expected a whole number from 0 to 18446744073709551615");
  check_refused(folder, files + "--rows 1.5",
                "--rows 1.5: expected a whole number from 0 to 10000000");
  check_refused(folder, "--nodes none.json --workload workload.json",
                "--nodes none.json: cannot be read; expected a JSON file");
  check_refused(folder, "--nodes nodes.json --workload none.json",
                "--workload none.json: cannot be read; expected a JSON file");
}

BOOST_AUTO_TEST_CASE(tables_it_cannot_use) {
  check_table_refused("", "line 1, column 1: no JSON; expected an object");
  check_table_refused("{\"nodes\": [\n  {\"name\" \"a\"}]}",
                      "line 2, column 13: no JSON; expected an object");
  check_table_refused("{\"nodes\": 1e999}", "a number is too large; expected at most 1e308");
  check_table_refused(R"({"nodes": [{"name": []}]})",
                      "nodes[0].name: expected a text, it is a list");
  check_table_refused(R"({"nodes": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}",
                      "nodes[0]: expected an object");
  check_table_refused("[]", "file: expected an object");
  check_table_refused("{}", "nodes: expected it, it is missing");
  check_table_refused(R"({"nodes": 3})", "nodes: expected a list, it is 3");
  check_table_refused(R"({"nodes": [7]})", "nodes[0]: expected an object");
  check_table_refused(R"({"nodes": [{}]})", "nodes[0].name: expected it, it is missing");
  check_table_refused(
      R"({"nodes": [{"name": "a", "coers": 4}]})",
      "nodes[0].coers: unknown; expected one of name, id, count, labels, state, paid, used_cores, "
      "used_memory, used_gpus, actors, queue");
  check_table_refused(R"({"nodes": [{"name": "a", "labels": "gpu=one"}]})",
                      "nodes[0].labels: label gpu=one: expected a whole number from 0 to 1000000");
  check_table_refused(R"({"nodes": [{"name": "a", "state": "gone"}]})",
                      "nodes[0].state: expected joining, up, leaving or down, it is gone");
  check_table_refused(R"({"nodes": [{"name": "a", "count": -1}]})",
                      "nodes[0].count: expected a whole number from 0 on, it is -1");
  check_table_refused(R"({"nodes": [{"name": "a", "count": 5000000000}]})",
                      "nodes[0].count: expected at most 4294967295, it is 5000000000");
  check_table_refused(R"({"nodes": [{"name": "a", "count": 0}]})",
                      "nodes[0].count: expected 1 to 1000000 nodes in all");
  check_table_refused(R"({"nodes": [{"name": "a"}, {"name": "a"}]})",
                      "node 2: name: expected one that no other node has, it is 'a'");
  check_table_refused(R"({"nodes": [{"name": "a", "used_memory": "4 GB"}]})",
                      "nodes[0].used_memory: expected bytes such as 1000, 512K, 64G, up to 1024T");
  check_table_refused(R"({"nodes": [], "regions": [{"a": "eu", "latency_ms": 4}]})",
                      "regions[0].b: expected it, it is missing");
  check_table_refused(R"({"nodes": [], "regions": [{"a": "x", "b": "y", "latency_ms": -4}]})",
                      "regions[0].latency_ms: expected 0 to 1000000000 milliseconds, it is -4");
}

BOOST_AUTO_TEST_CASE(workloads_it_cannot_use) {
  check_workload_refused(R"({"requests": [{"name": "r", "cores": "one"}]})",
                         "requests[0].cores: expected a number, it is \"one\"");
  check_workload_refused(R"({"requests": [{"name": "r", "place": "there"}]})",
                         "requests[0].place: expected cheapest, least_loaded, round_robin, 'on "
                         "NODE' or 'near REQUEST', it is 'there'");
  check_workload_refused(R"({"requests": [{"name": "r", "labels": {"gpu": 1}}]})",
                         "requests[0].labels.gpu: expected a text such as \"1\", it is 1");
  check_workload_refused(R"({"requests": [{"name": "r", "labels": {"gpu": "x"}}]})",
                         "request 'r': labels: label gpu=x: expected a whole number from 0 to "
                         "1000000, it is 'x'");
  check_workload_refused(R"({"requests": [{"name": "r", "peers": [{"gb_per_hour": 1}]}]})",
                         "requests[0].peers[0].to: expected it, it is missing");
  check_workload_refused(R"({"requests": [{"name": "r", "peers": [{"to": "s"}]}]})",
                         "request 'r': peer: expected the name of a request, it is 's'");
  check_workload_refused(R"({"requests": [{"name": "r", "cores": -1}]})",
                         "request 'r': needs.cores: expected a number from 0 to 1000000, it is "
                         "'-1'");
}

BOOST_AUTO_TEST_CASE(what_has_no_room_is_said_and_shows_in_the_status) {
  const temporary_folder folder;
  folder.file("n.json", right_nodes);
  folder.file("w.json", R"({"requests": [{"name": "r", "cores": 3, "count": 2}]})");
  const auto found = plan_in(folder / ".", "--nodes n.json --workload w.json");
  BOOST_TEST(found.status == 1);
  BOOST_TEST(found.out.find("bound     1 actors found no room\n") != std::string::npos, found.out);
  BOOST_TEST(found.out.find("no node has 3 free cores: 1 with 1\n") != std::string::npos,
             found.out);
  const auto json = plan_in(folder / ".", "--nodes n.json --workload w.json --json");
  BOOST_TEST(json.out.find(R"("why_not":"no node has 3 free cores: 1 with 1")") !=
                 std::string::npos,
             json.out);
  BOOST_TEST(json.out.find(R"("unplaced":1)") != std::string::npos, json.out);
}
