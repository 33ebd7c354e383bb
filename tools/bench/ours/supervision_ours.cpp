// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/supervision.hpp"

#include "bench/harness/run_clock.hpp"
#include "bench/ours/two_workers.hpp"

#include <actors/supervision/supervision.hpp>
#include <chrono>
#include <limits>
#include <stdexcept>

namespace bench {
namespace {

using namespace std::chrono_literals;
namespace sup = actors::supervision;
using steady = std::chrono::steady_clock;

struct fail {};
struct tick {};

// What the instances of the failing child share.
struct ordeal {
  std::uint64_t left = 0;
  steady::time_point failed_at;
  steady::duration down{};
  run_clock clock;
};

class patient : public actors::actor<patient> {
public:
  using handles = actors::messages<fail, tick>;
  // Specifications are data that may travel; this one stays in the process, so an address will do.
  explicit patient(std::uint64_t address) : shared_{*reinterpret_cast<ordeal*>(address)} {}

  void on(fail) {
    shared_.failed_at = steady::now();
    throw std::runtime_error{"as planned"};
  }
  void on(tick) {
    shared_.down += steady::now() - shared_.failed_at;
    if (--shared_.left == 0) {
      shared_.clock.finish();
      return;
    }
    tell(self(), fail{});
    tell(self(), tick{});
  }

private:
  ordeal& shared_;
};

struct nothing {};

class idler : public actors::actor<idler> {
public:
  using handles = actors::messages<nothing>;
  void on(nothing) {}
};

template <class T>
T taken(actors::expected<T> outcome) {
  if (!outcome) throw std::runtime_error{to_string(outcome.error())};
  return std::move(*outcome);
}

} // namespace

double ours_restart(const restart_params& params) {
  ordeal shared;
  shared.left = params.failures;
  {
    actors::node node{two_workers()};
    taken(sup::start(node, sup::one_for_one("ward")
                               .intensity(std::numeric_limits<std::uint32_t>::max(), 1s)
                               .child<patient>("patient", sup::args(reinterpret_cast<std::uint64_t>(&shared)))));
    auto child = taken(node.find<patient>("ward/patient"));
    child.tell(fail{});
    child.tell(tick{});
    (void)shared.clock.seconds();
  }
  return std::chrono::duration<double, std::micro>(shared.down).count() / static_cast<double>(params.failures);
}

double ours_children(const children_params& params) {
  auto many = sup::one_for_one("many");
  for (std::uint64_t i = 0; i < params.children; ++i) many.child<idler>(std::to_string(i));
  actors::node node{two_workers()};
  const auto begin = steady::now();
  taken(sup::start(node, std::move(many)));
  if (!node.shutdown()) throw std::runtime_error{"the children did not stop in time"};
  return std::chrono::duration<double>(steady::now() - begin).count();
}

} // namespace bench
