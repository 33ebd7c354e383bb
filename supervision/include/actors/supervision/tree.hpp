// SPDX-License-Identifier: BSD-3-Clause
//
// Supervision trees that read like the tree:
//
//   const auto shop = sup::one_for_one("shop").intensity(3, 10s)
//       .child<inventory>("inventory", sup::permanent)
//       .child(sup::rest_for_one("checkout")
//           .child<payments>("payments", sup::args("EUR"), sup::backoff{100ms, 10s})
//           .child<receipts>("receipts", sup::transient));
//
// A tree is a value and holds nothing but a `supervisor_spec`. `start` checks it whole first.
#pragma once

#include <string>
#include <tuple>
#include <utility>

#include <actors/archive.hpp>
#include <actors/supervision/detail/makers.hpp>
#include <actors/supervision/supervisor_spec.hpp>

namespace actors::supervision {

/// What a child's constructor gets. Texts are kept as `std::string`.
template <class... Args>
struct args {
  explicit args(Args... values) : values{std::move(values)...} {}
  std::tuple<Args...> values;
};
template <class... Ts>
args(Ts...) -> args<detail::archived_argument<Ts>...>;

/// Of a dynamic supervisor: what the constructors of its children get, from `dynamic_child`.
template <class... Args>
struct takes_type {};
template <class... Args>
inline constexpr takes_type<Args...> takes{};

/// A restarted child gets its state from `F(child, info)`, called as the new instance; what it throws is
/// a failed start. Requires: `void F(A&, const restart_info&)`.
template <auto F>
struct restore_type {};
template <auto F>
inline constexpr restore_type<F> restore{};

/// The end of this child by itself counts for `auto_shutdown`.
struct significant_type {};
inline constexpr significant_type significant{};

namespace detail {

inline void choose(child_spec& c, supervision::restart r) { c.restart = r; }
inline void choose(child_spec& c, supervision::shutdown s) { c.shutdown = s; }
inline void choose(child_spec& c, const supervision::backoff& b) { c.backoff = b; }
inline void choose(child_spec& c, significant_type) { c.significant = true; }
/// Where it runs and the bound of its mailbox. A name is not taken: children have their paths.
void choose(child_spec& c, const spawn_options& o);
template <auto F>
void choose(child_spec& c, restore_type<F>) {
  c.start.restore = restorer_ptr<F>->name;
}
template <class... Args>
void choose(child_spec& c, const args<Args...>& a) {
  c.start.arguments = archived(a.values);
}
template <class... Args>
void choose(child_spec&, takes_type<Args...>) {}

template <class A, class... Options>
struct makes {
  static const maker& from() { return *maker_ptr<A>; }
};
template <class A, class... Args, class... Rest>
struct makes<A, args<Args...>, Rest...> {
  static const maker& from() {
    check_child<A, Args...>();
    return *maker_ptr<A, Args...>;
  }
};
template <class A, class... Args, class... Rest>
struct makes<A, takes_type<Args...>, Rest...> : makes<A, args<Args...>> {};
template <class A, class Other, class... Rest>
struct makes<A, Other, Rest...> : makes<A, Rest...> {};

} // namespace detail

/// One child of type `A`. Options, in any order: `permanent`, `transient` or `temporary`;
/// `brutal_kill`, `infinity` or `shutdown{2s}`; a `backoff`; `significant`; `args(...)` for the
/// constructor; `restore<&function>`; and where it runs: `here`, `anywhere`, `on_shard(1)`, `own_thread`,
/// each with `.limit(n)` for its mailbox.
template <class A, class... Options>
[[nodiscard]] child_spec child(std::string id, const Options&... options) {
  child_spec c;
  c.id = std::move(id);
  c.start.maker = detail::makes<A, Options...>::from().name;
  (detail::choose(c, options), ...);
  return c;
}

/// A supervisor and what is below it.
class tree {
public:
  tree(std::string id, strategy how) {
    spec_.id = std::move(id);
    spec_.strategy = how;
  }

  /// More than `restarts` within `period`: the supervisor gives up.
  tree& intensity(std::uint32_t restarts, duration period) & {
    spec_.intensity = restarts;
    spec_.period = period;
    return *this;
  }
  tree&& intensity(std::uint32_t restarts, duration period) && { return std::move(intensity(restarts, period)); }
  /// For all children without one of their own.
  tree& restart_with(const supervision::backoff& pauses) & {
    spec_.backoff = pauses;
    return *this;
  }
  tree&& restart_with(const supervision::backoff& pauses) && { return std::move(restart_with(pauses)); }
  tree& ends_with(supervision::auto_shutdown when) & {
    spec_.auto_shutdown = when;
    return *this;
  }
  tree&& ends_with(supervision::auto_shutdown when) && { return std::move(ends_with(when)); }

  /// Options as for the function `child`.
  template <class A, class... Options>
  tree& child(std::string id, const Options&... options) & {
    return child(supervision::child<A>(std::move(id), options...));
  }
  template <class A, class... Options>
  tree&& child(std::string id, const Options&... options) && {
    return std::move(child(supervision::child<A>(std::move(id), options...)));
  }
  tree& child(child_spec c) & {
    spec_.children.push_back(std::move(c));
    return *this;
  }
  tree&& child(child_spec c) && { return std::move(child(std::move(c))); }
  /// A tree below this one; its supervisor may take `infinity` to stop unless the options say otherwise.
  template <class... Options>
  tree& child(const tree& below, const Options&... options) & {
    child_spec c = below.as_child();
    (detail::choose(c, options), ...);
    return child(std::move(c));
  }
  template <class... Options>
  tree&& child(const tree& below, const Options&... options) && {
    return std::move(child(below, options...));
  }

  [[nodiscard]] const supervisor_spec& spec() const& noexcept { return spec_; }
  [[nodiscard]] supervisor_spec&& spec() && noexcept { return std::move(spec_); }
  /// The specification of its supervisor as a child of another.
  [[nodiscard]] child_spec as_child() const;

private:
  supervisor_spec spec_;
};

[[nodiscard]] inline tree one_for_one(std::string id) { return {std::move(id), strategy::one_for_one}; }
[[nodiscard]] inline tree one_for_all(std::string id) { return {std::move(id), strategy::one_for_all}; }
[[nodiscard]] inline tree rest_for_one(std::string id) { return {std::move(id), strategy::rest_for_one}; }
/// Children of type `A`, added while it runs: `ask(pool, sup::dynamic_child(values...))`, where
/// `takes<int, std::string>` among the options says what their constructor gets. Other options as for
/// `child`.
template <class A, class... Options>
[[nodiscard]] tree dynamic(std::string id, const Options&... options) {
  tree t{std::move(id), strategy::dynamic};
  t.child<A>("child", options...);
  return t;
}

} // namespace actors::supervision
