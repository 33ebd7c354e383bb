// SPDX-License-Identifier: BSD-3-Clause
//
// What the tests' processes have in common: actors that any of them can be told to bear.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <actors/actors.hpp>

namespace cluster_test {

#ifdef ACTORS_TEST_OTHER_TYPES
/// A program that has another idea of it.
struct add {
  std::int32_t amount = 0;
  std::string why;
};
#else
struct add {
  std::int64_t amount = 0;
};
#endif
struct total {};
struct silence {};
struct load {
  std::vector<std::uint8_t> bytes;
};

/// Sums up what it is told.
class ledger : public actors::actor<ledger> {
public:
  using handles = actors::messages<add, total, silence, load>;
  ledger() = default;
  explicit ledger(std::string key) : key_{std::move(key)} {}

  void on(const add& m) { total_ += m.amount; }
  std::int64_t on(total) const { return total_; }
  /// Never answered.
  actors::promise<int> on(silence) { return waiting_ = make_promise<int>(); }
  void on(const load& l) { total_ += static_cast<std::int64_t>(l.bytes.size()); }

private:
  std::string key_;
  std::int64_t total_ = 0;
  actors::promise<int> waiting_;
};

struct total_of_name {
  std::string name;
};
struct total_of_entity {
  std::string key;
};
struct add_to_entity {
  std::string key;
  std::int64_t amount = 0;
};
struct bear {
  std::string node;
};

/// Does on its node what a test cannot do from its own.
class agent : public actors::actor<agent> {
public:
  using handles = actors::messages<total_of_name, total_of_entity, add_to_entity, bear>;

  actors::task<actors::expected<std::int64_t>> on(const total_of_name& t) {
    auto found = find<ledger>(t.name);
    if (!found) co_return tl::make_unexpected(found.error());
    co_return co_await ask(*found, total{});
  }
  actors::task<actors::expected<std::int64_t>> on(const total_of_entity& t) {
    co_return co_await ask(entity(t.key), total{});
  }
  void on(const add_to_entity& a) { tell(entity(a.key), added(a.amount)); }
  actors::ref<ledger> on(const bear& b) { return spawn<ledger>(actors::on_node(b.node)); }

private:
  static actors::ref<ledger> entity(const std::string& key) {
    return actors::detail::entity_of<ledger>(actors::detail::current_shard->owner(), key);
  }
  static add added(std::int64_t amount) {
    add a;
    a.amount = static_cast<decltype(a.amount)>(amount);
    return a;
  }
};

} // namespace cluster_test
