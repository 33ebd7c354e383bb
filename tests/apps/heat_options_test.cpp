// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE heat_options
#include <boost/test/unit_test.hpp>

#include <vector>

#include "common/picture.hpp"
#include "heat/options.hpp"
#include "temporary_folder.hpp"

namespace {

constexpr heat::machine host{.memory = std::size_t{8} << 30, .threads = 2};

apps::expected<heat::options> parse(const std::vector<std::string>& words) {
  std::vector<const char*> argv{"heat"};
  for (const auto& word : words)
    argv.push_back(word.c_str());
  return heat::parse_options(static_cast<int>(argv.size()), argv.data(), host);
}

void check_error(const std::vector<std::string>& words, const std::string& expected) {
  const auto found = parse(words);
  BOOST_REQUIRE(!found);
  BOOST_TEST(found.error().text == expected);
}

} // namespace

BOOST_AUTO_TEST_CASE(defaults_fit_the_size) {
  const auto found = parse({"--size", "2048x2048"});
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->blocks == apps::extent{8, 8}));
  BOOST_TEST(found->shards == 2u);
  BOOST_TEST(found->steps == 200u);
  BOOST_TEST(found->depth == 8u);
  BOOST_TEST(found->output.empty());
  for (const auto* size : {"1x1", "2x3", "7x13", "9x16384"})
    BOOST_TEST(parse({"--size", size}).has_value());
  BOOST_TEST(parse({"--size", "17x13", "--prk"}).has_value());
}

BOOST_AUTO_TEST_CASE(takes_every_option) {
  const temporary_folder folder;
  const auto in = folder / "in.png";
  BOOST_REQUIRE(apps::write_picture(in, apps::picture{{20, 30}}).has_value());
  const auto found = parse({"--input",       in,      "--output", folder / "out.png",
                            "--steps",       "7",     "--blocks", "2x3",
                            "--shards",      "4",     "--depth",  "5",
                            "--rate",        "0.25",  "--frames", "3",
                            "--repetitions", "9",     "--verify", "--baseline",
                            "--prk",         "--json"});
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->size == apps::extent{20, 30}));
  BOOST_TEST((found->blocks == apps::extent{2, 3}));
  BOOST_TEST((found->sheet == folder / "out_course.png"));
  BOOST_TEST(found->steps == 7u);
  BOOST_TEST(found->shards == 4u);
  BOOST_TEST(found->depth == 5u);
  BOOST_TEST(found->rate == 0.25);
  BOOST_TEST(found->frames == 3u);
  BOOST_TEST(found->repetitions == 9u);
  BOOST_TEST((found->verify && found->baseline && found->prk && found->json));
  BOOST_TEST(folder.entries() == 1u);
}

BOOST_AUTO_TEST_CASE(takes_blocks_that_are_to_fail) {
  const auto found = parse({"--size", "8x8", "--blocks", "2x4", "--steps", "10", "--fail", "2x1@10",
                            "--fail", "1x4@1", "--fail", "1x4@1", "--keep", "3"});
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->failures == std::vector<heat::failure_order>{{4, 10}, {3, 1}, {3, 1}}));
  BOOST_TEST(found->keep == 3u);
}

