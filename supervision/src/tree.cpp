// SPDX-License-Identifier: BSD-3-Clause
#include <actors/supervision/tree.hpp>

#include "nested_spec.hpp"

namespace actors::supervision {

namespace detail {

void choose(child_spec& c, const spawn_options& o) {
  c.where = {o.place, o.shard, o.mailbox.limit, o.mailbox.policy, std::nullopt};
  if (o.node != nullptr) c.where.node = *o.node;
  if (o.shutdown != spawn_options{}.shutdown) c.shutdown = {o.shutdown};
}

} // namespace detail

child_spec tree::as_child() const {
  child_spec c;
  c.id = spec_.id;
  c.start = detail::nested_factory(spec_);
  c.shutdown = infinity;
  c.type = child_type::supervisor;
  return c;
}

} // namespace actors::supervision
