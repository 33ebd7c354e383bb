// SPDX-License-Identifier: BSD-3-Clause
//
// This node's side towards the registrar, whoever that is: makes the items that it is to hear, and
// takes those that it says.
//
//   idle --a term begins--> reporting --all said--> waiting --names_begin--> asking
//                              ^                                                |
//                              +----------------a later term begins------------+
//
//   reporting   says what this node holds
//   waiting     the registrar waits for the others
//   asking      says anew what this node has asked, then whatever comes up
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "holdings.hpp"
#include "known_entities.hpp"
#include "options.hpp"
#include "orders.hpp"
#include "replica.hpp"
#include "requests.hpp"

namespace actors::protocol {

class clerk {
public:
  /// `orders` outlives the clerk.
  clerk(node_id self, const directory_options& options, std::vector<directory_order>& orders);

  [[nodiscard]] const replica& names() const noexcept { return names_; }
  [[nodiscard]] const holdings& held() const noexcept { return held_; }
  [[nodiscard]] const known_entities& known() const noexcept { return known_; }
  [[nodiscard]] const requests& open() const noexcept { return open_; }
  [[nodiscard]] bool has_work() const noexcept { return names_.has_stale(); }

  // The node.
  void set_up(bool is_up) noexcept { is_up_ = is_up; }
  /// It takes no more names and entities.
  void leave();
  /// Its actors have stopped.
  void stop();

  // Its actors; see `directory`.
  request_id claim(std::string name, actor_id holder, std::string type);
  void release(std::string_view name, actor_id holder);
  void ended(actor_id id);
  request_id resolve(std::string key);
  void activated(const std::string& key, std::uint64_t ticket, actor_id id);
  void activation_failed(const std::string& key, std::uint64_t ticket, const failure& why);
  void forget(const std::string& key, actor_id id);

  // The registrar.
  void begin_term();
  [[nodiscard]] std::optional<directory_item> next_item();
  /// It could not be taken yet.
  void put_back(directory_item item) { again_ = std::move(item); }
  void take(directory_item& item);
  void work(std::size_t pieces);

private:
  enum class stage : std::uint8_t { idle, reporting, waiting, asking };

  void order(directory_order what) { orders_->push_back(std::move(what)); }
  void fail_request(request_id request, errc code, std::string what, std::string value = {});
  void fail_claims(actor_id holder);
  [[nodiscard]] bool is_full() const noexcept;
  void say(item_kind kind, std::string key, actor_id id = {});
  void release(const holdings::name& held);
  void end(const holdings::entity& held);
  void cancel(request_id request, errc code, std::string what);
  void begin_asking();

  // Items (clerk_items.cpp).
  void take_answer(directory_item& item);
  void take_name(directory_item& item);
  void take_grant(const directory_item& item);
  void take_entity(directory_item& item);
  void take_activation(directory_item& item);
  void take_revocation(const directory_item& item);
  void note(std::string_view name, const replica::effect& what);
  void know(const std::string& key, actor_id id);
  void unknow(const std::string& key, actor_id id);

  // Constant after construction.
  node_id self_;
  const directory_options* options_;
  std::vector<directory_order>* orders_;

  holdings held_;
  requests open_;
  replica names_;
  known_entities known_;
  bool is_up_ = false;
  bool is_leaving_ = false;
  bool is_stopped_ = false;
  std::uint64_t last_number_ = 0;

  // Of the present term.
  stage stage_ = stage::idle;
  bool is_served_ = false;
  std::optional<directory_item> again_;
  std::deque<directory_item> items_;
};

} // namespace actors::protocol
