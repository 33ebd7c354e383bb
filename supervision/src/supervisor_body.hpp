// SPDX-License-Identifier: BSD-3-Clause
//
// A supervisor at work: carries out what its core orders, on the engine, and tells the core what came of
// it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <actors/supervision/supervisor.hpp>

#include "child_directory.hpp"
#include "report_log.hpp"
#include "supervisor_core.hpp"

namespace actors::supervision {

struct supervisor::body {
  body(supervisor_spec spec, std::string where, actor_id parent);

  // -- events -------------------------------------------------------------------------------------------
  void begin();
  void halted(actors::detail::child_halted what);
  void started(actor_id child);
  void subtree_started(actor_id child);
  void overdue(detail::child_key child, std::uint64_t order);

  // -- requests: each answers its promise once ------------------------------------------------------------
  promise<any_ref> start_child(child_spec spec, promise<any_ref> answer);
  promise<any_ref> start_dynamic(start_dynamic what, promise<any_ref> answer);
  promise<any_ref> restart_child(const std::string& id, promise<any_ref> answer);
  promise<void> terminate(const terminate_child& what, promise<void> answer);
  promise<void> erase(const std::string& id, promise<void> answer);

  /// Carries out what has been ordered, and what comes of that.
  void obey();

  const std::string path;
  const actor_id above;
  detail::supervisor_core core;
  bool is_ready = false;
  std::vector<promise<void>> awaiting_start;

private:
  struct waiting_halt {
    std::uint64_t order;
    std::uint64_t timer;
  };

  void find_left_behind(const detail::child_directory& before);
  void has_started(detail::child_key key, actor_id child);
  [[nodiscard]] std::optional<detail::child_key> key_of(actor_id child) const;
  void carry_out(detail::order& what);
  void start(detail::child_key key);
  void keep_order(detail::child_key key);
  [[nodiscard]] bool take_over(detail::child_key key, const child_spec& spec);
  [[nodiscard]] actor_id make(const child_spec& spec);
  void make_again(detail::child_key key);
  void restart(actor_id id, const child_spec& spec, restart_info why);
  [[nodiscard]] std::optional<failure> register_child(detail::child_key key, actor_id id, const child_spec& spec);
  [[nodiscard]] const actors::detail::actor_type* type_of(const child_spec& spec);
  void answer_those_who_wait(const expected<void>& outcome);
  void halt(detail::child_key key, actor_id id);
  void stop_waiting_for(detail::child_key key);
  void release(detail::child_key key, actor_id id);
  void forget(detail::child_key key, actor_id id);
  void reply(const detail::order& what);
  void ready(const detail::order& what);
  [[nodiscard]] std::string path_of(const child_spec& spec) const;
  [[nodiscard]] const detail::child_record& record(detail::child_key key) const;
  [[nodiscard]] const detail::maker& maker_of(const child_spec& spec);

  /// Children whose actors are there but have not started yet; of all others the core knows.
  std::unordered_map<actor_id, detail::child_key> starting_;
  /// Children of the instance before this one that wait to be taken over.
  std::map<detail::child_key, actor_id> left_behind_;
  std::shared_ptr<detail::child_directory> directory_ = std::make_shared<detail::child_directory>();
  std::unordered_set<detail::child_key> taken_over_;
  /// How each child ended last; what its next instance is told.
  std::unordered_map<detail::child_key, restart_info> last_ends_;
  const detail::maker* last_maker_ = nullptr;
  std::unordered_map<detail::ticket, promise<any_ref>> starts_;
  std::unordered_map<detail::ticket, promise<void>> stops_;
  std::unordered_map<detail::child_key, waiting_halt> halts_;
  std::uint64_t last_halt_ = 0;
  detail::ticket last_ticket_ = 0;
  detail::report_log log_;
  bool has_begun_ = false;
  bool obeying_ = false;
};

} // namespace actors::supervision
