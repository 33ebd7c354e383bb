// SPDX-License-Identifier: BSD-3-Clause
#include "spec_makers.hpp"

#include <actors/detail/archive_error.hpp>
#include <actors/supervision/detail/makers.hpp>

#include "nested_spec.hpp"

namespace actors::supervision::detail {

namespace {

expected<void> check_restorer(const child_spec& spec, const std::string& path, const maker& made) {
  const restorer* known = find_restorer(spec.start.restore);
  if (known == nullptr)
    return fail(errc::invalid_argument, path + ": restore: expected a function that this program knows",
                spec.start.restore);
  if (known->type != made.type)
    return fail(errc::invalid_argument,
                path + ": restore: expected a function for " + std::string{made.type->name} + ", this is for " +
                    std::string{known->type->name},
                spec.start.restore);
  return {};
}

/// Without the list of arguments at its end; the type's own name may have parentheses too.
std::string type_in(const std::string& maker_name) {
  int depth = 0;
  for (std::size_t i = maker_name.size(); i-- > 0;) {
    depth += maker_name[i] == ')' ? 1 : maker_name[i] == '(' ? -1 : 0;
    if (depth == 0) return maker_name.substr(0, i);
  }
  return maker_name;
}

/// Siblings mostly have the same maker.
struct maker_cache {
  const maker* last = nullptr;

  const maker* find(const std::string& name) {
    if (last == nullptr || last->name != name) last = find_maker(name);
    return last;
  }
};

expected<void> unknown_maker(const child_spec& spec, const std::string& path) {
  const std::string known = known_makers(type_in(spec.start.maker));
  return fail(errc::invalid_argument,
              path + ": maker: expected one that this program knows" + (known.empty() ? "" : ", such as " + known),
              spec.start.maker);
}

expected<void> check_one(const child_spec& spec, const std::string& parent, strategy among, maker_cache& cache) {
  const auto path = [&] { return parent + "/" + spec.id; };
  if (spec.type == child_type::supervisor) return check_makers(nested_spec(spec.start), path());
  const maker* made = cache.find(spec.start.maker);
  if (made == nullptr) return unknown_maker(spec, path());
  // The pattern of a dynamic supervisor gets its arguments later.
  if (among != strategy::dynamic) try {
      made->check(spec.start.arguments);
    } catch (const archive_error& e) {
      return fail(errc::invalid_argument, path() + ": arguments: expected " + made->takes + ": " + e.what(),
                  std::to_string(spec.start.arguments.size()) + " bytes");
    }
  return spec.start.restore.empty() ? expected<void>{} : check_restorer(spec, path(), *made);
}

} // namespace

expected<void> check_makers(const child_spec& spec, const std::string& parent, strategy among) {
  maker_cache cache;
  return check_one(spec, parent, among, cache);
}

expected<void> check_makers(const supervisor_spec& spec, const std::string& path) {
  maker_cache cache;
  for (const child_spec& c : spec.children)
    if (auto ok = check_one(c, path, spec.strategy, cache); !ok) return ok;
  return {};
}

} // namespace actors::supervision::detail
