// SPDX-License-Identifier: BSD-3-Clause
//
// Actors that show whether a move lost, doubled or reordered anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <actors/actors.hpp>

namespace moving {

struct numbered {
  std::uint32_t sender = 0;
  std::uint32_t number = 0;
};
struct report {};

/// Notes what each sender's next number was not what it should be.
class witness : public actors::actor<witness> {
public:
  using handles = actors::messages<numbered, report>;
  void on(numbered m) {
    if (m.sender >= next_.size()) next_.resize(m.sender + 1);
    if (next_[m.sender] != m.number) ++wrong_;
    next_[m.sender] = m.number + 1;
    ++seen_;
  }
  /// How many came, how many at the wrong time, then the next number of each sender.
  std::vector<std::uint64_t> on(report) const {
    std::vector<std::uint64_t> all{seen_, wrong_};
    all.insert(all.end(), next_.begin(), next_.end());
    return all;
  }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(next_, seen_, wrong_);
  }

private:
  std::vector<std::uint32_t> next_;
  std::uint64_t seen_ = 0;
  std::uint64_t wrong_ = 0;
};

struct tick {};

/// Tells the witness its numbers, some of them each millisecond.
class chatter : public actors::actor<chatter> {
public:
  using handles = actors::messages<tick>;
  chatter() = default;
  chatter(actors::ref<witness> to, std::uint32_t name, std::uint32_t most, std::uint32_t at_once)
      : to_{to}, name_{name}, most_{most}, at_once_{at_once} {
    send_every(std::chrono::milliseconds{1}, tick{});
  }
  void on(tick) {
    for (std::uint32_t i = 0; i < at_once_ && next_ < most_; ++i) to_.tell(numbered{name_, next_++});
  }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(to_, name_, most_, at_once_, next_);
  }

private:
  actors::ref<witness> to_;
  std::uint32_t name_ = 0, most_ = 0, at_once_ = 0, next_ = 0;
};

/// For messages of checks.
inline std::string said(const actors::expected<void>& outcome) { return outcome ? "moved" : to_string(outcome.error()); }

} // namespace moving