BOOST_AUTO_TEST_CASE(help_is_not_an_error) {
  const auto found = parse({"--help"});
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->help.find("--blocks") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(blocks_that_do_not_divide) {
  check_error({"--size", "2048x2048", "--blocks", "7x8"},
              "--blocks 7x8: 2048 rows cannot be cut into 7 equal blocks; try 8x8");
  check_error({"--size", "2048x2048", "--blocks", "8x7"},
              "--blocks 8x7: 2048 columns cannot be cut into 7 equal blocks; try 8x8");
  check_error({"--size", "4x4", "--blocks", "8x8"},
              "--blocks 8x8: 4 rows cannot be cut into 8 equal blocks; try 4x4");
  for (const auto* text : {"0x8", "8", "8x", "x8", "8x8x8", "-8x8", "8 x 8", "8x8 ", "axb",
                           "99999999999999999999x8", "16385x1"})
    check_error({"--size", "2048x2048", std::string{"--blocks="} + text},
                std::string{"--blocks "} + text +
                    ": expected ROWSxCOLUMNS such as 8x8, each from 1 to 16384");
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range) {
  const std::vector<std::string> small{"--size", "8x8"};
  const auto with = [&](const char* option, const char* value) {
    return std::vector<std::string>{"--size", "8x8", option, value};
  };
  check_error(with("--steps", "0"), "--steps 0: expected a whole number from 1 to 100000000");
  check_error(with("--steps", "ten"), "--steps ten: expected a whole number from 1 to 100000000");
  check_error(with("--steps", "-1"), "--steps -1: expected a whole number from 1 to 100000000");
  check_error(with("--shards", "0"), "--shards 0: expected a whole number from 1 to 512");
  check_error(with("--shards", "513"), "--shards 513: expected a whole number from 1 to 512");
  check_error(with("--frames", "401"), "--frames 401: expected a whole number from 0 to 400");
  check_error(with("--depth", "3"),
              "--depth 3: expected a whole number from 1 to 2, for blocks of 2x2 cells");
  for (const auto* rate : {"0", "-0.1", "0.26", "nan", "inf", "x", "0.2x"})
    check_error(with("--rate", rate), std::string{"--rate "} + rate +
                                          ": expected a number above 0 and up to 0.25, beyond "
                                          "which the scheme is unstable");
}

BOOST_AUTO_TEST_CASE(unknown_and_incomplete_options) {
  check_error({"--bogus"}, "--bogus: unknown option; expected one of those 'heat --help' lists");
  check_error({"--size", "8x8", "stray"},
              "stray: unknown option; expected one of those 'heat --help' lists");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--steps"},
                                                {"--size", "8x8", "--steps", "1", "--steps", "2"},
                                                {"--size", "8x8", "--verify=maybe"}}) {
    const auto found = parse(words);
    BOOST_REQUIRE(!found);
    BOOST_TEST(found.error().text.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_size_or_a_picture_but_not_both) {
  const temporary_folder folder;
  const auto in = folder / "in.png";
  BOOST_REQUIRE(apps::write_picture(in, apps::picture{{4, 4}}).has_value());
  check_error({}, "no --input: expected a PNG picture, or --size such as 2048x2048 for a synthetic "
                  "field");
  check_error({"--input", in, "--size", "8x8"},
              "--size 8x8: the picture " + in.string() +
                  " has its own size; expected only one of --input and --size");
  check_error({"--input", in},
              "no --output: expected the name of a PNG to write, such as heat.png");
  check_error({"--size", "0x5"},
              "--size 0x5: expected ROWSxCOLUMNS such as 8x8, each from 1 to 16384");
  check_error({"--size", "16385x5"},
              "--size 16385x5: expected ROWSxCOLUMNS such as 8x8, each from 1 to 16384");
}

BOOST_AUTO_TEST_CASE(pictures_that_cannot_be_read_or_written) {
  const temporary_folder folder;
  const auto in = folder / "in.png";
  BOOST_REQUIRE(apps::write_picture(in, apps::picture{{4, 4}}).has_value());
  const auto text = folder.file("notes.txt", "text").string();
  check_error({"--input", text, "--output", folder / "o.png"},
              "--input " + text +
                  ": not a PNG picture; expected a PNG of 1 to 16384 pixels a side");
  check_error({"--input", in, "--output", in},
              "--output " + in.string() + ": would overwrite --input; expected another name");
  const auto lost = (folder / "no/o.png").string();
  check_error({"--input", in, "--output", lost}, "--output " + lost + ": the folder " +
                                                     (folder / "no").string() +
                                                     " does not exist; expected an existing one");
  const auto same = (folder / "o.png").string();
  check_error({"--input", in, "--output", same, "--sheet", same},
              "--sheet " + same + ": is --output, too; expected another name");
  BOOST_TEST(folder.entries() == 2u);
}

BOOST_AUTO_TEST_CASE(more_than_the_memory_is_refused) {
  const auto found = parse({"--size", "16384x16384", "--blocks", "16384x16384"});
  BOOST_REQUIRE(!found);
  BOOST_TEST(found.error().text.starts_with(
      "--size 16384x16384: 16384x16384 blocks of 1x1 cells need about "));
  BOOST_TEST(found.error().text.ends_with("expected at most the 8192 MiB of this machine"));
}

BOOST_AUTO_TEST_CASE(prk_needs_room_for_its_star) {
  check_error(
      {"--size", "4x9", "--prk"},
      "--prk: a grid of 4x9 cells is too small for a star of radius 2; expected 5x5 or more");
  check_error({"--size", "8x8", "--blocks", "8x8", "--prk"},
              "--prk: blocks of 1x1 cells are smaller than the star's radius 2; try --blocks 4x4");
}
