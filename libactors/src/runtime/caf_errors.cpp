// SPDX-License-Identifier: BSD-3-Clause
//
// How a failure reads on the other side.
#include <actors/detail/caf_messages.hpp>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/sec.hpp>

namespace actors::detail {

namespace {

caf::sec code_for_caf(errc code) {
  switch (code) {
    case errc::timeout: return caf::sec::request_timeout;
    case errc::no_such_actor:
    case errc::actor_stopped:
    case errc::node_lost:
    case errc::shutting_down: return caf::sec::request_receiver_down;
    case errc::unhandled: return caf::sec::unexpected_message;
    case errc::wrong_type: return caf::sec::unexpected_response;
    case errc::invalid_argument: return caf::sec::invalid_argument;
    case errc::overloaded: return caf::sec::unavailable_or_would_block;
    default: return caf::sec::runtime_error;
  }
}

errc code_from_caf(const caf::error& reason) {
  if (reason.category() == caf::atom("exit")) return errc::actor_stopped;
  if (reason.category() != caf::atom("system")) return errc::actor_failed;
  switch (static_cast<caf::sec>(reason.code())) {
    case caf::sec::request_timeout: return errc::timeout;
    case caf::sec::request_receiver_down: return errc::actor_stopped;
    case caf::sec::unexpected_message: return errc::unhandled;
    case caf::sec::unexpected_response: return errc::wrong_type;
    case caf::sec::invalid_argument: return errc::invalid_argument;
    case caf::sec::unavailable_or_would_block: return errc::overloaded;
    default: return errc::actor_failed;
  }
}

} // namespace

caf::error error_for_caf(const failure& reason) {
  return caf::make_error(code_for_caf(reason.code), to_string(reason));
}

failure failure_from_caf(const caf::error& reason, const caf::actor_system* sys) {
  if (!reason) return {};
  failure f{code_from_caf(reason), {}, "", sys != nullptr ? sys->render(reason) : to_string(reason)};
  // One string is a text for people; anything else is in the rendering.
  if (const caf::message& context = reason.context(); context.match_elements<std::string>())
    f.what = context.get_as<std::string>(0);
  else
    f.what = "the CAF actor answered with an error";
  return f;
}

caf::error exit_for_caf(const down& end) {
  switch (end.kind) {
    case exit_kind::normal: return caf::exit_reason::normal;
    case exit_kind::shutdown: return caf::exit_reason::user_shutdown;
    case exit_kind::killed: return caf::exit_reason::kill;
    case exit_kind::failed: return error_for_caf(end.reason);
    case exit_kind::unknown: break;
  }
  return caf::exit_reason::unknown;
}

} // namespace actors::detail
