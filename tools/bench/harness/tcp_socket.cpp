// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/tcp_socket.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace bench {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int new_socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    fail("socket");
  return fd;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

tcp_socket tuned(int fd) {
  const int on = 1;
  const timeval limit{10, 0};
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  return tcp_socket{fd};
}

} // namespace

tcp_socket tcp_socket::connected(std::uint16_t port) {
  auto made = tuned(new_socket());
  const auto to = loopback(port);
  if (::connect(made.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    fail("connect");
  return made;
}

tcp_socket::tcp_socket(tcp_socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

tcp_socket::~tcp_socket() {
  if (fd_ >= 0)
    ::close(fd_);
}

void tcp_socket::write(const void* bytes, std::size_t size) const {
  const auto* at = static_cast<const char*>(bytes);
  while (size != 0) {
    const auto done = ::send(fd_, at, size, MSG_NOSIGNAL);
    if (done < 0)
      fail("send");
    at += done;
    size -= static_cast<std::size_t>(done);
  }
}

bool tcp_socket::read(void* bytes, std::size_t size) const {
  auto* at = static_cast<char*>(bytes);
  for (std::size_t left = size; left != 0;) {
    const auto done = ::recv(fd_, at, left, 0);
    if (done < 0)
      fail("recv");
    if (done == 0 && left == size)
      return false;
    if (done == 0)
      throw std::runtime_error("recv: the peer closed in the middle of a message");
    at += done;
    left -= static_cast<std::size_t>(done);
  }
  return true;
}

tcp_listener::tcp_listener() : fd_(new_socket()) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd_, generic, size) != 0 || ::listen(fd_, 1) != 0 ||
      ::getsockname(fd_, generic, &size) != 0)
    fail("listen");
  port_ = ntohs(address.sin_port);
}

tcp_listener::~tcp_listener() { ::close(fd_); }

tcp_socket tcp_listener::accept() const {
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0)
    fail("accept");
  return tuned(fd);
}

} // namespace bench
