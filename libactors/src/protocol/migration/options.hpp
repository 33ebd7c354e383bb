// SPDX-License-Identifier: BSD-3-Clause
//
// The parameters of migration.
#pragma once

#include <cstdint>

#include <actors/failure.hpp>
#include <actors/time.hpp>

namespace actors::protocol {

/// Faults on purpose, for tests and the simulator: each must be found.
enum class migration_plant : std::uint8_t {
  none,
  /// When patience is over, an actor that was handed over is thawed, too.
  thaws_after_hand_over,
  /// A copy starts as soon as it is installed.
  starts_without_commit,
  /// A copy that is ready starts when its source is lost.
  starts_when_source_lost,
  /// An earlier epoch is taken as if it were new.
  epoch_unchecked,
  /// The target says that it has what it has not installed yet.
  prepared_before_installed,
  /// A node that knows of a move takes the actor for dead when the source is lost.
  gone_without_asking,
  /// The target says that it has not got what it may still start.
  not_here_while_undecided,
  /// Bytes are taken without a look at their hash.
  hash_unchecked,
  offers_not_resent,
  commit_not_resent,
  settled_not_resent,
  /// The source does not wait until those have heard of the move who must know of it.
  intents_not_awaited,
  /// A copy that has been started ends when it is told to drop what is not committed.
  drops_started,
  /// Those who heard of a move do not hear that it was given up.
  withdrawal_untold,
  /// An actor moves on before its source has heard that it started.
  moves_on_early,
};

struct migration_options {
  /// An actor that has not been handed over for so long stays.
  duration patience = std::chrono::seconds{10};
  /// What is not acknowledged for so long is sent again; twice as long each time it was in vain.
  duration resend_after = std::chrono::milliseconds{200};
  duration resend_at_most = std::chrono::seconds{2};
  /// Who has heard of a move and nothing since asks after so long, while both nodes live.
  duration ask_after = std::chrono::seconds{15};

  /// An offer holds so many bytes and actors; one actor alone may be larger.
  std::uint64_t offer_bytes = std::uint64_t{1} << 20;
  std::uint32_t offer_actors = 256;
  /// Offers of a move on their way.
  std::uint32_t offer_window = 4;
  /// What an actor may weigh at most.
  std::uint64_t max_actor_bytes = std::uint64_t{64} << 20;

  /// Moves of this node that are open, and actors in them.
  std::uint32_t max_moves = 1024;
  std::uint32_t max_departing = 65536;
  /// Actors that arrive, and whose source has not heard of it yet.
  std::uint32_t max_arriving = 65536;
  /// Moves of others that this node has heard of, and whose end it has not.
  std::uint32_t max_intents = 1U << 18;
  /// What others have to be told, and have not acknowledged: for those who leave and who arrive.
  std::uint32_t max_notices = 1U << 18;
  /// Epochs of actors that are kept in mind, to recognise what is late. At least as many as can be
  /// moved while a message may be under way.
  std::uint32_t max_epochs = 65536;
  /// Nodes that are kept in mind: those lost, and those that moved something.
  std::uint32_t max_nodes = 4096;

  migration_plant plant = migration_plant::none;
};

/// Errors: invalid_argument with the field, its value and what it must be.
[[nodiscard]] expected<void> check(const migration_options& options);

} // namespace actors::protocol
