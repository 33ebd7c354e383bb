// SPDX-License-Identifier: BSD-3-Clause
//
// The actor that the tests publish for plain CAF programs.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <actors/actor.hpp>

namespace bank {

struct deposit {
  double amount;
  std::string from;
};
struct balance {};
struct statement {
  double total = 0;
  std::vector<std::string> from;
};
struct overdraw {
  std::string why;
};
struct measure {
  std::vector<double> values;
  float one = 0;
};
struct stop_now {};

class vault : public actors::actor<vault> {
public:
  using handles = actors::messages<deposit, balance, overdraw, measure, stop_now>;

  void on(deposit m) {
    held_.total += m.amount;
    held_.from.push_back(std::move(m.from));
  }
  statement on(balance) const { return held_; }
  void on(const overdraw& m) { throw std::runtime_error{m.why}; }
  measure on(measure m) const { return m; }
  void on(stop_now) { stop(); }

private:
  statement held_;
};

} // namespace bank
