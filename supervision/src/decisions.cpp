// SPDX-License-Identifier: BSD-3-Clause
#include "decisions.hpp"

namespace actors::supervision::detail {

bool is_abnormal(exit_kind kind) noexcept {
  return kind != exit_kind::normal && kind != exit_kind::shutdown;
}

decision after(supervision::restart restart, exit_kind kind) noexcept {
  switch (restart) {
  case restart::permanent:
    return decision::restart;
  case restart::transient:
    return is_abnormal(kind) ? decision::restart : decision::leave;
  case restart::temporary:
    break;
  }
  return decision::remove;
}

bool is_failure(supervision::restart restart, exit_kind kind) noexcept {
  return is_abnormal(kind) || restart == restart::permanent;
}

bool is_orderly_stop(supervision::shutdown shutdown, exit_kind kind) noexcept {
  return !is_abnormal(kind) || (kind == exit_kind::killed && shutdown == brutal_kill);
}

scope scope_of(supervision::strategy strategy) noexcept {
  switch (strategy) {
  case strategy::one_for_all:
    return scope::all;
  case strategy::rest_for_one:
    return scope::rest;
  case strategy::one_for_one:
  case strategy::dynamic:
    break;
  }
  return scope::child;
}

bool concerns(supervision::strategy strategy, std::uint64_t failed, std::uint64_t other) noexcept {
  switch (scope_of(strategy)) {
  case scope::all:
    return true;
  case scope::rest:
    return other >= failed;
  case scope::child:
    break;
  }
  return other == failed;
}

bool is_auto_shutdown_due(supervision::auto_shutdown rule, bool significant,
                          std::size_t significant_left) noexcept {
  if (!significant)
    return false;
  switch (rule) {
  case auto_shutdown::any_significant:
    return true;
  case auto_shutdown::all_significant:
    return significant_left == 0;
  case auto_shutdown::never:
    break;
  }
  return false;
}

} // namespace actors::supervision::detail
