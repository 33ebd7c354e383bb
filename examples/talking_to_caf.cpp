// SPDX-License-Identifier: BSD-3-Clause
//
// Actors of CAF and ours in one process: each side asks the other, and sees it end.
#include <actors/actors.hpp>
#include <actors/caf.hpp>

#include <caf/all.hpp>
#include <fmt/core.h>

// Plain messages; CAF needs no registration for them.
struct deposit {
  std::int64_t amount;
};
struct balance {};
struct how_did_it_end {};

class account : public actors::actor<account> {
public:
  using handles = actors::messages<deposit, balance>;

  void on(deposit m) { total_ += m.amount; }
  std::int64_t on(balance) const { return total_; }

private:
  std::int64_t total_ = 0;
};

// The same account, written for CAF.
caf::behavior caf_account(caf::stateful_actor<std::int64_t>* self, std::int64_t start) {
  self->state = start;
  return {
      [self](const deposit& m) { self->state += m.amount; },
      [self](const balance&) { return self->state; },
  };
}

// One of ours that learns of the end of the other.
class witness : public actors::actor<witness> {
public:
  using handles = actors::messages<actors::down, how_did_it_end>;

  explicit witness(actors::any_ref who) { watch(who); }
  void on(const actors::down& end) { answer_.set(std::string{to_string(end.kind)}); }
  actors::promise<std::string> on(how_did_it_end) { return answer_ = make_promise<std::string>(); }

private:
  actors::promise<std::string> answer_;
};

int main(int argc, char** argv) {
  actors::node node{actors::node_options::from_command_line(argc, argv)};
  caf::actor_system& system = actors::caf_system(node);

  caf::actor theirs = system.spawn(caf_account, 0);
  auto vault = actors::from_caf<std::int64_t(balance), deposit>(node, theirs);
  vault.tell(deposit{100});
  fmt::print("the CAF account holds {}\n", node.ask(vault, balance{}).get());

  caf::actor ours = actors::to_caf(node, node.spawn<account>());
  caf::scoped_actor self{system};
  self->send(ours, deposit{42});
  self->request(ours, std::chrono::seconds{5}, balance{})
      .receive([](std::int64_t total) { fmt::print("our account holds {}\n", total); },
               [](const caf::error& e) { fmt::print("failed: {}\n", to_string(e)); });

  auto end = node.ask(node.spawn<witness>(vault), how_did_it_end{});
  caf::anon_send_exit(theirs, caf::exit_reason::kill);
  fmt::print("the CAF account was {}\n", end.get());
}
