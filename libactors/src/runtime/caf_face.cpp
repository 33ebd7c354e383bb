// SPDX-License-Identifier: BSD-3-Clause
#include <actors/detail/caf_face.hpp>

#include <caf/actor_system.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_actor.hpp>
#include <caf/system_messages.hpp>

namespace actors::detail {

caf_return_path::caf_return_path(caf::strong_actor_ptr self, caf::mailbox_element& request)
    : self_{std::move(self)}, source_{std::move(request.sender)},
      stages_{std::move(request.stages)}, id_{request.mid} {
  request.mid.mark_as_answered();
}

void caf_return_path::send(caf::message reply) {
  if (!stages_.empty()) {
    // The next actor of a composition takes the reply as its request.
    caf::strong_actor_ptr next = std::move(stages_.back());
    stages_.pop_back();
    next->enqueue(
        caf::make_mailbox_element(std::move(source_), id_, std::move(stages_), std::move(reply)),
        nullptr);
  } else if (source_ != nullptr) {
    source_->enqueue(std::move(self_), id_.response_id(), std::move(reply), nullptr);
  }
}

void caf_return_path::fail(const failure& reason) {
  if (source_ != nullptr)
    source_->enqueue(std::move(self_), id_.response_id(), caf::make_message(error_for_caf(reason)),
                     nullptr);
}

namespace {

thread_local const std::string* types_arriving = nullptr;

/// The last handle to a face is gone.
struct face_dropped {};

/// Watches one of ours for its face, which it holds weakly: CAF decides how long a face lives.
class face_watcher : public actor<face_watcher> {
public:
  using handles = messages<down, face_dropped>;

  face_watcher(actor_id who, caf::weak_actor_ptr face) : face_{std::move(face)} {
    watch(any_ref{who});
  }
  face_watcher(face_watcher&&) noexcept = default;
  ~face_watcher() { close(caf::exit_reason::user_shutdown); }

  void on(const down& end) {
    close(exit_for_caf(end));
    stop();
  }
  void on(face_dropped) { stop(); }

private:
  void close(caf::error reason) {
    if (auto face = std::exchange(face_, {}).lock())
      static_cast<caf_face*>(face->get())->close(std::move(reason));
  }
  caf::weak_actor_ptr face_;
};

} // namespace

caf_face::caf_face(caf::actor_config& config, actor_id who, std::span<const taker> takers)
    : monitorable_actor{config}, who_{who}, takers_{takers} {}

void caf_face::arriving(const std::string* types) noexcept { types_arriving = types; }

void caf_face::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  if (what->mid.is_response())
    return;
  if (closed_.load(std::memory_order_acquire)) {
    caf::detail::sync_request_bouncer{fail_state()}(*what);
    return;
  }
  auto& content = what->content();
  if (content.match_elements<caf::exit_msg>()) {
    take_exit(content.get_as<caf::exit_msg>(0).reason);
    return;
  }
  if (content.match_elements<caf::down_msg>())
    return;
  for (taker take : takers_)
    if (take != nullptr && take(*this, *what))
      return;
  refuse(*what);
}

void caf_face::refuse(caf::mailbox_element& what) {
  auto& content = what.content();
  failure why{errc::unhandled, who_, "the actor does not take this CAF message", to_string(content)};
  if (content.empty() && types_arriving != nullptr)
    why = {errc::not_serializable, who_, "the CAF message cannot be decoded here", *types_arriving};
  if (engine_visit node = engine_of(who_.node()))
    node->add_dead_letter({who_, {}, "CAF message " + why.value, why.code});
  if (what.mid.is_request())
    caf_return_path{caf::strong_actor_ptr{ctrl()}, what}.fail(why);
}

void caf_face::take_exit(const caf::error& reason) const {
  engine_visit node = engine_of(who_.node());
  if (!reason || !node)
    return;
  node->post_call(who_, [dead = reason == caf::exit_reason::kill](shard& there, actor_id who) {
    if (dead)
      there.kill(who);
    else
      there.stop_in_order(who);
  });
}

void caf_face::close(caf::error reason) {
  if (!closed_.exchange(true, std::memory_order_acq_rel))
    cleanup(std::move(reason), nullptr);
}

void caf_face::on_destroy() {
  if (closed_.exchange(true, std::memory_order_acq_rel))
    return;
  cleanup(caf::exit_reason::unreachable, nullptr);
  if (watcher_)
    tell_from_anywhere(watcher_, face_dropped{});
}

caf::actor make_face(engine& node, caf::actor_system& sys, actor_id who,
                     std::span<const caf_face::taker> takers) {
  caf::actor_config config;
  auto face = caf::make_actor<caf_face, caf::actor>(sys.next_actor_id(), sys.node(), &sys, config,
                                                    who, takers);
  auto* made = static_cast<caf_face*>(caf::actor_cast<caf::abstract_actor*>(face));
  // Beside the actor it watches.
  made->watcher_ = spawn_from_outside<face_watcher>(node, on_shard(who.shard()), who,
                                                    caf::actor_cast<caf::weak_actor_ptr>(face));
  return face;
}

} // namespace actors::detail
