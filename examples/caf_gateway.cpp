// SPDX-License-Identifier: BSD-3-Clause
//
// A plain CAF program uses one of our actors over the network. Both live in this file, so that it
// runs by itself; `theirs` holds what the other program would be made of.
#include <actors/actors.hpp>
#include <actors/caf_gateway.hpp>

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <fmt/core.h>

namespace bank {
struct deposit {
  double amount;
};
struct balance {};

class account : public actors::actor<account> {
public:
  using handles = actors::messages<deposit, balance>;

  void on(deposit m) {
    if (m.amount < 0)
      throw std::invalid_argument{"a deposit must be positive"};
    total_ += m.amount;
  }
  std::string on(balance) const { return fmt::format("{:.2f}", total_); }

private:
  double total_ = 0;
};
} // namespace bank

// No header of ours from here to the end of the namespace. The types are written again, each with
// an `inspect` of its members in order.
namespace theirs {
struct deposit {
  double amount;
};
struct balance {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, deposit& x) {
  return f(caf::meta::type_name("deposit"), x.amount);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, balance&) {
  return f(caf::meta::type_name("balance"));
}

struct config : caf::actor_system_config {
  config() {
    load<caf::io::middleman>();
    add_message_type<deposit>("bank::deposit"); // the name that our side uses
    add_message_type<balance>("bank::balance");
  }
};

void run(std::uint16_t port) {
  config settings;
  caf::actor_system system{settings};
  auto account = system.middleman().remote_actor("127.0.0.1", port);
  caf::scoped_actor self{system};
  auto fail = [&](const caf::error& why) { fmt::print("refused: {}\n", system.render(why)); };
  self->send(*account, deposit{99.5});
  self->request(*account, std::chrono::seconds{5}, balance{})
      .receive([](const std::string& total) { fmt::print("the account holds {}\n", total); }, fail);
  self->request(*account, std::chrono::seconds{5}, deposit{-1}).receive([] {}, fail);
}
} // namespace theirs

int main(int argc, char** argv) {
  actors::node node{actors::node_options::from_command_line(argc, argv)};
  auto port = actors::publish_caf(node, node.spawn<bank::account>());
  theirs::run(port.value());
}
