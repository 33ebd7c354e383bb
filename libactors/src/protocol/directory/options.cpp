// SPDX-License-Identifier: BSD-3-Clause
#include "options.hpp"

#include <string>

namespace actors::protocol {

namespace {

expected<void> positive(const char* field, std::int64_t value) {
  if (value > 0)
    return {};
  return fail(errc::invalid_argument, std::string{field} + ": must be positive",
              std::to_string(value));
}

} // namespace

expected<void> check(const directory_options& o) {
  const std::pair<const char*, std::int64_t> fields[] = {
      {"directory.call_interval", o.call_interval.count()},
      {"directory.acknowledge_after", o.acknowledge_after.count()},
      {"directory.grain", o.grain.count()},
      {"directory.window", o.window},
      {"directory.max_answers", o.max_answers},
      {"directory.max_requests", o.max_requests},
      {"directory.max_known", o.max_known},
      {"directory.max_names", o.max_names},
      {"directory.max_entities", o.max_entities},
      {"directory.max_gone", o.max_gone},
      {"directory.piece", o.piece},
  };
  for (const auto& [field, value] : fields)
    if (auto good = positive(field, value); !good)
      return good;
  if (o.resend_after <= 2 * (o.acknowledge_after + o.grain))
    return fail(errc::invalid_argument,
                "directory.resend_after: must exceed 2 * (acknowledge_after + grain)",
                std::to_string(o.resend_after.count()));
  if (o.resend_at_most < o.resend_after)
    return fail(errc::invalid_argument, "directory.resend_at_most: at least resend_after",
                std::to_string(o.resend_at_most.count()));
  return {};
}

} // namespace actors::protocol
