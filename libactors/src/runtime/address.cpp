// SPDX-License-Identifier: BSD-3-Clause
#include "address.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace actors::runtime {

namespace {

using found = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

found resolve(const address& a, int flags, int& error) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* all = nullptr;
  error = getaddrinfo(a.host.c_str(), std::to_string(a.port).c_str(), &hints, &all);
  return {error == 0 ? all : nullptr, &freeaddrinfo};
}

std::string text_of(const sockaddr_storage& s, socklen_t length) {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&s), length, host, sizeof host, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "unknown";
  return s.ss_family == AF_INET6 ? "[" + std::string{host} + "]:" + port : std::string{host} + ":" + port;
}

unexpected<failure> cannot_listen(const address& a, const std::string& why) {
  return fail(errc::invalid_argument, "cannot listen at " + to_string(a) + ": " + why, to_string(a));
}

/// 0 once connected, else what went wrong.
int wait_connected(int socket, int patience_ms) {
  pollfd p{socket, POLLOUT, 0};
  const int ready = poll(&p, 1, patience_ms);
  if (ready == 0) return ETIMEDOUT;
  if (ready < 0) return errno;
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

} // namespace

expected<address> parse_address(std::string_view text) {
  const auto bad = [&](std::string what) { return fail(errc::invalid_argument, std::move(what), std::string{text}); };
  const auto colon = text.rfind(':');
  if (colon == text.npos) return bad("an address is host:port");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != host.npos)
    return bad("an IPv6 address is written [address]:port");
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port > 65535)
    return bad("a port is a number up to 65535");
  if (host.empty()) return bad("the host is missing");
  return address{std::string{host}, static_cast<std::uint16_t>(port)};
}

std::string to_string(const address& a) {
  const bool is_v6 = a.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + a.host + "]" : a.host) + ":" + std::to_string(a.port);
}

bool is_loopback(const address& a) {
  return a.host.starts_with("127.") || a.host == "::1" || a.host == "localhost";
}

std::vector<std::string> addresses_of(const address& a) {
  int error = 0;
  if (resolve(a, AI_NUMERICHOST, error) != nullptr) return {to_string(a)};
  const found all = resolve(a, AI_ADDRCONFIG, error);
  std::vector<std::string> texts;
  for (const addrinfo* at = all.get(); at != nullptr; at = at->ai_next) {
    if (at->ai_family != all->ai_family) continue;
    sockaddr_storage s{};
    std::memcpy(&s, at->ai_addr, at->ai_addrlen);
    texts.push_back(text_of(s, at->ai_addrlen));
  }
  if (texts.empty()) texts.push_back(to_string(a));
  return texts;
}

expected<listener> listen_at(const address& a) {
  int error = 0;
  const found all = resolve(a, AI_PASSIVE, error);
  if (all == nullptr) return cannot_listen(a, gai_strerror(error));
  const int s = socket(all->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (s < 0) return cannot_listen(a, std::strerror(errno));
  const int yes = 1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(s, all->ai_addr, all->ai_addrlen) != 0 || ::listen(s, 1024) != 0) {
    const std::string why = std::strerror(errno);
    close(s);
    return cannot_listen(a, why);
  }
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  getsockname(s, reinterpret_cast<sockaddr*>(&bound), &length);
  const auto port = bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                                : reinterpret_cast<sockaddr_in&>(bound).sin_port;
  return listener{s, {a.host, ntohs(port)}};
}

dialled dial(const address& a, int patience_ms) {
  int error = 0;
  const found all = resolve(a, 0, error);
  dialled result;
  for (const addrinfo* at = all.get(); at != nullptr; at = at->ai_next) {
    const int s = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0) continue;
    int outcome = connect(s, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (outcome == EINPROGRESS) outcome = wait_connected(s, patience_ms);
    if (outcome == 0) return {s, false};
    result.refused = outcome == ECONNREFUSED;
    close(s);
  }
  return result;
}

std::string remote_of(int socket) {
  sockaddr_storage there{};
  socklen_t length = sizeof there;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&there), &length) != 0) return "unknown";
  return text_of(there, length);
}

} // namespace actors::runtime
