// SPDX-License-Identifier: BSD-3-Clause
#include <actors/supervision/supervisor.hpp>

#include "spec_makers.hpp"
#include "supervisor_body.hpp"

namespace actors::supervision {

std::string_view to_string(child_status status) noexcept {
  switch (status) {
    case child_status::starting: return "starting";
    case child_status::running: return "running";
    case child_status::stopping: return "stopping";
    case child_status::restarting: return "restarting";
    case child_status::stopped: break;
  }
  return "stopped";
}

namespace {

child_status status_of(detail::phase p) {
  switch (p) {
    case detail::phase::waiting:
    case detail::phase::starting: return child_status::starting;
    case detail::phase::running: return child_status::running;
    case detail::phase::stopping: return child_status::stopping;
    case detail::phase::halted:
    case detail::phase::restarting: return child_status::restarting;
    case detail::phase::stopped: break;
  }
  return child_status::stopped;
}

} // namespace

supervisor::supervisor(supervisor_spec spec, std::string path, actor_id above)
    : body_{std::make_unique<body>(std::move(spec), std::move(path), above)} {
  tell(self(), detail::begin{});
}
supervisor::supervisor(supervisor&&) noexcept = default;
supervisor::~supervisor() = default;

// -- requests ---------------------------------------------------------------------------------------------

promise<any_ref> supervisor::on(start_child what) {
  return body_->start_child(std::move(what.spec), make_promise<any_ref>());
}

promise<any_ref> supervisor::on(start_dynamic what) {
  return body_->start_dynamic(std::move(what), make_promise<any_ref>());
}

promise<any_ref> supervisor::on(const supervision::restart_child& what) {
  return body_->restart_child(what.id, make_promise<any_ref>());
}

promise<void> supervisor::on(const terminate_child& what) { return body_->terminate(what, make_promise<void>()); }

promise<void> supervisor::on(const delete_child& what) { return body_->erase(what.id, make_promise<void>()); }

std::vector<child_info> supervisor::on(which_children) {
  std::vector<child_info> all;
  all.reserve(body_->core.children().size());
  for (const auto& [key, c] : body_->core.children())
    all.push_back({c.spec->id, any_ref{c.id}, status_of(c.phase), c.spec->type, c.spec->restart, c.restarts});
  return all;
}

child_counts supervisor::on(count_children) {
  child_counts n;
  for (const auto& [key, c] : body_->core.children()) {
    ++n.specs;
    if (c.phase == detail::phase::running || c.phase == detail::phase::stopping) ++n.active;
    ++(c.spec->type == child_type::supervisor ? n.supervisors : n.workers);
  }
  return n;
}

promise<void> supervisor::on(await_started) {
  auto answer = make_promise<void>();
  if (body_->is_ready)
    answer.set();
  else
    body_->awaiting_start.push_back(answer);
  return answer;
}

// -- events -----------------------------------------------------------------------------------------------

void supervisor::on(detail::begin) { body_->begin(); }

void supervisor::on(actors::detail::child_halted what) { body_->halted(std::move(what)); }

void supervisor::on(const actors::detail::child_started& what) { body_->started(what.child); }

void supervisor::on(const detail::subtree_started& what) { body_->subtree_started(what.supervisor); }

void supervisor::on(detail::alarm what) {
  body_->core.woken(what.number, now());
  body_->obey();
}

void supervisor::on(const detail::overdue& what) { body_->overdue(what.child, what.order); }

// -- starting one -----------------------------------------------------------------------------------------

expected<supervisor_ref> start(basic_node& where, tree what, duration timeout) {
  return start(where, std::move(what).spec(), timeout);
}

expected<supervisor_ref> start(basic_node& where, supervisor_spec what, duration timeout) {
  if (auto ok = check(what); !ok) return tl::make_unexpected(std::move(ok.error()));
  if (auto ok = detail::check_makers(what, what.id); !ok) return tl::make_unexpected(std::move(ok.error()));
  const std::string name = what.id;
  auto root = where.spawn<supervisor>(spawn_options{}.stop_within(duration{-1}), std::move(what));
  if (auto ok = where.register_name(name, root); !ok) {
    where.kill(root);
    return tl::make_unexpected(std::move(ok.error()));
  }
  auto ok = where.ask(root, await_started{}, timeout).result();
  if (ok) return root;
  where.stop(root);
  return tl::make_unexpected(std::move(ok.error()));
}

} // namespace actors::supervision
