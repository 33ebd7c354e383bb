// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include <actors/detail/shard.hpp>

namespace actors {

/// An answer that will be given later. A handler returns it in place of the value and keeps a copy;
/// plain data of 24 bytes, so it may lie in the actor's state. The first `set` or `fail` counts; an
/// actor that ends with the promise open answers with its failure.
/// Threading: only inside handlers of the actor that made it.
template <class T>
class promise {
public:
  promise() = default;
  explicit promise(detail::open_request request) : request_{request} {}

  /// Answers. Without an asker (the message was told) nothing happens.
  void set(T value) const {
    auto& here = *detail::current_shard;
    if (here.remove_open_request(*here.self_slot(), request_)) here.answer(request_, std::move(value));
  }
  void fail(failure error) const {
    auto& here = *detail::current_shard;
    if (here.remove_open_request(*here.self_slot(), request_))
      here.answer_failure(request_, std::move(error));
  }
  /// Whether somebody waits: false when the message was told, or the answer has been given.
  [[nodiscard]] explicit operator bool() const noexcept { return request_.request != 0; }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(request_.asker, request_.request);
  }

private:
  detail::open_request request_;
};

/// An answer without a value.
template <>
class promise<void> {
public:
  promise() = default;
  explicit promise(detail::open_request request) : request_{request} {}

  void set() const {
    auto& here = *detail::current_shard;
    if (here.remove_open_request(*here.self_slot(), request_)) here.answer(request_, detail::unit{});
  }
  void fail(failure error) const {
    auto& here = *detail::current_shard;
    if (here.remove_open_request(*here.self_slot(), request_))
      here.answer_failure(request_, std::move(error));
  }
  [[nodiscard]] explicit operator bool() const noexcept { return request_.request != 0; }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(request_.asker, request_.request);
  }

private:
  detail::open_request request_;
};

} // namespace actors
