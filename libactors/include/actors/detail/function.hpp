// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace actors::detail {

/// A move-only callable on the heap: cheap to move, cheap to include.
template <class Signature>
class unique_function;

template <class R, class... Args>
class unique_function<R(Args...)> {
public:
  unique_function() = default;
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, unique_function>)
  unique_function(F&& f) : body_{std::make_unique<holder<std::decay_t<F>>>(std::forward<F>(f))} {}

  explicit operator bool() const noexcept { return body_ != nullptr; }
  R operator()(Args... args) { return body_->call(std::forward<Args>(args)...); }

private:
  struct base {
    virtual ~base() = default;
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct holder final : base {
    template <class G>
    explicit holder(G&& g) : f{std::forward<G>(g)} {}
    R call(Args... args) override { return f(std::forward<Args>(args)...); }
    F f;
  };
  std::unique_ptr<base> body_;
};

} // namespace actors::detail
