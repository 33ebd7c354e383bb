// SPDX-License-Identifier: BSD-3-Clause
#include "options.hpp"

#include <string>

#include "message.hpp"

namespace actors::protocol {

expected<void> check(const migration_options& o) {
  const std::pair<const char*, std::int64_t> fields[] = {
      {"migration.patience", o.patience.count()},
      {"migration.resend_after", o.resend_after.count()},
      {"migration.ask_after", o.ask_after.count()},
      {"migration.offer_bytes", static_cast<std::int64_t>(o.offer_bytes)},
      {"migration.offer_actors", o.offer_actors},
      {"migration.offer_window", o.offer_window},
      {"migration.max_actor_bytes", static_cast<std::int64_t>(o.max_actor_bytes)},
      {"migration.max_moves", o.max_moves},
      {"migration.max_departing", o.max_departing},
      {"migration.max_arriving", o.max_arriving},
      {"migration.max_intents", o.max_intents},
      {"migration.max_notices", o.max_notices},
      {"migration.max_epochs", o.max_epochs},
      {"migration.max_nodes", o.max_nodes},
  };
  for (const auto& [field, value] : fields)
    if (value <= 0)
      return fail(errc::invalid_argument, std::string{field} + ": must be positive",
                  std::to_string(value));
  if (o.offer_actors > max_migration_items)
    return fail(errc::invalid_argument,
                "migration.offer_actors: at most " + std::to_string(max_migration_items),
                std::to_string(o.offer_actors));
  if (o.offer_bytes > max_offer_bytes || o.max_actor_bytes > max_offer_bytes)
    return fail(errc::invalid_argument,
                "migration.offer_bytes, max_actor_bytes: at most " +
                    std::to_string(max_offer_bytes),
                std::to_string(std::max(o.offer_bytes, o.max_actor_bytes)));
  if (o.resend_at_most < o.resend_after)
    return fail(errc::invalid_argument, "migration.resend_at_most: at least resend_after",
                std::to_string(o.resend_at_most.count()));
  if (o.patience <= 2 * o.resend_after)
    return fail(errc::invalid_argument, "migration.patience: must exceed 2 * resend_after",
                std::to_string(o.patience.count()));
  return {};
}

} // namespace actors::protocol
