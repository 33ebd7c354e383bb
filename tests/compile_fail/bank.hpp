// SPDX-License-Identifier: BSD-3-Clause
//
// A correct actor for the misuse beside it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <actors/actors.hpp>

using namespace std::chrono_literals;

struct deposit {
  std::int64_t amount;
};
struct depositt {
  std::int64_t amount;
};
struct balance {};

class account : public actors::actor<account> {
public:
  using handles = actors::messages<deposit, balance>;
  void on(deposit m) { total_ += m.amount; }
  std::int64_t on(balance) const { return total_; }

private:
  std::int64_t total_ = 0;
};
