// SPDX-License-Identifier: BSD-3-Clause
#include <actors/node.hpp>

#include <algorithm>

#include "cluster_port.hpp"
#include "local_nodes.hpp"
#include "node_body.hpp"

namespace actors {

void basic_node::stop(any_ref who) {
  engine_->stop(who.id());
}

void basic_node::kill(any_ref who) { engine_->kill(who.id()); }

expected<void> basic_node::enter_name(const std::string& name, actor_id id, const detail::actor_type* type,
                                      duration timeout) {
  auto state = std::make_shared<detail::outside_answer<void>>();
  const std::uint64_t request = engine_->open_outside(state);
  future<void> granted{*engine_, std::move(state), request, timeout};
  const actor_id asker{engine_->node() << 16 | detail::outside, 0, 1};
  if (auto entered = engine_->register_name(name, id, type, {asker, request}); !entered) {
    (void)engine_->close_outside(request);
    return entered;
  }
  engine_->post_call(id, [](detail::shard& there, actor_id who) { there.mark_named(who); });
  return granted.result();
}

expected<actor_counters> basic_node::counters(any_ref who, duration timeout) {
  auto state = std::make_shared<detail::outside_answer<actor_counters>>();
  std::uint64_t request = engine_->open_outside(state);
  future<actor_counters> counted{*engine_, std::move(state), request, timeout};
  if (engine_->closing() && engine_->close_outside(request))
    return tl::make_unexpected(failure{errc::shutting_down, who.id(), "the node is shutting down", ""});
  engine_->post_call(who.id(), [request](detail::shard& there, actor_id id) { there.report_counters(id, request); });
  return counted.result();
}

future<move_report> basic_node::migrate(const std::vector<any_ref>& who, const placement::spec& where, duration patience) {
  auto state = std::make_shared<detail::outside_answer<move_report>>();
  const std::uint64_t request = engine_->open_outside(state);
  future<move_report> moved{*engine_, std::move(state), request, patience};
  const auto refuse = [&](failure why) { engine_->complete(request, 0, nullptr, &why); };
  detail::peer_nodes* others = engine_->peers();
  if (others == nullptr) {
    refuse({errc::invalid_argument, {}, "this node is not part of a cluster", ""});
    return moved;
  }
  const auto to = others->place(where);
  if (!to) {
    refuse(to.error());
    return moved;
  }
  std::vector<actor_id> ids;
  for (const any_ref& each : who) ids.push_back(each.id());
  others->migrate(ids, *to, {{engine_->node() << 16 | detail::outside, 0, 1}, request});
  return moved;
}

expected<void> basic_node::migrate(any_ref who, const placement::spec& where, duration patience) {
  auto report = migrate(std::vector<any_ref>{who}, where, patience).result();
  if (!report) return tl::make_unexpected(report.error());
  for (moved_actor& a : report->actors)
    if (a.outcome != move_outcome::moved) return tl::make_unexpected(std::move(a.why));
  return {};
}

node_counters basic_node::counters() const {
  node_counters c;
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i) {
    c.messages += s->processed();
    c.live_actors += s->live();
  }
  c.dead_letters = engine_->dead_letter_count();
  return c;
}

node::node(const node_options& options) {
  if (auto valid = options.check(); !valid) throw usage_error{valid.error().what};
  const node_options complete = runtime::as_first_local_node(options);
  body_ = std::make_unique<body>(complete);
  attach(body_->platform.engine());
  if (complete.cluster.local_nodes > 1) start_local_nodes(complete);
}

void node::start_local_nodes(const node_options& options) {
  body_->others = std::make_unique<runtime::local_nodes>(options, address());
  if (wait_for_members(options.cluster.local_nodes)) return;
  throw usage_error{"--local-nodes " + std::to_string(options.cluster.local_nodes) +
                        ": the other processes did not come up within ten seconds", 1};
}

std::vector<int> node::local_processes() const {
  if (body_->others == nullptr) return {};
  const auto all = body_->others->processes();
  return {all.begin(), all.end()};
}

node::~node() {
  body_->shutdown();
  // What did not end may still touch all of it: it stays until the process ends.
  static auto* left_behind = new std::vector<void*>;
  if (body_->platform.left_behind()) left_behind->push_back(body_.release());
}

std::vector<node_info> node::members() const {
  auto* port = body_->platform.port();
  return port == nullptr ? std::vector<node_info>{} : port->members();
}

bool node::wait_for_members(std::size_t count, duration patience) const {
  auto* port = body_->platform.port();
  if (port == nullptr) return count <= 1;
  return port->wait_for(
      [count](const std::vector<node_info>& all) {
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const node_info& m) {
                 return m.state == node_state::up;
               })) >= count;
      },
      patience);
}

std::string node::address() const {
  auto* port = body_->platform.port();
  return port == nullptr ? std::string{} : port->address();
}

bool node::shutdown() { return body_->shutdown(); }

node_counters node::counters() const { return body_->platform.counters(); }

} // namespace actors
