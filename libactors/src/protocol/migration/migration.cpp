// SPDX-License-Identifier: BSD-3-Clause
#include "migration.hpp"

#include <algorithm>
#include <utility>

namespace actors::protocol {

migration::migration(node_id self, const migration_options& options)
    : desk_{self, options}, departure_{desk_}, arrival_{desk_}, kin_{desk_} {}

migration_load migration::load() const noexcept {
  return {departure_.moves(), departure_.actors(), arrival_.actors(), kin_.intents(),
          departure_.notices() + arrival_.notices()};
}

duration migration::wake_at() const noexcept {
  return std::min({departure_.wake_at(), arrival_.wake_at(), kin_.wake_at()});
}

std::vector<migration_order> migration::take_orders() { return std::exchange(desk_.orders, {}); }

void migration::tick(duration now) {
  desk_.now = now;
  departure_.tick();
  arrival_.tick();
  kin_.tick();
  settle();
}

move_id migration::move(duration now, std::vector<actor_id> ids, node_id to) {
  desk_.now = now;
  std::vector<moved_actor> refused;
  if (!desk_.has(migration_plant::moves_on_early))
    std::erase_if(ids, [&](const actor_id& id) {
      if (!arrival_.is_arriving(id))
        return false;
      const failure why{errc::overloaded, id, "it has just come: its source must hear of it", {}};
      refused.push_back({id, move_outcome::stayed, {}, why});
      return true;
    });
  const move_id id = departure_.begin(std::move(ids), to, std::move(refused));
  settle();
  return id;
}

/// Who has not heard yet that it came here, or that it was to go and stayed, must hear that it goes
/// on, also if the actor does not care any more: he would conclude from losses what is wrong.
void migration::frozen(duration now, move_id id, std::vector<parcel> parcels,
                       std::vector<failure> stuck) {
  desk_.now = now;
  for (parcel& p : parcels) {
    for (const auto& owed : {arrival_.owed(p.id), departure_.owed(p.id)})
      p.kin.insert(p.kin.end(), owed.begin(), owed.end());
  }
  departure_.frozen(id, std::move(parcels), stuck);
  settle();
}

void migration::ended(duration now, move_id id, actor_id who) {
  desk_.now = now;
  departure_.ended(id, who);
  settle();
}

void migration::installed(duration now, move_id id, const std::vector<installed_actor>& results) {
  desk_.now = now;
  arrival_.installed(id, results);
  settle();
}

void migration::node_lost(duration now, node_id id) {
  desk_.now = now;
  desk_.note_lost(id);
  departure_.node_lost(id);
  arrival_.node_lost(id);
  kin_.node_lost(id);
  settle();
}

void migration::link_opened(duration now, node_id id) {
  desk_.now = now;
  departure_.link_opened(id);
  arrival_.link_opened(id);
  kin_.link_opened(id);
  settle();
}

void migration::message(duration now, node_id from, migration_message text) {
  desk_.now = now;
  if (!is_welcome(from, text))
    return;
  route(text);
  settle();
}

bool migration::is_welcome(node_id from, const migration_message& text) {
  auto& refused = desk_.refused;
  const migration_flaw flaw = flaw_of(text, desk_.self);
  if (flaw == migration_flaw::version)
    return ++refused.version, false;
  if (flaw == migration_flaw::malformed)
    return ++refused.malformed, false;
  if (flaw == migration_flaw::misaddressed || text.from != from)
    return ++refused.misaddressed, false;
  if (desk_.is_lost(from))
    return ++refused.lost_nodes, false;
  if (!desk_.note_oldest(text))
    return ++refused.late, false;
  return true;
}

void migration::route(migration_message& text) {
  const bool is_source = text.move.source == desk_.self;
  const bool is_target = text.target == desk_.self;
  if (is_source)
    departure_.receive(text);
  else if (is_target)
    arrival_.receive(text);
  else
    kin_.receive(text);
}

void migration::settle() {
  departure_.flush();
  arrival_.flush();
  for (const placed_actor& a : arrival_.take_started())
    kin_.arrived(a.id, a.epoch);
}

} // namespace actors::protocol
