// SPDX-License-Identifier: BSD-3-Clause
#include "seeking.hpp"

#include <algorithm>
#include <set>

namespace actors::protocol {

seeking::seeking(node_id self, std::string address, joining_options options, duration now)
    : self_{self}, address_{std::move(address)}, options_{std::move(options)}, begun_{now},
      next_call_{now} {
  std::set<std::string> seeds(options_.seeds.begin(), options_.seeds.end());
  is_seed_ = seeds.erase(address_) != 0 || seeds.empty();
  seeds_.assign(seeds.begin(), seeds.end());
  contacts_ = seeds_;
}

bool seeking::is_fresh(duration then, duration now) const noexcept {
  return now - then <= options_.vote_lease / 2;
}

std::size_t seeking::quorum() const noexcept {
  return options_.found_quorum != 0 ? options_.found_quorum : seeds_.size() + 1;
}

node_id seeking::vote(duration now) const { return now < vote_until_ ? vote_ : node_id::none; }

bool seeking::is_candidate(duration now) const {
  if (!is_seed_ || (!options_.seeds.empty() && now - begun_ < options_.found_after))
    return false;
  if (const node_id given = vote(now); given != node_id::none && given != self_)
    return false;
  std::size_t fresh = 1;
  for (const auto& [address, o] : others_)
    if (is_fresh(o.heard, now)) {
      if (address < address_)
        return false;
      ++fresh;
    }
  return fresh >= quorum();
}

bool seeking::may_found(duration now) const {
  if (!is_candidate(now))
    return false;
  const auto voted = [&](const auto& o) {
    return o.second.voted && is_fresh(*o.second.voted, now);
  };
  const auto votes = 1 + std::count_if(others_.begin(), others_.end(), voted);
  return static_cast<std::size_t>(votes) >= quorum();
}

bool seeking::tick(duration now) {
  if (is_candidate(now))
    vote_for(self_, now);
  if (now < next_call_)
    return false;
  next_call_ = now + options_.retry;
  return true;
}

void seeking::heard(std::string_view address, duration now) {
  if (std::binary_search(seeds_.begin(), seeds_.end(), address))
    others_[std::string{address}].heard = now;
}

void seeking::voted(std::string_view address, node_id vote, duration asked) {
  if (const auto found = others_.find(address); found != others_.end())
    found->second.voted = vote == self_ ? std::optional{asked} : std::nullopt;
}

node_id seeking::vote_for(node_id candidate, duration now) {
  if (vote(now) == node_id::none || vote_ == candidate) {
    vote_ = candidate;
    vote_until_ = now + options_.vote_lease;
  }
  return vote_;
}

void seeking::hint(const std::string& address) {
  if (contacts_.size() < seeds_.size() + max_hints &&
      std::find(contacts_.begin(), contacts_.end(), address) == contacts_.end())
    contacts_.push_back(address);
}

} // namespace actors::protocol
