// SPDX-License-Identifier: BSD-3-Clause
//
// Plain CAF 0.17 between two processes: `publish` and `remote_actor`, messages over BASP.
#include "bench/workloads/network.hpp"

#include "bench/baselines/caf_system.hpp"
#include "bench/harness/run_clock.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// 16 bytes. A class of its own, as users have them: with built-in types CAF writes longer names.
struct basp_item {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, basp_item& x) {
  return f(caf::meta::type_name("item"), x.a, x.b);
}

struct basp_block {
  std::vector<char> bytes;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, basp_block& x) {
  return f(caf::meta::type_name("block"), x.bytes);
}

namespace {

/// The receiver says so after each of so many messages ...
constexpr std::uint64_t permit = 2'000;
/// ... and so many may be on their way: less leaves pauses, more only fills memory.
constexpr std::uint64_t window = 20'000;

/// What measured best for CAF; see the README.
constexpr caf_choice for_rate{caf_choice::policy::stealing, 1};
constexpr caf_choice for_round_trips{caf_choice::policy::sharing, 1};

struct basp_config : caf::actor_system_config {
  explicit basp_config(caf_choice own) {
    const auto chosen = effective(own);
    const bool stealing = chosen.scheduling == caf_choice::policy::stealing;
    load<caf::io::middleman>();
    set("scheduler.policy", stealing ? caf::atom("stealing") : caf::atom("sharing"));
    set("scheduler.max-threads", chosen.workers);
    // Without a bound a broker that is given messages never gets to its socket.
    set("scheduler.max-throughput", std::size_t{300});
    set("middleman.workers", std::size_t{1});
    add_message_type<basp_item>("item");
    add_message_type<basp_block>("block");
  }
};

class receiver : public caf::event_based_actor {
public:
  explicit receiver(caf::actor_config& config) : event_based_actor(config) {}

  caf::behavior make_behavior() override {
    return {
        [this](const basp_item&) {
          if (++received_ % permit == 0)
            send(caf::actor_cast<caf::actor>(current_sender()), permit);
        },
        [](std::uint64_t x) { return x; },
        [](std::string& text) { return std::move(text); },
        [](const basp_block& block) { return static_cast<std::uint64_t>(block.bytes.size()); },
    };
  }

private:
  std::uint64_t received_ = 0;
};

class sender : public caf::event_based_actor {
public:
  sender(caf::actor_config& config, caf::actor to, std::uint64_t messages, run_clock& clock)
      : event_based_actor(config), to_(std::move(to)), left_(messages), on_the_way_(0),
        clock_(clock) {}

  caf::behavior make_behavior() override {
    clock_.start();
    send_more();
    return {[this](std::uint64_t come) {
      on_the_way_ -= come;
      if (left_ == 0 && on_the_way_ < permit) {
        clock_.finish();
        quit();
        return;
      }
      send_more();
    }};
  }

private:
  void send_more() {
    for (; left_ != 0 && on_the_way_ < window; --left_, ++on_the_way_)
      send(to_, basp_item{left_, 1});
  }

  caf::actor to_;
  std::uint64_t left_;
  std::uint64_t on_the_way_;
  run_clock& clock_;
};

/// Text of the wanted size there and back.
class pinger : public caf::event_based_actor {
public:
  pinger(caf::actor_config& config, caf::actor to, const net_rtt_params& params, run_clock& clock)
      : event_based_actor(config), to_(std::move(to)), left_(params.round_trips + warm_up),
        counted_(params.round_trips), text_(params.bytes, 'x'), clock_(clock) {}

  caf::behavior make_behavior() override {
    send(to_, text_);
    return {[this](std::string& text) {
      if (--left_ == counted_)
        clock_.start();
      if (left_ != 0) {
        send(to_, std::move(text));
        return;
      }
      clock_.finish();
      quit();
    }};
  }

private:
  static constexpr std::uint64_t warm_up = 500;
  caf::actor to_;
  std::uint64_t left_;
  const std::uint64_t counted_;
  const std::string text_;
  run_clock& clock_;
};

/// The measuring side: CAF connected to the peer's receiver.
class basp_client {
public:
  basp_client(const std::string& role, caf_choice own)
      : peer_(role), config_(own), system_(config_) {
    auto found = system_.middleman().remote_actor("127.0.0.1", peer_.port());
    if (!found)
      throw std::runtime_error("CAF cannot connect: " + system_.render(found.error()));
    receiver_ = *found;
  }

  caf::actor_system& system() { return system_; }
  const caf::actor& to() const { return receiver_; }

private:
  peer_process peer_;
  basp_config config_;
  caf::actor_system system_;
  caf::actor receiver_;
};

} // namespace

namespace {

void serve(const peer_parent& parent, caf_choice own) {
  auto& config = *new basp_config(own);
  auto& system = *new caf::actor_system(config);
  auto port = system.middleman().publish(system.spawn<receiver>(), 0, "127.0.0.1");
  if (!port)
    throw std::runtime_error("CAF cannot publish: " + system.render(port.error()));
  parent.say(std::to_string(*port));
  parent.wait_until_dismissed();
}

} // namespace

void basp_rate_peer(const peer_parent& parent) { serve(parent, for_rate); }
void basp_peer(const peer_parent& parent) { serve(parent, for_round_trips); }

double basp_rtt(const net_rtt_params& params) {
  basp_client client{"basp", for_round_trips};
  run_clock clock;
  client.system().spawn<pinger>(client.to(), params, clock);
  const double took = clock.seconds();
  client.system().await_all_actors_done();
  return took * 1e6 / static_cast<double>(params.round_trips);
}

double basp_rate(const net_rate_params& params) {
  basp_client client{"basp_rate", for_rate};
  run_clock clock;
  client.system().spawn<sender>(client.to(), params.messages, clock);
  const double took = clock.seconds();
  client.system().await_all_actors_done();
  return static_cast<double>(params.messages) / took;
}

double basp_bulk(const net_bulk_params& params) {
  basp_client client{"basp", for_round_trips};
  caf::scoped_actor self{client.system()};
  const basp_block block{std::vector<char>(params.bytes, 'x')};
  const double took = seconds_of([&] {
    for (std::uint64_t i = 0; i < params.messages; ++i)
      self->request(client.to(), std::chrono::seconds{10}, block)
          .receive([](std::uint64_t) {},
                   [&](const caf::error& why) {
                     throw std::runtime_error(client.system().render(why));
                   });
  });
  return static_cast<double>(params.messages * params.bytes) / took / 1e6;
}

} // namespace bench
