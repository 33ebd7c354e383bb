// SPDX-License-Identifier: BSD-3-Clause
// Runs the program itself: heat_cli_test -- <heat> <picture of 512x512 pixels>
#define BOOST_TEST_MODULE heat_cli
#include <boost/test/unit_test.hpp>

#include <iterator>

#include <sys/wait.h>

#include "temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;

std::string argument(int i) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  if (suite.argc <= i)
    throw std::runtime_error{"expected: heat_cli_test -- <heat> <picture>"};
  return fs::absolute(suite.argv[i]).string();
}

std::string picture() { return argument(2); }

std::string content(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct outcome {
  int status = -1;
  std::string out;
  std::string err;
};

/// Runs `heat <words>` in `folder`.
outcome heat_in(const temporary_folder& folder, const std::string& words) {
  const temporary_folder aside;
  const auto command = "cd " + (folder / ".").string() + " && '" + argument(1) + "' " + words +
                       " >" + (aside / "out").string() + " 2>" + (aside / "err").string() +
                       " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(aside / "out"),
          content(aside / "err")};
}

void check_refused(const temporary_folder& folder, const std::string& words,
                   const std::string& line) {
  BOOST_TEST_CONTEXT("heat " << words) {
    const auto before = folder.entries();
    const auto found = heat_in(folder, words);
    BOOST_TEST(found.status == 2);
    BOOST_TEST(found.out == "");
    BOOST_TEST(found.err == "heat: " + line + "\n");
    BOOST_TEST(folder.entries() == before);
  }
}

void check_refused(const std::string& words, const std::string& line) {
  check_refused(temporary_folder{}, words, line);
}

