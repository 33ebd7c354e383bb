// SPDX-License-Identifier: BSD-3-Clause
#include "nested_spec.hpp"

#include <tuple>

#include <actors/archive.hpp>
#include <actors/supervision/detail/makers.hpp>
#include <actors/supervision/supervisor.hpp>

namespace actors::supervision::detail {

factory nested_factory(const supervisor_spec& spec) {
  factory f;
  f.maker = maker_ptr<supervisor, supervisor_spec>->name;
  f.arguments = archived(std::tuple<supervisor_spec>{spec});
  return f;
}

supervisor_spec nested_spec(const factory& start) {
  return std::get<0>(decode<std::tuple<supervisor_spec>>(start.arguments));
}

} // namespace actors::supervision::detail
