// SPDX-License-Identifier: BSD-3-Clause
//
// A plain CAF 0.17 program, as users of CAF write them: it knows nothing of ours but the port and
// the types. `plain_caf_client PORT WHAT` does one thing with the actor there and prints what it
// sees.
#include <bit>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <caf/all.hpp>
#include <caf/io/all.hpp>

namespace bank {

// CAF writes ordinary numbers so that they arrive: nothing special is needed.
struct deposit {
  double amount;
  std::string from;
};
struct balance {};
struct statement {
  double total;
  std::vector<std::string> from;
};
struct overdraw {
  std::string why;
};
struct mystery {
  std::int32_t x;
};
struct stop_now {};

// Numbers of any kind have to be sent as their bits.
struct measure {
  std::vector<double> values;
  float one;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, deposit& x) {
  return f(caf::meta::type_name("deposit"), x.amount, x.from);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, balance&) {
  return f(caf::meta::type_name("balance"));
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, statement& x) {
  return f(caf::meta::type_name("statement"), x.total, x.from);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, overdraw& x) {
  return f(caf::meta::type_name("overdraw"), x.why);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, mystery& x) {
  return f(caf::meta::type_name("mystery"), x.x);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stop_now&) {
  return f(caf::meta::type_name("stop_now"));
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, measure& x) {
  std::vector<std::uint64_t> values;
  for (double each : x.values)
    values.push_back(std::bit_cast<std::uint64_t>(each));
  auto one = std::bit_cast<std::uint32_t>(x.one);
  auto load = [&]() -> caf::error {
    x.values.clear();
    for (auto each : values)
      x.values.push_back(std::bit_cast<double>(each));
    x.one = std::bit_cast<float>(one);
    return caf::none;
  };
  return f(caf::meta::type_name("measure"), values, one, caf::meta::load_callback(load));
}

} // namespace bank

namespace {

constexpr std::chrono::seconds patience{10};

struct config : caf::actor_system_config {
  config() {
    load<caf::io::middleman>();
    set("scheduler.max-threads", std::size_t{1});
    add_message_type<bank::deposit>("bank::deposit");
    add_message_type<bank::balance>("bank::balance");
    add_message_type<bank::statement>("bank::statement");
    add_message_type<bank::overdraw>("bank::overdraw");
    add_message_type<bank::mystery>("bank::mystery");
    add_message_type<bank::measure>("bank::measure");
    add_message_type<bank::stop_now>("bank::stop_now");
  }
};

void say(const std::string& text) {
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

struct client {
  caf::actor_system& system;
  caf::scoped_actor& self;
  caf::actor vault;

  auto refused() {
    return [this](const caf::error& why) { say("error: " + system.render(why)); };
  }
  template <class... Ts>
  void request_unit(Ts... what) {
    self->request(vault, patience, std::move(what)...).receive([] { say("done"); }, refused());
  }
};

void tell_and_ask(client& c) {
  for (int i = 1; i <= 100; ++i)
    c.self->send(c.vault, bank::deposit{0.5 * i, "x" + std::to_string(i)});
  c.self->request(c.vault, patience, bank::balance{})
      .receive(
          [](const bank::statement& s) {
            say("total " + std::to_string(s.total) + " from " + s.from.front() + " to " +
                s.from.back());
          },
          c.refused());
}

void ask_wrongly(client& c) {
  c.request_unit(bank::mystery{1});
  c.request_unit(std::int32_t{7});
  // What has to be refused does not end the connection.
  tell_and_ask(c);
  c.request_unit(bank::overdraw{"no money"});
}

void echo_numbers(client& c) {
  using limits = std::numeric_limits<double>;
  const bank::measure sent{{limits::quiet_NaN(), limits::infinity(), -limits::infinity(), -0.0,
                            limits::denorm_min(), limits::max(), 0.1},
                           std::numeric_limits<float>::signaling_NaN()};
  c.self->request(c.vault, patience, sent)
      .receive(
          [&](const bank::measure& got) {
            bool same =
                sent.values.size() == got.values.size() &&
                std::bit_cast<std::uint32_t>(sent.one) == std::bit_cast<std::uint32_t>(got.one);
            for (std::size_t i = 0; same && i < sent.values.size(); ++i)
              same = std::bit_cast<std::uint64_t>(sent.values[i]) ==
                     std::bit_cast<std::uint64_t>(got.values[i]);
            say(same ? "same bits" : "other bits");
          },
          c.refused());
}

void monitor(client& c) {
  c.self->monitor(c.vault);
  // The answer says that ours has heard of the monitor.
  tell_and_ask(c);
  c.self->receive([&](const caf::down_msg& end) { say("down: " + c.system.render(end.reason)); },
                  caf::after(patience) >> [] { say("nothing in time"); });
}

void stop_it(client& c) {
  c.self->monitor(c.vault);
  c.self->send(c.vault, bank::stop_now{});
  c.self->receive([&](const caf::down_msg& end) { say("down: " + c.system.render(end.reason)); },
                  caf::after(patience) >> [] { say("nothing in time"); });
}

void exit_it(client& c) {
  c.self->monitor(c.vault);
  c.self->send_exit(c.vault, caf::exit_reason::user_shutdown);
  c.self->receive([&](const caf::down_msg& end) { say("down: " + c.system.render(end.reason)); },
                  caf::after(patience) >> [] { say("nothing in time"); });
}

void link(client& c) {
  caf::actor linked = c.system.spawn(
      [vault = c.vault](caf::event_based_actor* self, int) -> caf::behavior {
        self->link_to(vault);
        return {[](int x) { return x; }};
      },
      0);
  tell_and_ask(c);
  c.self->receive(caf::after(patience) >> [] { say("not killed in time"); });
}

/// Asks for ever: for a test that ends one side meanwhile.
void hammer(client& c) {
  bool up = true;
  for (int i = 0; up; ++i) {
    c.self->request(c.vault, patience, bank::balance{})
        .receive(
            [&](const bank::statement&) {
              if (i == 100)
                say("hammering");
            },
            [&](const caf::error& why) {
              say("error: " + c.system.render(why));
              up = false;
            });
  }
}

/// Asks for 40 MB and then does nothing any more.
void stop_reading(client& c) {
  c.self->send(c.vault, bank::deposit{1, std::string(100'000, 'x')});
  // Requests without a wait: only an actor can make them.
  c.system.spawn(
      [&c](caf::event_based_actor* self, int) {
        for (int i = 0; i < 400; ++i)
          self->request(c.vault, patience, bank::balance{}).then([](const bank::statement&) {
            std::raise(SIGSTOP);
          });
      },
      0);
  c.self->receive(caf::after(patience) >> [] {});
}

const std::map<std::string, void (*)(client&)> scenes{{"tell_and_ask", tell_and_ask},
                                                      {"ask_wrongly", ask_wrongly},
                                                      {"echo_numbers", echo_numbers},
                                                      {"monitor", monitor},
                                                      {"stop_it", stop_it},
                                                      {"exit_it", exit_it},
                                                      {"link", link},
                                                      {"hammer", hammer},
                                                      {"stop_reading", stop_reading}};

} // namespace

int main(int argc, char** argv) {
  if (argc != 3 || !scenes.contains(argv[2]))
    return 2;
  config settings;
  caf::actor_system system{settings};
  auto vault =
      system.middleman().remote_actor("127.0.0.1", static_cast<std::uint16_t>(std::stoi(argv[1])));
  if (!vault) {
    say("no actor: " + system.render(vault.error()));
    return 1;
  }
  caf::scoped_actor self{system};
  client c{system, self, *vault};
  scenes.at(argv[2])(c);
}
