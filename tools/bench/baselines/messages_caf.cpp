// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/messages.hpp"

#include "bench/baselines/caf_system.hpp"
#include "bench/harness/run_clock.hpp"

#include <atomic>
#include <caf/all.hpp>
#include <vector>

namespace bench {
namespace {

using policy = caf_choice::policy;
using more_atom = caf::atom_constant<caf::atom("more")>;

// What the players of a run share. Constant while they play, but for the countdown.
struct match {
  std::vector<caf::actor> players; // pairs stand side by side
  std::atomic<std::uint64_t> pairs_left;
  run_clock clock;
};

class player : public caf::event_based_actor {
public:
  player(caf::actor_config& config, match& of, std::size_t index)
      : event_based_actor(config), match_(of), peer_(index ^ 1) {}

  caf::behavior make_behavior() override {
    return {[this](std::uint64_t left) {
      if (left > 0)
        send(match_.players[peer_], left - 1);
      else
        end();
    }};
  }

private:
  void end() {
    if (match_.pairs_left.fetch_sub(1) == 1)
      match_.clock.finish();
    send_exit(match_.players[peer_], caf::exit_reason::user_shutdown);
    quit();
  }

  match& match_;
  std::size_t peer_;
};

double run_pairs(const pairs_params& params, caf_choice choice) {
  match played;
  caf_system system{choice};
  played.pairs_left = params.pairs;
  for (std::size_t i = 0; i < 2 * params.pairs; ++i)
    played.players.push_back(system->spawn<player>(played, i));
  system->spawn([&](caf::event_based_actor* starter) {
    played.clock.start();
    for (std::size_t i = 0; i < played.players.size(); i += 2)
      starter->send(played.players[i], params.messages - 1);
  });
  auto seconds = played.clock.seconds();
  system.await_end();
  played.players.clear();
  return seconds * 1e9 / static_cast<double>(params.pairs * params.messages);
}

class sink : public caf::event_based_actor {
public:
  sink(caf::actor_config& config, std::uint64_t expected, run_clock& clock)
      : event_based_actor(config), left_(expected), clock_(clock) {}

  caf::behavior make_behavior() override {
    return {[this](std::uint64_t) {
              if (--left_ == 0)
                clock_.finish();
            },
            [](more_atom) { return more_atom::value; }};
  }

private:
  std::uint64_t left_;
  run_clock& clock_;
};

class burst_sender : public caf::event_based_actor {
public:
  burst_sender(caf::actor_config& config, caf::actor to, const fan_in_params& params)
      : event_based_actor(config), to_(std::move(to)), left_(params.messages),
        burst_(params.burst) {}

  caf::behavior make_behavior() override {
    return {[this](more_atom) { send_burst(); }};
  }

  void on_exit() override { to_ = nullptr; }

private:
  void send_burst() {
    for (std::uint64_t i = 0; i < burst_ && left_ > 0; ++i)
      send(to_, left_--);
    send(to_, more_atom::value);
    if (left_ == 0)
      quit();
  }

  caf::actor to_;
  std::uint64_t left_;
  std::uint64_t burst_;
};

class asker : public caf::event_based_actor {
public:
  asker(caf::actor_config& config, caf::actor whom, std::uint64_t asks, run_clock& clock)
      : event_based_actor(config), whom_(std::move(whom)), asks_(asks), clock_(clock) {}

  caf::behavior make_behavior() override {
    clock_.start();
    ask(0);
    return {[](caf::unit_t) {}};
  }

  void on_exit() override { whom_ = nullptr; }

private:
  void ask(std::uint64_t asked) {
    request(whom_, caf::infinite, asked).then([this](std::uint64_t answer) {
      if (answer < asks_)
        ask(answer);
      else
        end();
    });
  }

  void end() {
    clock_.finish();
    send_exit(whom_, caf::exit_reason::user_shutdown);
    quit();
  }

  caf::actor whom_;
  std::uint64_t asks_;
  run_clock& clock_;
};

class successor : public caf::event_based_actor {
public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[](std::uint64_t number) { return number + 1; }};
  }
};

} // namespace

double caf_ping_pong(const pairs_params& params) {
  return run_pairs(params, {policy::stealing, 1});
}

double caf_ping_pong_two_workers(const pairs_params& params) {
  return run_pairs(params, {policy::stealing, 2});
}

double caf_pairs_two_workers(const pairs_params& params) {
  return run_pairs(params, {policy::stealing, 2});
}

double caf_fan_in(const fan_in_params& params) {
  run_clock clock;
  caf_system system{{policy::stealing, 1}};
  auto total = params.senders * params.messages;
  auto to = system->spawn<sink>(total, clock);
  std::vector<caf::actor> senders;
  for (std::uint64_t i = 0; i < params.senders; ++i)
    senders.push_back(system->spawn<burst_sender>(to, params));
  system->spawn([&](caf::event_based_actor* starter) {
    clock.start();
    for (const auto& each : senders)
      starter->send(each, more_atom::value);
  });
  auto seconds = clock.seconds();
  caf::anon_send_exit(to, caf::exit_reason::user_shutdown);
  system.await_end();
  return seconds * 1e9 / static_cast<double>(total);
}

double caf_ask(const ask_params& params) {
  run_clock clock;
  caf_system system{{policy::stealing, 1}};
  system->spawn<asker>(system->spawn<successor>(), params.asks, clock);
  auto seconds = clock.seconds();
  system.await_end();
  return seconds * 1e9 / static_cast<double>(params.asks);
}

} // namespace bench