void check_right(const std::string& words, const std::string& line) {
  BOOST_TEST_CONTEXT("heat " << words) {
    const temporary_folder folder;
    const auto found = heat_in(folder, words);
    BOOST_TEST(found.status == 0);
    BOOST_TEST(found.err == "");
    BOOST_TEST(found.out.find(line) != std::string::npos, found.out);
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(options_it_cannot_use) {
  check_refused(
      "", "no --input: expected a PNG picture, or --size such as 2048x2048 for a synthetic field");
  check_refused("--bogus", "--bogus: unknown option; expected one of those 'heat --help' lists");
  check_refused("--size 2048x2048 --blocks 7x8",
                "--blocks 7x8: 2048 rows cannot be cut into 7 equal blocks; try 8x8");
  check_refused("--size 0x5",
                "--size 0x5: expected ROWSxCOLUMNS such as 8x8, each from 1 to 16384");
  check_refused("--size 8x8 --steps 0", "--steps 0: expected a whole number from 1 to 100000000");
  for (const std::string shards : {"-2", "0", "513", "99999999999999999999", "two"})
    check_refused("--size 8x8 --shards=" + shards,
                  "--shards " + shards + ": expected a whole number from 1 to 512");
}

BOOST_AUTO_TEST_CASE(failures_it_cannot_bring_about) {
  for (const std::string text :
       {"3x1@5", "1x3@5", "0x1@5", "1x1@0", "1x1@11", "1x1", "@5", "1x1@5@6"})
    check_refused(
        "--size 8x8 --blocks 2x2 --steps 10 --fail " + text,
        "--fail " + text +
            ": expected ROWxCOLUMN@STEP, a block from 1x1 to 2x2 and a step from 1 to 10");
  check_refused("--size 8x8 --steps 10 --fail 1x1@5 --keep 0",
                "--fail 1x1@5: --keep is 0, so no block can recover; expected --keep 1 or more");
  check_refused("--size 8x8 --keep some",
                "--keep some: expected a whole number from 0 to 100000000");
}

BOOST_AUTO_TEST_CASE(blocks_that_fail_are_verified_and_reported) {
  const std::string words = "--size 96x144 --steps 50 --blocks 2x3 --shards 2 --depth 4 --keep 8 "
                            "--log-level error --verify --prk --fail 1x2@30 --fail 2x3@30 "
                            "--fail 1x2@50 --fail 1x1@1";
  check_right(words, "verify    all 13824 cells equal the serial loop's bit for bit\n");
  check_right(words, "restarts  block 1x1 failed at step 1 and went on from the start\n");
  check_right(words, "          block 1x2 failed at step 50 and went on from its copy of step ");
  check_right(words + " --json", "{\"block\":\"2x3\",\"failed_at\":30,\"went_on_from\":");
  check_right("--size 96x144 --steps 5 --keep 0 --verify --json", "\"restarts\":[]");
}

BOOST_AUTO_TEST_CASE(options_of_the_node) {
  check_refused("--size 8x8 --workers 1025", "--workers 1025: expected 0 to 1024");
  check_refused("--size 8x8 --log-level loud",
                "--log-level loud: expected one of debug, info, warning, error");
  check_refused("--size 8x8 --node-shards 3", "--node-shards 3: expected --shards 3");
  // Equal words for the node and for us.
  check_right("--workers 2 --size 8x8 --steps 2 --shards 2 --log-level error --verify",
              "all 64 cells equal");
}

BOOST_AUTO_TEST_CASE(pictures_it_cannot_read) {
  const temporary_folder folder;
  const auto refused = [&](const std::string& name, const std::string& line) {
    check_refused(folder, "--input " + name + " --output o.png", "--input " + name + ": " + line);
  };
  const std::string wanted = "expected a PNG of 1 to 16384 pixels a side";
  refused("none.png", "no such file; " + wanted);
  folder.file("text.png", "Not a picture.\n");
  refused("text.png", "not a PNG picture; " + wanted);
  folder.file("empty.png", "");
  refused("empty.png", "not a PNG picture; " + wanted);
  const auto whole = content(picture());
  folder.file("half.png", whole.substr(0, whole.size() / 2));
  refused("half.png", "damaged PNG (Read Error); " + wanted);
  folder.file("header.png", whole.substr(0, 20));
  refused("header.png", "damaged PNG (Read Error); " + wanted);
}

BOOST_AUTO_TEST_CASE(targets_it_cannot_write) {
  check_refused("--input " + picture() + " --output no/o.png",
                "--output no/o.png: the folder no does not exist; expected an existing one");
}

BOOST_AUTO_TEST_CASE(verified_on_many_shapes_and_shards) {
  for (const std::string blocks : {"1x1", "2x4", "8x8", "4x16"})
    for (const std::string shards : {"1", "2", "3"})
      for (const std::string depth : {"1", "8"})
        check_right("--input " + picture() +
                        " --output o.png --frames 0 --steps 20 --verify --blocks " + blocks +
                        " --shards " + shards + " --depth " + depth,
                    "verify    all 262144 cells equal the serial loop's bit for bit\n");
  for (const std::string blocks : {"1x1", "2x3", "8x8", "4x16"})
    check_right("--size 96x144 --steps 50 --verify --shards 3 --blocks " + blocks,
                "verify    all 13824 cells equal the serial loop's bit for bit\n");
}

BOOST_AUTO_TEST_CASE(prk_in_the_same_run) {
  check_right("--size 96x144 --steps 9 --blocks 2x3 --shards 2 --prk",
              "prk       norm 20 after 10 sweeps, expected 20: right\n");
}

BOOST_AUTO_TEST_CASE(writes_the_picture_and_the_course) {
  const temporary_folder folder;
  const auto found = heat_in(folder, "--input " + picture() + " --output o.png --steps 30");
  BOOST_TEST(found.status == 0);
  BOOST_TEST(found.err == "");
  BOOST_TEST(content(folder / "o.png").starts_with("\x89PNG"));
  BOOST_TEST(content(folder / "o_course.png").starts_with("\x89PNG"));
  BOOST_TEST(folder.entries() == 2u);
}

BOOST_AUTO_TEST_CASE(compares_with_the_plain_loop_and_speaks_json) {
  check_right("--size 64x64 --steps 5 --baseline --repetitions 1 --json", "\"ratio\":");
}
