// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include <actors/detail/shard.hpp>

namespace actors {

namespace detail {

/// What promises of all types share.
class promise_base {
public:
  promise_base() = default;
  explicit promise_base(open_request request) : request_{request} {}

  /// Answers with a failure.
  void fail(failure error) const {
    if (shard* here = take()) here->answer_failure(request_, std::move(error));
  }
  /// Whether somebody waits: false when the message was told.
  [[nodiscard]] explicit operator bool() const noexcept { return request_.request != 0; }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(request_.asker, request_.request);
  }

protected:
  /// The shard to answer from; null when the answer has been given, or nobody asked.
  [[nodiscard]] shard* take() const {
    shard& here = *current_shard;
    return here.remove_open_request(*here.self_slot(), request_) ? &here : nullptr;
  }
  open_request request_;
};

} // namespace detail

/// An answer that will be given later. A handler returns it in place of the value and keeps a copy;
/// plain data of 24 bytes, so it may lie in the actor's state. The first `set` or `fail` counts; an
/// actor that ends with the promise open answers with its failure. Without an asker (the message was
/// told) nothing happens.
/// Threading: only inside handlers of the actor that made it.
template <class T>
class promise : public detail::promise_base {
public:
  using promise_base::promise_base;
  void set(T value) const {
    if (detail::shard* here = take()) here->answer(request_, std::move(value));
  }
};

/// An answer without a value.
template <>
class promise<void> : public detail::promise_base {
public:
  using promise_base::promise_base;
  void set() const {
    if (detail::shard* here = take()) here->answer(request_, detail::unit{});
  }
};

} // namespace actors
