// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include <caf/io/network/acceptor_impl.hpp>
#include <caf/io/network/doorman_impl.hpp>

#include "gate.hpp"

namespace actors::runtime {

/// Gives CAF's BASP broker guarded connections. Threading: CAF's I/O thread.
class guarded_doorman final : public caf::io::network::doorman_impl {
public:
  guarded_doorman(caf::io::network::default_multiplexer& where, int fd, std::shared_ptr<gate> book);
  bool new_connection() override;

private:
  const std::shared_ptr<gate> book_;
};

} // namespace actors::runtime
