// SPDX-License-Identifier: BSD-3-Clause
#include "listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <caf/io/network/native_socket.hpp>

namespace actors::runtime {

namespace {

std::string place(const std::string& address, std::uint16_t port) {
  const bool v6 = address.find(':') != address.npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

bool bind_and_listen(int fd, const addrinfo& where) {
  const int on = 1;
  // A door that was closed may open again while the kernel still remembers its connections.
  return ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
         ::bind(fd, where.ai_addr, where.ai_addrlen) == 0 && ::listen(fd, SOMAXCONN) == 0;
}

} // namespace

expected<listening_socket> listen_on(const std::string& address, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0)
    return fail(errc::invalid_argument, "cannot listen: expected a numeric address like 127.0.0.1",
                address);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> release{found, ::freeaddrinfo};
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || !bind_and_listen(fd, *found)) {
    const std::string why = std::strerror(errno);
    if (fd >= 0)
      ::close(fd);
    return fail(errc::invalid_argument, "cannot listen: " + why, place(address, port));
  }
  const auto bound = caf::io::network::local_port_of_fd(fd);
  return listening_socket{fd, bound ? *bound : port};
}

} // namespace actors::runtime
