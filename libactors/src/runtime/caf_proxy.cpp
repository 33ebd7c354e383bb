// SPDX-License-Identifier: BSD-3-Clause
#include <actors/detail/caf_proxy.hpp>

#include <atomic>
#include <stdexcept>

#include <caf/actor_system.hpp>
#include <caf/default_attachable.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

namespace actors {

/// A CAF actor that one of ours stands for has ended with an error; the text is CAF's.
class caf_actor_down : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

namespace detail {

namespace {

/// Asks of one proxy that may be open; more are refused.
constexpr std::size_t most_open = 1U << 20;

/// Read and written by any thread that makes a link.
std::uint64_t next_link() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

exit_kind how_it_ended(const caf::error& reason) {
  if (!reason || reason == caf::exit_reason::user_shutdown)
    return exit_kind::normal;
  return reason == caf::exit_reason::kill ? exit_kind::killed : exit_kind::failed;
}

} // namespace

/// Sender of a proxy's requests and monitor of its target. Takes what comes on the sender's thread.
class caf_port final : public caf::monitorable_actor {
public:
  caf_port(caf::actor_config& config, actor_id owner, std::uint64_t link)
      : monitorable_actor{config}, owner_{owner}, link_{link} {}

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    auto& content = what->content();
    if (closed_.load(std::memory_order_acquire)) {
      caf::detail::sync_request_bouncer{fail_state()}(*what);
    } else if (what->mid.is_response()) {
      tell_from_anywhere(owner_, caf_response{what->mid.request_id().integer_value(),
                                              what->move_content_to_message()});
    } else if (content.match_elements<caf::down_msg>()) {
      const caf::error& reason = content.get_as<caf::down_msg>(0).reason;
      tell_from_anywhere(owner_, caf_ended{link_, how_it_ended(reason), home_system().render(reason)});
    } else if (what->mid.is_request() && what->sender != nullptr) {
      // CAF knows the port as a sender only.
      what->sender->enqueue(
          nullptr, what->mid.response_id(),
          caf::make_message(caf::make_error(caf::sec::unexpected_message,
                                            "this is the sender of a request: respond to that")),
          nullptr);
    }
  }

  void close() {
    if (!closed_.exchange(true, std::memory_order_acq_rel))
      cleanup(caf::exit_reason::user_shutdown, nullptr);
  }
  const char* name() const override { return "actors::caf_port"; }

private:
  const actor_id owner_;
  const std::uint64_t link_;
  std::atomic<bool> closed_{false}; // set by the proxy's thread, read by senders
};

caf_link::caf_link(caf::actor target, actor_id owner, duration patience)
    : target_{std::move(target)}, patience_{patience}, number_{next_link()},
      last_request_{(number_ % (1U << 24)) << 32} {
  if (!target_)
    throw std::invalid_argument{"from_caf: the CAF handle is null, expected a living actor"};
  auto& sys = target_.home_system();
  caf::actor_config config;
  port_ = caf::make_actor<caf_port, caf::strong_actor_ptr>(sys.next_actor_id(), sys.node(), &sys,
                                                           config, owner, number_);
  target_->attach(
      caf::default_attachable::make_monitor(target_.address(), port_->get()->address()));
}

caf_link::~caf_link() {
  target_->detach(caf::default_attachable::observe_token{port_->get()->address(),
                                                         caf::default_attachable::monitor});
  static_cast<caf_port*>(port_->get())->close();
}

void caf_link::stop() { caf::anon_send_exit(target_, caf::exit_reason::user_shutdown); }

void caf_link::kill() { caf::anon_send_exit(target_, caf::exit_reason::kill); }

bool caf_link::has_ended() const noexcept {
  return target_->getf(caf::abstract_actor::is_terminated_flag) ||
         target_->getf(caf::abstract_actor::is_cleaned_up_flag);
}

void caf_link::tell(caf::message what) {
  target_->enqueue(nullptr, caf::make_message_id(), std::move(what), nullptr);
}

void caf_link::ask(caf::message what, nanoseconds_t now, done f) {
  drop_overdue(now);
  if (open_.size() >= most_open) {
    f(tl::make_unexpected(
        failure{errc::overloaded, {}, "too many asks of this CAF actor are open", ""}));
    return;
  }
  const std::uint64_t request = ++last_request_;
  open_.emplace_hint(open_.end(), request, open_ask{now + patience_.count(), std::move(f)});
  target_->enqueue(port_, caf::make_message_id(request), std::move(what), nullptr);
}

void caf_link::take(caf_response response) {
  auto at = open_.find(response.request);
  if (at == open_.end())
    return;
  done finish = std::move(at->second.finish);
  open_.erase(at);
  if (response.content.match_elements<caf::error>())
    finish(tl::make_unexpected(
        failure_from_caf(response.content.get_as<caf::error>(0), &target_.home_system())));
  else
    finish(std::move(response.content));
}

void caf_link::drop_overdue(nanoseconds_t now) {
  while (!open_.empty() && open_.begin()->second.deadline <= now) {
    done finish = std::move(open_.begin()->second.finish);
    open_.erase(open_.begin());
    finish(tl::make_unexpected(
        failure{errc::timeout, {}, "the CAF actor did not answer in time", ""}));
  }
}

void caf_link::fail(const caf_ended& end) { throw caf_actor_down{end.text}; }

} // namespace detail
} // namespace actors
