// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE runtime_logging
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>

#include <actors/actors.hpp>

#include "orderly_node.hpp"
#include "temporary_folder.hpp"
#include "waiting.hpp"

using namespace actors;
using waiting::eventually;

namespace {

struct say {
  log_level level;
  std::string text;
};
struct burst {};

class speaker : public actor<speaker> {
public:
  using handles = messages<say, burst>;
  bool on(const say& s) {
    log(s.level, s.text);
    return true;
  }
  bool on(burst) { throw std::runtime_error{"the pipe is broken"}; }
};

class log_file {
public:
  log_file() : path_{folder_ / "node.log"} {}
  const std::string& path() const { return path_; }
  std::string text() const {
    std::stringstream all;
    all << std::ifstream{path_}.rdbuf();
    return all.str();
  }
  bool has(const std::string& pattern) const { return std::regex_search(text(), std::regex{pattern}); }

private:
  temporary_folder folder_;
  std::string path_;
};

} // namespace

BOOST_AUTO_TEST_CASE(lines_carry_time_node_level_and_text_from_the_level_chosen) {
  log_file file;
  {
    node_options o;
    o.name = "eu-1";
    o.log_file = file.path();
    o.level = log_level::warning;
    orderly_node here{o};
    auto s = here.spawn<speaker>();
    (void)here.ask(s, say{log_level::info, "hidden"}).value();
    (void)here.ask(s, say{log_level::warning, "shown"}).value();
    (void)here.ask(s, say{log_level::error, "braces {} are text"}).value();
    // Warnings are written at once.
    BOOST_TEST(file.has("[0-9-]+T[0-9:.]+ eu-1 warning shown\n"));
  }
  BOOST_TEST(file.has("eu-1 error braces \\{\\} are text\n"));
  BOOST_TEST(!file.has("hidden"));
}

BOOST_AUTO_TEST_CASE(an_actor_that_fails_is_in_the_log_with_type_message_and_text) {
  log_file file;
  node_options o;
  o.log_file = file.path();
  orderly_node here{o};
  auto s = here.spawn<speaker>();
  BOOST_TEST(!here.ask(s, burst{}).result());
  BOOST_TEST(eventually([&] { return file.has("the pipe is broken"); }));
  BOOST_TEST(file.has("speaker"));
  BOOST_TEST(file.has("burst"));
  BOOST_TEST(file.has("runtime_error"));
}
