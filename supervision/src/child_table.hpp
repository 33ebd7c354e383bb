// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <actors/id.hpp>
#include <actors/supervision/child_spec.hpp>

#include "child_map.hpp"
#include "restart_backoff.hpp"

namespace actors::supervision::detail {

/// Names a child within its supervisor; grows in the order of start. Never reused; 0 names none.
using child_key = std::uint64_t;

enum class phase : std::uint8_t {
  /// To be started for the first time, when those before it have started.
  waiting,
  starting,
  running,
  stopping,
  /// Between two lives, on account of another child; or ended by itself and not decided upon yet.
  halted,
  /// Between two lives, on its own account.
  restarting,
  /// Ended; only a request or the restart of its group starts it again.
  stopped,
};

/// One child, as its supervisor sees it.
struct child_record {
  /// Dynamic children may share one.
  std::shared_ptr<const child_spec> spec;
  supervision::detail::phase phase = phase::waiting;
  /// None: there is no slot. With an id but without an instance the slot is held.
  actor_id id{};
  /// Instances after the first.
  std::uint32_t restarts = 0;

  // Only the supervisor's core uses what follows.
  bool named = false;
  bool has_lived = false;
  /// Wakes it from `restarting`; 0: none does.
  std::uint64_t alarm = 0;
  /// Its place in the queue of ends that wait to be decided upon; 0: none.
  std::uint64_t undecided = 0;
  restart_backoff pauses{};
};

/// The children of one supervisor in the order of their start, and who is who.
class child_table {
public:
  using map = child_map<child_record>;
  using entry = map::entry;
  enum class naming : bool { by_id, none };

  [[nodiscard]] std::optional<child_key> find(std::string_view id) const;
  [[nodiscard]] std::optional<child_key> find(actor_id id) const;
  [[nodiscard]] const map& all() const noexcept { return all_; }
  /// Significant children that run or are to run again.
  [[nodiscard]] std::size_t significant() const noexcept { return significant_; }

  /// These return none where there is none.
  [[nodiscard]] child_record* at(child_key key);
  [[nodiscard]] entry* at_or_after(child_key key);
  [[nodiscard]] entry* before(child_key key);

  /// The new one is the last.
  child_key add(std::shared_ptr<const child_spec> spec, naming as);
  void reserve(std::size_t children);
  void remove(child_key key);
  void set_phase(child_record& child, phase to) noexcept;
  void set_id(child_key key, child_record& child, actor_id id);

private:
  map all_;
  // The names live in the specifications.
  mutable std::unordered_map<std::string_view, child_key> by_name_;
  mutable bool names_known_ = false;
  std::unordered_map<actor_id, child_key> by_actor_;
  child_key last_ = 0;
  std::size_t significant_ = 0;
};

} // namespace actors::supervision::detail
