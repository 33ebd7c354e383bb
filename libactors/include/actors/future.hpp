// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <actors/detail/engine.hpp>
#include <actors/time.hpp>

namespace actors {

/// What `future::get` throws for a failure.
class failure_error : public std::runtime_error {
public:
  explicit failure_error(failure f) : std::runtime_error{to_string(f)}, failure_{std::move(f)} {}
  [[nodiscard]] const failure& reason() const noexcept { return failure_; }

private:
  failure failure_;
};

namespace detail {

template <class R>
class outside_answer final : public outside_ask {
public:
  void complete(std::uint32_t type, void* value, failure* error) override {
    if (error != nullptr) {
      result = tl::make_unexpected(std::move(*error));
      return;
    }
    if constexpr (std::is_void_v<R>) {
      result = expected<R>{};
    } else if (type == message_index<R>) {
      result = expected<R>{std::move(*static_cast<R*>(value))};
    } else {
      result = tl::make_unexpected(
          failure{errc::wrong_type, {}, "the reply has another type", std::string{message_type_at(type).name}});
    }
  }
  std::optional<expected<R>> result;
};

} // namespace detail

/// The outcome of an ask made outside of actors. Threading: one thread waits; not inside handlers
/// (there, `ask` of the actor neither blocks nor holds up the shard).
template <class R>
class [[nodiscard]] future {
public:
  future(detail::engine& node, std::shared_ptr<detail::outside_answer<R>> state, std::uint64_t request,
         duration timeout)
      : node_{&node}, number_{node.node()}, state_{std::move(state)}, request_{request},
        deadline_{detail::time_after(node.drive().clock(), timeout.count())} {}
  future(future&&) noexcept = default;
  future& operator=(future&&) = delete;
  /// One that is dropped is an ask whose outcome nobody wants.
  ~future() {
    if (state_ == nullptr || ready()) return;
    if (auto node = detail::engine_of(number_)) node->close_outside(request_);
  }

  /// Whether `result` would return at once.
  [[nodiscard]] bool ready() const noexcept { return state_->done.load(std::memory_order_acquire); }

  /// Waits for the outcome: the reply, or a failure at the latest when the time of the ask is over.
  [[nodiscard]] expected<R> result() {
    if (ready()) return std::move(*state_->result);
    auto& driver = node_->drive();
    if (!driver.wait(state_->done, deadline_ - driver.clock()) && node_->close_outside(request_))
      return tl::make_unexpected(failure{errc::timeout, {}, "no answer within the time given", ""});
    // Somebody is completing it right now.
    while (!ready()) driver.wait(state_->done, 1'000'000);
    return std::move(*state_->result);
  }
  /// As `result`; throws `failure_error` for a failure.
  R get() {
    auto r = result();
    if (!r) throw failure_error{std::move(r.error())};
    if constexpr (!std::is_void_v<R>) return std::move(*r);
  }
  R value() { return get(); }

private:
  detail::engine* node_;
  std::uint64_t number_;
  std::shared_ptr<detail::outside_answer<R>> state_;
  std::uint64_t request_;
  detail::nanoseconds_t deadline_;
};

namespace detail {

template <class M, class R>
future<R> ask_from_outside(engine& node, actor_id to, M message, duration timeout) {
  auto state = std::make_shared<outside_answer<R>>();
  std::uint64_t request = node.open_outside(state, to);
  actor_id asker{node.node() << 16 | outside, 0, 1};
  future<R> result{node, std::move(state), request, timeout};
  node.post(message_head{message_index<M>, flag::asks, to, asker, request}, std::move(message));
  return result;
}

} // namespace detail
} // namespace actors
