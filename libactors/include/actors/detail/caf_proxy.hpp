// SPDX-License-Identifier: BSD-3-Clause
//
// A CAF actor as our actors see it: an actor of ours that hands on what it gets. It asks through a
// `caf_port`, a CAF actor without a mailbox that brings answers and the end of the other side back.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <caf/actor.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>

#include <actors/actor.hpp>
#include <actors/detail/caf_messages.hpp>

namespace actors::detail {

/// An answer has come from the CAF side. A class, not an aggregate: it never leaves the process.
struct caf_response {
  caf_response(std::uint64_t number, caf::message reply) noexcept
      : request{number}, content{std::move(reply)} {}
  std::uint64_t request;
  caf::message content;
};

/// The CAF actor has ended.
struct caf_ended {
  caf_ended(std::uint64_t link, exit_kind how, std::string why) noexcept
      : of{link}, kind{how}, text{std::move(why)} {}
  /// `caf_link::number` of the link that saw it: a proxy that was restarted has another one.
  std::uint64_t of;
  exit_kind kind;
  std::string text;
};

class caf_port;

/// The CAF side of a proxy. Threading: only inside handlers of the proxy `owner`.
class caf_link {
public:
  using done = unique_function<void(expected<caf::message>)>;

  /// Throws `std::invalid_argument` for a null handle.
  caf_link(caf::actor target, actor_id owner, duration patience);
  caf_link(const caf_link&) = delete;
  caf_link& operator=(const caf_link&) = delete;
  ~caf_link();

  void tell(caf::message what);
  /// `f` is called once: with the answer, or when `patience` is over, or not at all when the proxy
  /// ends first (the engine answers for an actor that ends).
  void ask(caf::message what, nanoseconds_t now, done f);
  void take(caf_response response);
  /// Ends the running actor the way the CAF actor ended; throws when that failed.
  [[noreturn]] static void fail(const caf_ended& end);
  /// Unlike that of any other link in this process.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  /// Asks the CAF actor to end, or ends it at once.
  void stop();
  void kill();
  [[nodiscard]] bool has_ended() const noexcept;

private:
  struct open_ask {
    nanoseconds_t deadline;
    done finish;
  };

  void drop_overdue(nanoseconds_t now);

  caf::actor target_;
  caf::intrusive_ptr<caf::actor_control_block> port_;
  const duration patience_;
  const std::uint64_t number_;
  std::uint64_t last_request_;
  std::map<std::uint64_t, open_ask> open_; // oldest first
};

template <class Self, class Signature>
class caf_proxy_part;

template <class Self, class M>
class caf_proxy_part {
public:
  void on(M message) {
    static_cast<Self*>(this)->link().tell(caf::make_message(std::move(message)));
  }
};

template <class Self, class R, class M>
class caf_proxy_part<Self, R(M)> {
public:
  promise<R> on(M message) {
    return static_cast<Self*>(this)->template forward<R>(std::move(message));
  }
};

template <class R>
expected<R> value_from_caf(caf::message& content) {
  if constexpr (std::is_void_v<R>) {
    if (content.empty() || content.match_elements<caf::unit_t>())
      return {};
  } else if (content.match_elements<in_caf<R>>()) {
    return static_cast<R>(content.move_if_unshared<in_caf<R>>(0));
  }
  return tl::make_unexpected(
      failure{errc::wrong_type, {}, "the CAF actor replied with another type", to_string(content)});
}

template <class... S>
class caf_proxy : public actor<caf_proxy<S...>>, public caf_proxy_part<caf_proxy<S...>, S>... {
public:
  using handles = messages<typename signature<S>::message..., caf_response, caf_ended>;

  caf_proxy(caf::actor target, duration patience)
      : link_{std::make_unique<caf_link>(std::move(target), this->self().id(), patience)} {}

  using caf_proxy_part<caf_proxy, S>::on...;
  void on(caf_response response) { link_->take(std::move(response)); }
  void on(const caf_ended& end) {
    if (end.of != link_->number())
      return;
    if (end.kind == exit_kind::failed)
      caf_link::fail(end);
    if (end.kind == exit_kind::killed)
      this->kill(this->self());
    else
      this->stop();
  }

  [[nodiscard]] caf_link& link() noexcept { return *link_; }

  template <class R, class M>
  promise<R> forward(M message) {
    auto answer = this->template make_promise<R>();
    caf::message content = caf::make_message(std::move(message));
    if (!answer) {
      link_->tell(std::move(content));
      return answer;
    }
    link_->ask(std::move(content), this->now().count(), [answer](expected<caf::message> reply) {
      if (!reply) {
        answer.fail(std::move(reply.error()));
        return;
      }
      auto value = value_from_caf<R>(*reply);
      if (!value)
        answer.fail(std::move(value.error()));
      else if constexpr (std::is_void_v<R>)
        answer.set();
      else
        answer.set(std::move(*value));
    });
    return answer;
  }

private:
  std::unique_ptr<caf_link> link_;
};

} // namespace actors::detail
