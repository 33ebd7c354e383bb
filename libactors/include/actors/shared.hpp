// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <utility>

namespace actors {

/// An immutable payload that many messages may carry: inside a process all copies are the same
/// object; outside it travels as its value (nodes and links come later). Threading: readable from any thread.
template <class T>
class shared {
public:
  /// Holds a default value's absence: `get()` is null.
  shared() = default;
  explicit shared(T value) : value_{std::make_shared<const T>(std::move(value))} {}
  template <class... Args>
  [[nodiscard]] static shared make(Args&&... args) {
    shared s;
    s.value_ = std::make_shared<const T>(std::forward<Args>(args)...);
    return s;
  }

  [[nodiscard]] const T& operator*() const noexcept { return *value_; }
  [[nodiscard]] const T* operator->() const noexcept { return value_.get(); }
  [[nodiscard]] const T* get() const noexcept { return value_.get(); }
  [[nodiscard]] explicit operator bool() const noexcept { return value_ != nullptr; }

  template <class Archive>
  void save(Archive& ar) const {
    ar(value_ != nullptr);
    if (value_) ar(*value_);
  }
  template <class Archive>
  void load(Archive& ar) {
    bool present = false;
    ar(present);
    value_.reset();
    if (!present) return;
    T value{};
    ar(value);
    value_ = std::make_shared<const T>(std::move(value));
  }

private:
  std::shared_ptr<const T> value_;
};

} // namespace actors
