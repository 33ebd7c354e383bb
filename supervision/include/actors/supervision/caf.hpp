// SPDX-License-Identifier: BSD-3-Clause
//
// Ordinary CAF actors as supervised children. Programs that include this link `actors::caf`.
//
//   caf::actor make_ledger(caf::actor_system& sys, std::int64_t start);
//
//   const auto books = sup::one_for_one("books")
//       .child(sup::caf_child<&make_ledger, std::int64_t(balance), deposit>("ledger", sup::args(std::int64_t{100})));
//
// An actor of ours stands in front of each: its id, name and waiting messages stay when the CAF actor
// behind it ends and another one is made.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <actors/caf.hpp>
#include <actors/supervision/tree.hpp>

namespace actors::supervision {

namespace detail {

/// In front of a CAF actor that `Make(system, args...)` makes.
template <auto Make, class... Signatures>
class caf_front : public actors::detail::caf_proxy<Signatures...> {
  using base = actors::detail::caf_proxy<Signatures...>;

public:
  template <class... Args>
    requires std::is_invocable_r_v<caf::actor, decltype(Make), caf::actor_system&, Args...>
  explicit caf_front(Args... arguments)
      : base{Make(caf_system_here(), std::move(arguments)...), std::chrono::minutes{1}} {}
  // Killed, or its own handler threw: nobody else holds the CAF actor to account.
  ~caf_front() {
    if (!this->link().has_ended()) this->link().kill();
  }
  caf_front(const caf_front&) = delete;
  caf_front& operator=(const caf_front&) = delete;

  task<void> on_stop() {
    if (this->link().has_ended()) co_return;
    this->link().stop();
    // CAF tells monitors by a message, which an actor that stops does not take any more.
    for (duration pause = std::chrono::microseconds{100}; !this->link().has_ended();
         pause = std::min<duration>(2 * pause, std::chrono::milliseconds{20}))
      co_await this->sleep(pause);
  }
};

} // namespace detail

/// A child that is a CAF actor, made by the function `Make(caf::actor_system&, args...)`, which takes the
/// listed messages: `M` is told, `R(M)` told or asked, as with `from_caf`. It fails when the CAF actor ends
/// with an error (with CAF's text), ends normally with exit_reason::normal and user_shutdown, and counts as
/// killed with exit_reason::kill. When it is stopped, the CAF actor gets user_shutdown, and kill when its
/// time is over. Options as for `child`. Found by its path as `sup::caf_ref<&Make, Signatures...>`.
template <auto Make, class... Signatures, class... Options>
[[nodiscard]] child_spec caf_child(std::string id, const Options&... options) {
  return child<detail::caf_front<Make, Signatures...>>(std::move(id), options...);
}

/// What `node.find` gives for such a child; converts to `ref_to<Signatures...>`.
template <auto Make, class... Signatures>
using caf_ref = ref<detail::caf_front<Make, Signatures...>>;

} // namespace actors::supervision
