// SPDX-License-Identifier: BSD-3-Clause
//
// Specifications may come from the network, so nothing in them is taken for granted, not even that
// an enumeration holds one of its enumerators. Whether a factory's maker is known to this process,
// and whether its arguments fit, is not asked here: that takes the registry of the actor layer.
#include "check.hpp"

#include <cmath>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <actors/archive.hpp>
#include <actors/detail/archive_error.hpp>

namespace actors::supervision {

namespace {

using verdict = expected<void>;

/// Where a field stands: `shop/checkout: child 'payments': `. Put into words only for a fault.
struct place {
  std::string_view path;
  const child_spec* child = nullptr;

  [[nodiscard]] unexpected<failure> fault(std::string_view field, std::string_view wanted,
                                          std::string value) const {
    const std::string of_child = child ? fmt::format("child '{}': ", child->id) : "";
    return fail(errc::invalid_argument,
                fmt::format("{}: {}{}: expected {}", path, of_child, field, wanted),
                std::move(value));
  }
};

template <class Enum>
verdict one_of_first(const place& at, std::string_view field, Enum value, Enum last) {
  const auto number = static_cast<unsigned>(value);
  if (number <= static_cast<unsigned>(last))
    return {};
  return at.fault(field, fmt::format("one of its names, 0 to {}", static_cast<unsigned>(last)),
                  std::to_string(number));
}

std::string quoted(duration d) { return fmt::format("{} ns", d.count()); }

verdict check_id(const place& at, std::string_view id) {
  if (id.empty())
    return at.fault("id", "a name", {});
  // Slashes part the names of a path.
  if (id.find('/') != std::string_view::npos)
    return at.fault("id", "a name without '/'", std::string{id});
  return {};
}

verdict check_numbers(const place& at, const backoff& b) {
  // Written so that a NaN fails.
  if (!(b.factor >= 1.0))
    return at.fault("backoff.factor", "at least 1", fmt::format("{}", b.factor));
  if (!std::isfinite(b.factor))
    return at.fault("backoff.factor", "a finite number", fmt::format("{}", b.factor));
  if (!(b.jitter >= 0.0 && b.jitter <= 1.0))
    return at.fault("backoff.jitter", "0 to 1", fmt::format("{}", b.jitter));
  return {};
}

verdict check_backoff(const place& at, const std::optional<backoff>& settings) {
  if (!settings)
    return {};
  const backoff& b = *settings;
  if (b.first <= duration::zero())
    return at.fault("backoff.first", "more than 0", quoted(b.first));
  if (b.maximum < b.first)
    return at.fault("backoff.maximum", "at least backoff.first, " + quoted(b.first),
                    quoted(b.maximum));
  if (b.reset_after < duration::zero())
    return at.fault("backoff.reset_after", "0 or more", quoted(b.reset_after));
  return check_numbers(at, b);
}

verdict check_significant(const place& at, const child_spec& c, const supervisor_spec& parent) {
  if (!c.significant)
    return {};
  if (parent.auto_shutdown == auto_shutdown::never)
    return at.fault("significant", "false, as auto_shutdown is never", "true");
  // Its end is always followed by a restart, so it could never count.
  if (c.restart == restart::permanent)
    return at.fault("significant", "false, as the child is permanent", "true");
  return {};
}

verdict check_enums(const place& at, const child_spec& c) {
  return one_of_first(at, "restart", c.restart, restart::temporary)
      .and_then([&] { return one_of_first(at, "type", c.type, child_type::supervisor); })
      .and_then([&] {
        return one_of_first(at, "where.place", c.where.place, spawn_options::where::own_thread);
      })
      .and_then([&] {
        return one_of_first(at, "where.overflow", c.where.overflow, overflow_policy::slow_sender);
      });
}

verdict check_node(const place& at, const child_spec& c) {
  if (!c.where.node)
    return {};
  const auto valid = actors::placement::check(*c.where.node);
  return valid ? verdict{} : at.fault("where.node", valid.error().what, valid.error().value);
}

verdict check_tree(const supervisor_spec& spec, const std::string& path, std::size_t depth);

verdict check_nested(const place& at, const child_spec& c, const std::string& path,
                     std::size_t depth) {
  try {
    const auto [nested] = decode<std::tuple<supervisor_spec>>(c.start.arguments);
    return check_tree(nested, path, depth);
  } catch (const archive_error& error) {
    return at.fault("start.arguments", "the archived specification of a supervisor", error.what());
  }
}

/// Of a dynamic supervisor the one child is a pattern: its children have no names and bring their
/// own arguments.
enum class role : bool { child, pattern };

verdict check_child(const child_spec& c, const supervisor_spec& parent, const std::string& path,
                    std::size_t depth, role as) {
  const place at{path, &c};
  if (auto ok = check_enums(at, c); !ok)
    return ok;
  if (!(as == role::pattern && c.id.empty()))
    if (auto ok = check_id(at, c.id); !ok)
      return ok;
  if (c.start.maker.empty())
    return at.fault("start.maker", "the name of an actor's maker", {});
  if (c.shutdown.within < duration::zero())
    return at.fault("shutdown", "0 or more", quoted(c.shutdown.within));
  if (auto ok = check_significant(at, c, parent); !ok)
    return ok;
  if (auto ok = check_backoff(at, c.backoff); !ok)
    return ok;
  if (auto ok = check_node(at, c); !ok)
    return ok;
  if (c.type == child_type::worker || (as == role::pattern && c.start.arguments.empty()))
    return {};
  return check_nested(at, c, path + '/' + c.id, depth + 1);
}

role role_of_children(const supervisor_spec& spec) {
  return spec.strategy == strategy::dynamic ? role::pattern : role::child;
}

verdict check_children(const supervisor_spec& spec, const std::string& path, std::size_t depth) {
  std::unordered_set<std::string_view> ids;
  ids.reserve(spec.children.size());
  for (const child_spec& c : spec.children) {
    if (auto ok = check_child(c, spec, path, depth, role_of_children(spec)); !ok)
      return ok;
    if (!ids.insert(c.id).second)
      return place{path}.fault("children", "each id once", c.id);
  }
  return {};
}

verdict check_flags(const place& at, const supervisor_spec& spec) {
  if (auto ok = one_of_first(at, "strategy", spec.strategy, strategy::dynamic); !ok)
    return ok;
  if (auto ok =
          one_of_first(at, "auto_shutdown", spec.auto_shutdown, auto_shutdown::all_significant);
      !ok)
    return ok;
  if (spec.period <= duration::zero())
    return at.fault("period", "more than 0", quoted(spec.period));
  if (spec.strategy == strategy::dynamic && spec.children.size() != 1)
    return at.fault("children", "exactly one, the pattern, as the strategy is dynamic",
                    std::to_string(spec.children.size()));
  return check_backoff(at, spec.backoff);
}

verdict check_tree(const supervisor_spec& spec, const std::string& path, std::size_t depth) {
  const place at{path.empty() ? std::string_view{"supervisor"} : path};
  if (depth > detail::max_depth)
    return at.fault("children",
                    fmt::format("at most {} supervisors above each other", detail::max_depth),
                    std::to_string(depth));
  return check_id(at, spec.id).and_then([&] { return check_flags(at, spec); }).and_then([&] {
    return check_children(spec, path, depth);
  });
}

} // namespace

expected<void> check(const supervisor_spec& spec) { return check_tree(spec, spec.id, 1); }

expected<void> detail::check(const child_spec& child, const supervisor_spec& parent,
                             std::string_view path) {
  return check_child(child, parent, std::string{path}, 1, role_of_children(parent));
}

} // namespace actors::supervision
