// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <actors/mailbox.hpp>
#include <actors/placement.hpp>
#include <actors/time.hpp>

namespace actors {

/// Where and how an actor starts; the defaults suit most. The setters return a changed copy, so that
/// choices read as a phrase: `on_shard(1).limit(1000)`.
struct spawn_options {
  enum class where : std::uint8_t { default_place, here, any_shard, given_shard, own_thread };

  where place = where::default_place;
  std::uint32_t shard = 0;
  mailbox_options mailbox{};
  /// How long an ordered stop may take before it becomes a kill; zero kills at once.
  duration shutdown = std::chrono::seconds{5};
  /// Registered under this name once it lives.
  std::string name{};
  /// On which node; none: on this one. See `placed`.
  std::shared_ptr<const placement::spec> node{};

  /// On a node of the cluster that placement chooses: `anywhere.placed(placement::with_labels({{"gpu", "1"}}))`.
  /// There `place` chooses the shard. Requires of what is spawned: its constructor's arguments can be
  /// archived. Where no node will do, the handle is null and the log says why.
  [[nodiscard]] spawn_options placed(placement::spec wanted) const {
    auto copy = *this;
    copy.node = std::make_shared<const placement::spec>(std::move(wanted));
    return copy;
  }
  [[nodiscard]] spawn_options limit(std::size_t messages,
                                    overflow_policy policy = overflow_policy::refuse) const {
    auto copy = *this;
    copy.mailbox = {messages, policy};
    return copy;
  }
  [[nodiscard]] spawn_options named(std::string text) const {
    auto copy = *this;
    copy.name = std::move(text);
    return copy;
  }
  [[nodiscard]] spawn_options stop_within(duration time) const {
    auto copy = *this;
    copy.shutdown = time;
    return copy;
  }
};

/// On the shard of the spawning actor.
inline const spawn_options here{.place = spawn_options::where::here};
/// On the next shard in turn that is not stuck.
inline const spawn_options anywhere{.place = spawn_options::where::any_shard};
/// With a thread of its own: for handlers that block. Such handlers are not reported as slow.
inline const spawn_options own_thread{.place = spawn_options::where::own_thread};
/// On the shard with this number, modulo the number of shards.
[[nodiscard]] inline spawn_options on_shard(std::uint32_t index) {
  return {.place = spawn_options::where::given_shard, .shard = index};
}

/// On the node of this name.
[[nodiscard]] inline spawn_options on_node(std::string name) {
  return spawn_options{}.placed(placement::on(std::move(name)));
}

} // namespace actors
