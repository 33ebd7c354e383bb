// SPDX-License-Identifier: BSD-3-Clause
#include <actors/supervision/detail/makers.hpp>

#include <map>
#include <mutex>

namespace actors::supervision::detail {

namespace {

/// Guarded by its mutex: a shared library that is loaded later may add to it while supervisors look.
struct tables {
  std::mutex lock;
  std::map<std::string, maker, std::less<>> makers;
  std::map<std::string, restorer, std::less<>> restorers;
};

tables& all() {
  static tables t;
  return t;
}

template <class Table>
auto find_in(Table& table, std::string_view name) -> const typename Table::mapped_type* {
  std::scoped_lock guard{all().lock};
  auto at = table.find(name);
  return at == table.end() ? nullptr : &at->second;
}

} // namespace

const maker* find_maker(std::string_view name) { return find_in(all().makers, name); }

const restorer* find_restorer(std::string_view name) { return find_in(all().restorers, name); }

const maker& add_maker(maker m) {
  std::scoped_lock guard{all().lock};
  std::string name = m.name;
  return all().makers.try_emplace(std::move(name), std::move(m)).first->second;
}

const restorer& add_restorer(restorer r) {
  std::scoped_lock guard{all().lock};
  std::string name = r.name;
  return all().restorers.try_emplace(std::move(name), std::move(r)).first->second;
}

std::string known_makers(std::string_view type) {
  std::scoped_lock guard{all().lock};
  std::string text;
  for (const auto& [name, m] : all().makers)
    if (m.type->name == type) text += (text.empty() ? "" : ", ") + name;
  return text;
}

} // namespace actors::supervision::detail
