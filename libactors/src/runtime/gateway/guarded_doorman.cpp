// SPDX-License-Identifier: BSD-3-Clause
#include "guarded_doorman.hpp"

#include <utility>

#include <unistd.h>

#include <caf/io/abstract_broker.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/make_counted.hpp>

#include "guarded_scribe.hpp"

namespace actors::runtime {

guarded_doorman::guarded_doorman(caf::io::network::default_multiplexer& where, int fd,
                                 std::shared_ptr<gate> book)
    : doorman_impl{where, fd}, book_{std::move(book)} {}

bool guarded_doorman::new_connection() {
  if (detached())
    return false;
  const int fd = acceptor_.accepted_socket();
  if (!book_->entered(fd)) {
    book_->refused(fd, "there are " + std::to_string(book_->limits().connections) + " connections");
    ::close(fd);
    return true;
  }
  caf::io::network::keepalive(fd, true);
  auto scribe = caf::make_counted<guarded_scribe>(acceptor_.backend(), fd, book_);
  const auto handle = scribe->hdl();
  parent()->add_scribe(std::move(scribe));
  return doorman::new_connection(&acceptor_.backend(), handle);
}

} // namespace actors::runtime
