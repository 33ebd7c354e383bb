// SPDX-License-Identifier: BSD-3-Clause
#include "types.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include <actors/archive.hpp>

#include "proof.hpp"

namespace actors::protocol {

type_table::type_table(std::vector<entry> entries)
    : entries_(std::move(entries)), by_name_(entries_.size()) {
  std::iota(by_name_.begin(), by_name_.end(), std::uint16_t{0});
  std::sort(by_name_.begin(), by_name_.end(),
            [this](auto a, auto b) { return entries_[a].type.name < entries_[b].type.name; });
  buffer out;
  writer to(out);
  to.write_size(entries_.size());
  for (const entry& e : entries_)
    to(e.type);
  to.finish();
  archived_.assign(out.bytes().begin(), out.bytes().end());
  digest_ = sha256(archived_);
}

std::optional<std::uint16_t> type_table::number_of(const std::string& name) const {
  const auto at = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                   [this](std::uint16_t number, const std::string& n) {
                                     return entries_[number].type.name < n;
                                   });
  if (at == by_name_.end() || entries_[*at].type.name != name)
    return {};
  return *at;
}

std::string to_string(const type_conflict& conflict) {
  return fmt::format("type '{}' differs here (digest {:016x} there, {:016x} here): rebuild both "
                     "from the same source",
                     conflict.name, conflict.theirs, conflict.ours);
}

std::optional<type_conflict> find_conflict(const type_table& ours,
                                           const std::vector<named_type>& theirs) {
  std::optional<type_conflict> first;
  for (const named_type& t : theirs) {
    const auto number = ours.number_of(t.name);
    if (!number || ours.entries()[*number].type.digest == t.digest)
      continue;
    if (!first || t.name < first->name)
      first = {t.name, t.digest, ours.entries()[*number].type.digest};
  }
  return first;
}

type_agreement agree_with_twin(const type_table& ours) {
  type_agreement both;
  const auto& all = ours.entries();
  both.known.assign(all.size(), true);
  both.knows_all = true;
  for (std::size_t n = 0; n < all.size(); ++n) {
    both.from_peer.push_back(all[n].index);
    if (all[n].index >= both.to_peer.size())
      both.to_peer.resize(all[n].index + 1, no_number);
    both.to_peer[all[n].index] = static_cast<std::uint16_t>(n);
  }
  return both;
}

type_agreement agree(const type_table& ours, const std::vector<named_type>& theirs) {
  type_agreement both;
  std::uint32_t indices = 0;
  for (const auto& e : ours.entries())
    indices = std::max(indices, e.index + 1);
  both.to_peer.assign(indices, no_number);
  both.from_peer.assign(theirs.size(), unknown_type);
  both.known.assign(ours.entries().size(), false);
  for (std::size_t n = 0; n < theirs.size(); ++n)
    if (const auto number = ours.number_of(theirs[n].name)) {
      const std::uint32_t index = ours.entries()[*number].index;
      both.from_peer[n] = index;
      both.to_peer[index] = *number;
      both.known[*number] = true;
    }
  both.knows_all = std::find(both.known.begin(), both.known.end(), false) == both.known.end();
  return both;
}

} // namespace actors::protocol
