// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE runtime_run
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <actors/actors.hpp>

#include "temporary_folder.hpp"

using namespace actors;

namespace {

/// Catches what is written to standard error while it lives.
class caught_stderr {
public:
  caught_stderr() : path_{folder_ / "stderr.txt"}, saved_{::dup(2)} {
    int file = ::open(path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    ::dup2(file, 2);
    ::close(file);
  }
  ~caught_stderr() {
    ::dup2(saved_, 2);
    ::close(saved_);
  }
  std::string text() const {
    std::fflush(stderr);
    std::stringstream all;
    all << std::ifstream{path_}.rdbuf();
    return all.str();
  }

private:
  temporary_folder folder_;
  std::string path_;
  int saved_;
};

struct outcome_of_run {
  int status;
  std::string said;
  bool body_ran = false;
};

template <class F>
outcome_of_run run_with(std::vector<std::string> words, F&& body) {
  words.insert(words.begin(), "./bank");
  std::vector<char*> argv;
  for (auto& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  outcome_of_run result{};
  caught_stderr err;
  result.status = actors::run(static_cast<int>(words.size()), argv.data(), [&](node& here) {
    result.body_ran = true;
    body(here);
  });
  result.said = err.text();
  return result;
}

void nothing(node&) {}

auto lines_in(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

} // namespace

BOOST_AUTO_TEST_CASE(a_program_that_ends_returns_zero) {
  auto r = run_with({"--workers", "1"}, nothing);
  BOOST_TEST(r.status == 0);
  BOOST_TEST(r.body_ran);
  BOOST_TEST(r.said == "");
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_one_line_and_status_two) {
  auto r = run_with({"--workers", "4096"}, nothing);
  BOOST_TEST(r.status == 2);
  BOOST_TEST(!r.body_ran);
  BOOST_TEST(r.said == "bank: --workers 4096: expected 0 to 1024\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_option_is_one_line_and_status_two) {
  auto r = run_with({"--colour", "red"}, nothing);
  BOOST_TEST(r.status == 2);
  BOOST_TEST(!r.body_ran);
  BOOST_TEST(lines_in(r.said) == 1);
  BOOST_TEST(r.said.find("--colour") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_file_that_cannot_be_opened_is_one_line_and_status_two) {
  auto r = run_with({"--log-file", "/proc/nowhere/log"}, nothing);
  BOOST_TEST(r.status == 2);
  BOOST_TEST(!r.body_ran);
  BOOST_TEST(lines_in(r.said) == 1);
  BOOST_TEST(r.said.find("--log-file /proc/nowhere/log") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_body_that_throws_returns_one) {
  auto r = run_with({}, [](node&) { throw std::runtime_error{"no paper"}; });
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.said.find("no paper") != std::string::npos);
  BOOST_TEST(lines_in(r.said) == 1);
}
