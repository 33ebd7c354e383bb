// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "../unit/runtime/orderly_node.hpp"
#include "../unit/runtime/waiting.hpp"
#include "cluster_actors.hpp"
#include "node_process.hpp"

namespace cluster_test {

using namespace std::chrono_literals;

/// The test's own node, which founds the cluster.
class our_node : public orderly_node {
public:
  explicit our_node(actors::cluster_options cluster = {}) : orderly_node{options(std::move(cluster))} {}

  /// What a process needs to join it.
  [[nodiscard]] std::vector<std::string> seed(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--seed", address()});
    return more;
  }
  /// An actor of `A` on the node of this name.
  template <class A>
  actors::ref<A> born_at(const std::string& name) {
    auto there = spawn<A>(actors::on_node(name));
    BOOST_REQUIRE_MESSAGE(bool{there}, "nothing is born at " + name);
    return there;
  }

private:
  static actors::node_options options(actors::cluster_options cluster) {
    actors::node_options o{.name = "a", .workers = 1, .level = actors::log_level::error};
    o.cluster = std::move(cluster);
    if (o.cluster.listen.empty()) o.cluster.listen = "127.0.0.1:0";
    return o;
  }
};

struct heard {};
/// Tells a test of the end of an actor.
class observer : public actors::actor<observer> {
public:
  using handles = actors::messages<actors::down, heard>;
  explicit observer(actors::any_ref whom) { watch(whom); }

  void on(const actors::down& d) {
    end_ = d.reason.code;
    if (waiting_) waiting_->set(d.reason.code);
  }
  actors::promise<actors::errc> on(heard) {
    auto answer = make_promise<actors::errc>();
    if (end_)
      answer.set(*end_);
    else
      waiting_ = answer;
    return answer;
  }

private:
  std::optional<actors::errc> end_;
  std::optional<actors::promise<actors::errc>> waiting_;
};

template <class F>
double seconds_of(F&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace cluster_test
