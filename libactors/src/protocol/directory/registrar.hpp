// SPDX-License-Identifier: BSD-3-Clause
//
// The registrar's office, for one term: it hears from each member what it holds, and when all that
// are not removed have told, it serves: it takes their items in order, and makes items for them.
//
//   collecting --all members have reported--> serving
//
// Why nobody gets twice what exists once:
//
// 1. There is one registrar at a time. It is the oldest member, so a new one begins when its view
//    has the old one removed; then the old one has stopped (see downing.hpp), or has left.
// 2. Nothing that the old one granted is missed. It granted only to members that were up for it. A
//    member is up only when all voters have heard that it joins, so the new one knows it, and does
//    not serve before it has told what it holds, or is removed and has stopped, too.
// 3. Nothing that the old one granted comes later. A node that reports in a term takes nothing of
//    an earlier one from then on, so what it has told is all that it holds.
// 4. Streams are in order and exact within a term; a new term has new ones.
//
// Reports that contradict each other mean that membership's guarantee was broken: more than one
// cut, or a node that was stopped and woke. The first one counts, the other is revoked.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "entity_register.hpp"
#include "name_register.hpp"
#include "options.hpp"

namespace actors::protocol {

/// How a registrar sees a member.
struct standing {
  member_state state = member_state::joining;
  bool is_reachable = true;
};

class registrar {
public:
  /// What became of an item.
  enum class outcome : std::uint8_t {
    taken,
    /// It is too early for it: to be offered again.
    too_early
  };

  struct counters {
    /// Reports that contradicted others.
    std::uint64_t conflicts = 0;
    std::uint64_t activations = 0;
  };

  registrar(directory_term term, const directory_options& options);

  [[nodiscard]] const directory_term& term() const noexcept { return term_; }
  [[nodiscard]] bool is_serving() const noexcept { return is_serving_; }
  [[nodiscard]] const name_register& names() const noexcept { return names_; }
  [[nodiscard]] const entity_register& entities() const noexcept { return entities_; }
  [[nodiscard]] const counters& counts() const noexcept { return counts_; }
  /// There are entries of removed members to be freed.
  [[nodiscard]] bool has_work() const noexcept { return !lost_.empty(); }

  // Members.
  void see(node_id id, standing now);
  /// What it held is free.
  void remove(node_id id);
  /// Frees some of what removed members held.
  void work(std::size_t pieces);
  /// All members are known: the reports of these are waited for.
  void begin();

  // Their streams.
  [[nodiscard]] outcome take(node_id from, directory_item& item);
  /// What the member is to hear next.
  [[nodiscard]] std::optional<directory_item> next_for(node_id id);
  /// Members for which there is something new, or may be.
  [[nodiscard]] std::vector<node_id> take_touched();

private:
  struct client {
    std::uint32_t place = 0;
    standing now{};
    bool has_reported = false;
    /// It has said that it takes no more entities.
    bool declines = false;
    bool is_touched = false;
    std::deque<directory_item> answers{};
    // Its replica: all changes up to `version` have been sent. A walk through all names ends at
    // `walk_end`.
    bool has_begun = false;
    std::optional<std::uint64_t> walk_end{};
    std::uint64_t version = 0;
  };

  // Items (registrar.cpp).
  [[nodiscard]] bool is_early(const client& from, item_kind kind) const noexcept;
  void take_report(node_id from, client& who, directory_item& item);
  void take_request(node_id from, client& who, directory_item& item);
  void report_name(node_id from, client& who, directory_item& item);
  void claim(node_id from, client& who, directory_item& item);
  void release(node_id from, const directory_item& item);
  void serve_if_complete();
  [[nodiscard]] std::optional<directory_item> next_name(client& who) const;
  [[nodiscard]] directory_item begin_walk(client& who) const;

  // Entities (registrar_entities.cpp).
  void hold_entity(node_id from, client& who, directory_item& item);
  void resolve(node_id from, client& who, directory_item& item);
  void confirm(node_id from, client& who, directory_item& item);
  void passivated(node_id from, const directory_item& item);
  void activation_failed(node_id from, const directory_item& item);
  void activation_declined(node_id from, client& who, const directory_item& item);
  [[nodiscard]] node_id choose_host(std::string_view key) const;
  void free_entity(entity_register::entry& lost);
  void tell_asked(std::uint64_t asked, const directory_item& item);
  [[nodiscard]] bool is_lost(node_id host) const;

  void answer(node_id to, client& who, directory_item item);
  [[nodiscard]] static std::uint64_t bit_of(const client& who) noexcept;

  // Constant after construction.
  directory_term term_;
  const directory_options* options_;

  std::map<node_id, client> clients_;
  /// Who has which place; a place is given again.
  std::vector<node_id> places_;
  std::size_t unreported_ = 0;
  bool has_begun_ = false;
  bool is_serving_ = false;
  name_register names_;
  entity_register entities_;
  /// Removed members that still have entries.
  std::deque<node_id> lost_;
  std::vector<node_id> touched_;
  std::uint64_t touched_version_ = 0;
  counters counts_;
};

} // namespace actors::protocol
