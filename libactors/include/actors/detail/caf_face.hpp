// SPDX-License-Identifier: BSD-3-Clause
//
// One of our actors as CAF sees it: a CAF actor without a mailbox. What is sent to it is handed on
// at once, on the sender's thread, so that each sender's order is kept and nothing waits twice.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <caf/actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_message.hpp>
#include <caf/monitorable_actor.hpp>

#include <actors/actor.hpp>
#include <actors/detail/caf_messages.hpp>

namespace actors::detail {

/// Where the answer to a CAF request goes. `send` or `fail`, once.
class caf_return_path {
public:
  caf_return_path(caf::strong_actor_ptr self, caf::mailbox_element& request);
  void send(caf::message reply);
  void fail(const failure& reason);

private:
  caf::strong_actor_ptr self_;
  caf::strong_actor_ptr source_;
  caf::mailbox_element::forwarding_stack stages_;
  caf::message_id id_;
};

/// How a reply becomes a message of CAF: as it is, for receivers in this process.
struct as_it_is {
  template <class R>
  static caf::message make(R&& reply) {
    return caf::make_message(std::move(reply));
  }
};

/// A CAF request that one of ours has to answer. The engine completes it exactly once: with the
/// reply, or with the failure of the actor that ends owing it.
/// `R` is void where the handle promises no reply: then any reply says "done".
template <class R, class Making>
class caf_answer final : public outside_ask {
public:
  explicit caf_answer(caf_return_path path) : path_{std::move(path)} {}

  void complete(std::uint32_t type, void* value, failure* error) override {
    if (error != nullptr) {
      path_.fail(*error);
      return;
    }
    if constexpr (std::is_void_v<R>) {
      (void)type;
      (void)value;
      path_.send(caf::message{});
    } else if (type == message_index<R>) {
      path_.send(Making::make(std::move(*static_cast<R*>(value))));
    } else {
      path_.fail({errc::wrong_type,
                  {},
                  "the reply has another type",
                  std::string{message_type_at(type).name}});
    }
  }

private:
  caf_return_path path_;
};

class caf_face final : public caf::monitorable_actor {
public:
  /// Takes the message if it is of the type that the function stands for.
  using taker = bool (*)(caf_face& self, caf::mailbox_element& what);

  caf_face(caf::actor_config& config, actor_id who, std::span<const taker> takers);

  /// Threading: any.
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;
  void on_destroy() override;
  const char* name() const override { return "actors::ref"; }

  [[nodiscard]] const actor_id& who() const noexcept { return who_; }
  /// What this thread brings next comes from another process: CAF's list of its types, until null.
  /// CAF hands on an empty message in place of one that it cannot decode.
  static void arriving(const std::string* types) noexcept;
  /// What came is for ours: as told, or as asked when it is a request.
  template <class M, class R, class Making>
  void hand_on(caf::mailbox_element& what, M message);
  /// CAF learns that ours has ended. Threading: any; the first call counts.
  void close(caf::error reason);

private:
  friend caf::actor make_face(engine& node, caf::actor_system& sys, actor_id who,
                              std::span<const taker> takers);

  void take_exit(const caf::error& reason) const;
  void refuse(caf::mailbox_element& what);

  // Constant after construction.
  const actor_id who_;
  const std::span<const taker> takers_;
  actor_id watcher_{};

  std::atomic<bool> closed_{false}; // set by the watcher's thread, read by senders
};

/// Makes the face of `who` and the actor that watches `who` for it.
[[nodiscard]] caf::actor make_face(engine& node, caf::actor_system& sys, actor_id who,
                                   std::span<const caf_face::taker> takers);

template <class M, class R, class Making>
void caf_face::hand_on(caf::mailbox_element& what, M message) {
  if (!what.mid.is_request()) {
    tell_from_anywhere(who_, std::move(message));
    return;
  }
  caf_return_path path{caf::strong_actor_ptr{ctrl()}, what};
  engine_visit node = engine_of(who_.node());
  if (!node) {
    path.fail({errc::shutting_down, who_, "the node has shut down", ""});
    return;
  }
  const std::uint64_t request =
      node->open_outside(std::make_shared<caf_answer<R, Making>>(std::move(path)));
  const message_head head{
      message_index<M>, flag::asks, who_, {node->node() << 16 | outside, 0, 1}, request};
  // Inside a handler of ours the outbox is the way of the tells, so it is the way of the asks.
  if (shard* here = current_shard; here != nullptr && &here->owner() == &*node)
    here->send<M>(head, std::move(message));
  else
    node->post(head, std::move(message));
}

template <class M, class R, class Making = as_it_is>
bool take_from_caf(caf_face& self, caf::mailbox_element& what) {
  if (!what.content().match_elements<in_caf<M>>())
    return false;
  self.hand_on<M, R, Making>(what, static_cast<M>(what.content().move_if_unshared<in_caf<M>>(0)));
  return true;
}

/// What CAF can carry: it copies a message when two hold it.
template <class M, class R>
inline constexpr bool fits_caf = !is_engine_message<M> && std::is_copy_constructible_v<M> &&
                                 (std::is_void_v<R> || std::is_copy_constructible_v<R>);

template <class A, class List>
struct takers_of;
template <class A, class... Ms>
struct takers_of<A, messages<Ms...>> {
  template <class M>
  static constexpr caf_face::taker one() {
    if constexpr (fits_caf<M, reply_of<A, M>>)
      return &take_from_caf<M, reply_of<A, M>>;
    else
      return nullptr;
  }
  static constexpr std::array<caf_face::taker, sizeof...(Ms)> table{one<Ms>()...};
};

template <class S>
struct taker_for {
  static constexpr caf_face::taker value = &take_from_caf<S, void>;
};
template <class R, class M>
struct taker_for<R(M)> {
  static_assert(fits_caf<M, R>, "a message that CAF carries, and its reply, must be copyable");
  static constexpr caf_face::taker value = &take_from_caf<M, R>;
};
template <class... S>
inline constexpr std::array<caf_face::taker, sizeof...(S)> takers_for{taker_for<S>::value...};

} // namespace actors::detail
