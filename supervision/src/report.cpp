// SPDX-License-Identifier: BSD-3-Clause
#include <actors/supervision/report.hpp>

#include <fmt/format.h>

#include "words.hpp"

namespace actors::supervision {

namespace {

std::string what_happened(const report& r) {
  const std::string cause = r.exception_type.empty() ? r.text : r.exception_type + ": " + r.text;
  switch (r.when) {
    case failed_in::start: return "could not be started: " + cause;
    case failed_in::stop: return "did not stop in order: " + cause;
    case failed_in::run: break;
  }
  if (r.kind == exit_kind::failed)
    return (r.message_type.empty() ? "failed: " : "failed in " + r.message_type + ": ") + cause;
  return fmt::format("ended ({}){}{}", to_string(r.kind), cause.empty() ? "" : ": ", cause);
}

std::string what_follows(const report& r) {
  const std::string when = r.pause > duration::zero() ? " in " + detail::in_words(r.pause) : "";
  switch (r.response) {
    case response::restart: return "restarts" + when;
    case response::restart_group: return "restarts with its group" + when;
    case response::give_up: return "its supervisor gives up";
    case response::leave: break;
  }
  return "stays ended";
}

} // namespace

std::string to_string(const report& r) {
  return fmt::format("{}: {}; {}; {} restarts left", r.path, what_happened(r), what_follows(r), r.restarts_left);
}

} // namespace actors::supervision
