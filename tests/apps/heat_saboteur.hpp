// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <actors/testing.hpp>

#include "heat/heat_actor.hpp"

enum class harm : std::uint8_t { kill, stop, misfit, old_messages };
inline constexpr std::optional<harm> any_harm;

struct next_deed {};

/// Does harm to the blocks of a run now and then, as its seed says, often to one block in a row.
class saboteur : public actors::actor<saboteur> {
public:
  using handles = actors::messages<next_deed>;

  saboteur(std::uint64_t seed, heat::extent blocks, int deeds, std::optional<harm> what,
           std::uint64_t longest_pause = 8)
      : random_{seed}, plan_{blocks, blocks}, deeds_{deeds}, what_{what},
        longest_pause_{longest_pause}, wait_{random_.below(20)} {
    if (deeds > 0)
      tell(self(), next_deed{});
  }

  void on(next_deed) {
    const bool is_there = block(plan_.count() - 1).has_value(); // the last one to be started
    if (!is_there && was_there_)
      return; // the run is over
    was_there_ = is_there;
    if (is_there && wait_-- == 0) {
      --deeds_;
      harm_to(block(target_).value());
      wait_ = random_.one_in(3) ? 0 : random_.below(longest_pause_);
      if (random_.one_in(2))
        target_ = random_.below(plan_.count());
    }
    if (deeds_ > 0)
      tell(self(), next_deed{});
  }

private:
  actors::expected<actors::ref<heat::heat_actor>> block(std::size_t index) const {
    return find<heat::heat_actor>("heat/" + plan_.name(index));
  }

  void harm_to(const actors::ref<heat::heat_actor>& block) {
    switch (what_.value_or(static_cast<harm>(random_.below(4)))) {
    case harm::kill:
      return kill(block);
    case harm::stop:
      return stop(block);
    case harm::misfit: {
      const auto way = heat::all_directions[random_.below(4)];
      return tell(block, heat::edge{random_.below(12), way, {1.0}});
    }
    case harm::old_messages:
      tell(block, heat::next_round{});
      for (const auto way : heat::sides)
        tell(block, heat::send_again{random_.below(12), way});
    }
  }

  actors::testing::random_source random_;
  heat::block_plan plan_;
  int deeds_;
  std::optional<harm> what_;
  std::size_t target_ = 0;
  std::uint64_t longest_pause_;
  std::uint64_t wait_;
  bool was_there_ = false;
};
