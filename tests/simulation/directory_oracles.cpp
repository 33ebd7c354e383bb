// SPDX-License-Identifier: BSD-3-Clause
//
// What is held against a history.
#include <algorithm>

#include <fmt/format.h>

#include "directory_world.hpp"

namespace actors::protocol::test {

void directory_world::say(const std::string& text) const {
  if (narrate)
    narrate(fmt::format("{:9.4f} {}", static_cast<double>(network_.now().count()) / 1e9, text));
}

void directory_world::error(const std::string& text) {
  say("ERROR " + text);
  errors_.push_back(
      fmt::format("{:.3f} s: {}", static_cast<double>(network_.now().count()) / 1e9, text));
}

void directory_world::close_request(process& p, request_id request) {
  if (p.open.erase(request) == 0)
    error(fmt::format("{} is told twice how a request ended", to_string(p.files.self())));
}

/// Both are in one cluster, which has not given up either.
bool directory_world::counts(const place& a, const place& b) {
  if (undead_.contains(a.node) || undead_.contains(b.node))
    return false;
  const auto& there = network_.hosts()[host_of(a.node)].process;
  const auto& here = network_.hosts()[host_of(b.node)].process;
  return there != nullptr && here != nullptr && there->cluster() == here->cluster();
}

void directory_world::add_live(std::map<std::string, std::vector<place>>& all,
                               const std::string& what, place now) {
  auto& live = all[what];
  for (const place& other : live)
    if (other != now && counts(other, now))
      error(fmt::format("{} is live twice: {} at {}, {} at {}", what, to_string(other.id),
                        to_string(other.node), to_string(now.id), to_string(now.node)));
  if (std::find(live.begin(), live.end(), now) == live.end())
    live.push_back(now);
}

void directory_world::drop_live(
    std::map<std::string, std::vector<place>>& all,
    const std::function<bool(const std::string&, const place&)>& is_over) {
  for (auto& [what, live] : all)
    std::erase_if(live, [&, &key = what](const place& p) { return is_over(key, p); });
}

void directory_world::take_grant(process& p, const name_granted& order) {
  ++totals_.granted;
  say(fmt::format("{} is granted {}", to_string(order.holder), order.name));
  close_request(p, order.request);
  if (std::find(p.actors.begin(), p.actors.end(), order.holder) == p.actors.end())
    error(fmt::format("{} is granted to an actor that has ended", order.name));
  add_live(holders_, order.name, {order.holder, p.files.self()});
}

void directory_world::take_known(process& p, const name_known& order) {
  if (!p.replica.emplace(order.what.name, order.what.id).second)
    error(fmt::format("{} has two holders in a replica", order.what.name));
}

void directory_world::take_gone(process& p, const name_gone& order) {
  const auto found = p.replica.find(order.name);
  if (found == p.replica.end() || found->second != order.id)
    error(fmt::format("{} goes and was not there", order.name));
  else
    p.replica.erase(found);
}

void directory_world::check_calm() {
  directory_term term;
  for (std::size_t at = 0; at < network_.size(); ++at) {
    if (!works(at)) {
      error(fmt::format("{} does not run in the end", at));
      continue;
    }
    const directory& files = processes_[at]->files;
    term = std::max(term, files.term());
    if (is_strict() && files.office() != nullptr && files.office()->counts().conflicts != 0)
      error("reports contradict each other");
    check_process(at);
  }
  for (const auto& p : processes_)
    if (p != nullptr && p->files.term() != term)
      error("they do not agree on the registrar");
  totals_.terms += term.number;
}

void directory_world::check_process(std::size_t at) {
  const process& p = *processes_[at];
  for (const auto& [request, what] : p.open)
    error(fmt::format("{} has no answer about {}", at, what));
  const auto& refused = p.files.refusals();
  if (refused.version + refused.malformed + refused.misaddressed + refused.misordered != 0)
    error(fmt::format("{} has refused messages", at));
  std::size_t held = 0;
  for (const auto& [name, live] : holders_) {
    held += live.size();
    const auto found = p.replica.find(name);
    const bool is_right = live.empty()
                              ? found == p.replica.end()
                              : found != p.replica.end() && found->second == live.front().id;
    const auto* known = p.files.find(name);
    if (!is_right || (known != nullptr) != (found != p.replica.end()))
      error(fmt::format("{} is wrong about {}", at, name));
  }
  if (p.replica.size() != held)
    error(fmt::format("{} knows {} names of {}", at, p.replica.size(), held));
  for (const auto& [key, live] : instances_)
    if (live.size() != 1 || (p.found.contains(key) && p.found.at(key) != live.front().id))
      error(fmt::format("{} is wrong about {}", at, key));
  if (const auto* office = p.files.office())
    if (office->entities().size() != instances_.size() || office->names().size() != held)
      error("the registrar has other entities or names than there are");
}

} // namespace actors::protocol::test
