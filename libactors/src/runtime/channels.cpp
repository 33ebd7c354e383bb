// SPDX-License-Identifier: BSD-3-Clause
//
// The sockets of a cluster port.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cluster_port.hpp"
#include "platform.hpp"

namespace actors::runtime {

namespace {

constexpr std::size_t smallest_read = 4096;
constexpr std::size_t largest_read = std::size_t{256} << 10;
/// Small reads in a row before reads become smaller.
constexpr std::size_t small_reads_before = 64;
/// A landing is worth a read of its own from this size on.
constexpr std::size_t least_landing = 4096;
/// Of large messages, before the others get their turn.
constexpr std::size_t most_read_on = std::size_t{1} << 20;
/// Bytes that the kernel takes beyond what it may send at once.
constexpr int most_unsent = 128 << 10;
/// A round trip up to this, in microseconds: the same machine, or the same room.
constexpr std::uint32_t near_us = 500;
/// Asked for to and from a peer that is near, which the kernel doubles: 4 GB/s at a round trip of 60 us.
constexpr int near_send_queue = 128 << 10;
constexpr int near_receive_queue = 256 << 10;
constexpr duration linger_for = std::chrono::microseconds{20};
constexpr duration linger_at_most = std::chrono::microseconds{500};
/// For a TLS handshake; for what is queued when the hub closes a connection.
constexpr duration ready_within = std::chrono::seconds{2};
constexpr duration close_within = std::chrono::seconds{2};

/// What lies in the kernel's queues of a connection delays every message behind it. What it may not
/// send yet stays with the link, which lets small messages pass. A peer that is near does not need more
/// under way either; one that is far does, and there the kernel finds out how much.
void keep_queues_short(int socket) {
  int unsent = most_unsent;
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_rtt > near_us) return;
  int sends = near_send_queue, receives = near_receive_queue;
  (void)::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &sends, sizeof sends);
  (void)::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receives, sizeof receives);
}

std::span<const std::byte> bytes_of(const std::vector<char>& v) {
  return std::as_bytes(std::span{v.data(), v.size()});
}

} // namespace

cluster_port::channel* cluster_port::find(caf::io::connection_handle handle) {
  const auto at = channels_.find(handle.id());
  return at == channels_.end() ? nullptr : &at->second;
}

cluster_port::channel* cluster_port::find(cluster::connection_id id) {
  const auto at = handles_.find(static_cast<std::uint64_t>(id));
  return at == handles_.end() ? nullptr : find(at->second);
}

cluster_port::channel& cluster_port::add_channel(cluster::connection_id id, caf::io::connection_handle handle,
                                                 const std::string& host, bool dialled) {
  channel c;
  c.id = id;
  c.handle = handle;
  c.remote = remote_of(static_cast<int>(handle.id()));
  c.read_size = smallest_read;
  c.was_dialled = dialled;
  keep_queues_short(static_cast<int>(handle.id()));
  if (tls_ != nullptr) {
    c.tls = std::make_unique<tls_channel>(tls_, host);
    c.ready_by = now() + ready_within;
    closing_look_ = std::min(closing_look_, c.ready_by);
  }
  handles_[static_cast<std::uint64_t>(id)] = handle;
  channel& added = channels_[handle.id()] = std::move(c);
  self_->ack_writes(handle, true);
  self_->configure_read(handle, caf::io::receive_policy::at_most(smallest_read));
  return added;
}

// -- beginnings ---------------------------------------------------------------------------------------

void cluster_port::connect(cluster::connection_id c, const std::string& address) {
  dialer_->dial(static_cast<std::uint64_t>(c), address);
}

void cluster_port::take_dialled(dial_result& what) {
  if (what.what.socket < 0) {
    event([&] { hub_->connect_failed(what.id, what.what.refused, now()); });
    return;
  }
  channel& c = add_channel(what.id, self_->add_scribe(what.what.socket), what.host, true);
  if (c.tls != nullptr)
    tls_data(c, {});
  else
    introduce(c);
}

void cluster_port::came(caf::io::connection_handle handle) {
  channel& c = add_channel(hub_->next_connection(), handle, {}, false);
  if (c.tls == nullptr) introduce(c);
}

void cluster_port::introduce(channel& c) {
  const auto id = c.id;
  const std::string binding = c.tls != nullptr ? c.tls->binding() : std::string{};
  c.ready_by = duration::max();
  if (c.was_dialled)
    event([&] { hub_->connected(id, binding, now()); });
  else
    event([&, remote = c.remote] { hub_->accepted(id, remote, binding, now()); });
}

// -- reading ------------------------------------------------------------------------------------------

void cluster_port::data(caf::io::new_data_msg& what) {
  channel* c = find(what.handle);
  if (c == nullptr || c->is_closing) return;
  if (hub_->landing(c->id).empty()) adapt_read(*c, what.buf.size());
  has_written_ = false;
  take(*c, bytes_of(what.buf));
  read_on(what.handle);
  if (has_written_) linger(what.handle);
}

/// In the middle of a large message the rest is read here, straight to where it belongs. Others get
/// their turn after some of it.
void cluster_port::read_on(caf::io::connection_handle handle) {
  for (std::size_t sum = 0; sum < most_read_on;) {
    channel* c = find(handle);
    if (c == nullptr || c->is_closing || c->tls != nullptr || hub_->landing(c->id).size() < least_landing) return;
    const std::size_t n = read_now(*c);
    if (n == 0) return;
    sum += n;
    if (nudged_.load(std::memory_order_relaxed)) pump();
  }
}

/// Takes what is there, without waiting: 0 is nothing, or an end that the broker will find as well.
std::size_t cluster_port::read_now(channel& c) {
  std::span<std::byte> landing;
  if (c.tls == nullptr) landing = hub_->landing(c.id);
  aside_.resize(smallest_read);
  iovec parts[2] = {{landing.data(), landing.size()}, {aside_.data(), aside_.size()}};
  msghdr m{};
  m.msg_iov = parts + (landing.empty() ? 1 : 0);
  m.msg_iovlen = landing.empty() ? 1 : 2;
  const ssize_t got = ::recvmsg(static_cast<int>(c.handle.id()), &m, MSG_DONTWAIT);
  if (got <= 0) return 0;
  const auto n = static_cast<std::size_t>(got);
  const std::size_t direct = std::min(n, landing.size());
  const auto handle = c.handle;
  if (direct != 0) event([&, id = c.id] { hub_->landed(id, direct, now()); });
  if (channel* still = find(handle); n != direct && still != nullptr && !still->is_closing)
    take(*still, std::span{aside_}.first(n - direct));
  return n;
}

void cluster_port::take(channel& c, std::span<const std::byte> bytes) {
  if (c.tls != nullptr)
    tls_data(c, bytes);
  else
    event([&, id = c.id] { hub_->arrived(id, bytes, now()); });
}

/// Whoever has just been answered often has more to say at once. Looking for it here for some microseconds saves
/// the sleep, which is most of a round trip. Others get their turn within `linger_at_most`.
void cluster_port::linger(caf::io::connection_handle handle) {
  const duration begin = now();
  for (duration until = begin + linger_for, t = begin; t < until; t = now()) {
    channel* c = find(handle);
    if (c == nullptr || c->is_closing || c->queued != 0) return;
    if (nudged_.load(std::memory_order_relaxed)) pump();
    if ((c = find(handle)) == nullptr) return;
    has_written_ = false;
    if (read_now(*c) == 0) continue;
    if (has_written_) until = std::min(now() + linger_for, begin + linger_at_most);
  }
}

void cluster_port::adapt_read(channel& c, std::size_t got) {
  std::size_t wanted = c.read_size;
  if (got == c.read_size) {
    c.small_reads = 0;
    wanted = std::min(largest_read, wanted * 4);
  } else if (got < c.read_size / 8 && ++c.small_reads == small_reads_before) {
    c.small_reads = 0;
    wanted = std::max(smallest_read, wanted / 4);
  }
  if (wanted == c.read_size) return;
  c.read_size = wanted;
  self_->configure_read(c.handle, caf::io::receive_policy::at_most(wanted));
}

void cluster_port::tls_data(channel& c, std::span<const std::byte> bytes) {
  const auto handle = c.handle;
  const bool was_ready = c.tls->is_ready();
  text_.clear();
  const bool good = c.tls->received(bytes, text_);
  output_.clear();
  c.tls->take_output(output_);
  (void)send(c, output_, {});
  if (good && !was_ready && c.tls->is_ready()) introduce(c);
  channel* still = find(handle);
  if (still == nullptr || still->is_closing) return;
  if (!text_.empty() && still->tls->is_ready())
    event([&, id = still->id, text = std::exchange(text_, {})] { hub_->arrived(id, text, now()); });
  if (!good && (still = find(handle)) != nullptr) tls_failed(*still);
}

void cluster_port::tls_failed(channel& c) {
  const auto id = c.id;
  if (c.tls->is_ready()) {
    event([&] { hub_->ended(id, now()); });
  } else {
    refuse_tls(c, c.tls->error().empty() ? "TLS handshake took too long" : c.tls->error());
    if (c.was_dialled) event([&] { hub_->connect_failed(id, false, now()); });
    close(id);
  }
}

void cluster_port::refuse_tls(const channel& c, const std::string& why) {
  ++tls_refused_;
  owner_.log(log_level::warning, "node " + owner_.options().name + ": refused " + c.remote + ": " + why);
}

void cluster_port::gone(caf::io::connection_handle handle) {
  channel* c = find(handle);
  if (c == nullptr) return;
  const auto id = c->id;
  const bool is_known = !c->is_closing && c->ready_by == duration::max();
  const bool was_dialled = c->was_dialled;
  if (!is_known && !c->is_closing)
    refuse_tls(*c, "ended in its TLS handshake");
  const bool was_closing = c->is_closing;
  forget(*c);
  if (is_known)
    event([&] { hub_->ended(id, now()); });
  else if (was_dialled && !was_closing)
    event([&] { hub_->connect_failed(id, false, now()); });
}

// -- writing ------------------------------------------------------------------------------------------

void cluster_port::write(cluster::connection_id id, std::span<const std::byte> head, std::span<const std::byte> body) {
  channel* c = find(id);
  if (c == nullptr || c->is_closing) return;
  has_written_ = true;
  if (c->tls == nullptr) {
    if (const std::size_t n = send(*c, head, body); n != 0) written_.emplace_back(id, n);
    return;
  }
  if (!c->tls->write(head) || !c->tls->write(body)) return; // the end of the connection will be noticed
  output_.clear();
  c->tls->take_output(output_);
  (void)send(*c, output_, {});
  c->untold += head.size() + body.size();
  if (c->queued == 0) written_.emplace_back(id, std::exchange(c->untold, 0));
}

/// Bytes that the kernel has taken; the others wait in the broker's buffer.
std::size_t cluster_port::send(channel& c, std::span<const std::byte> head, std::span<const std::byte> body) {
  std::size_t sent = 0;
  if (c.queued == 0) {
    iovec parts[2] = {{const_cast<std::byte*>(head.data()), head.size()}, {const_cast<std::byte*>(body.data()), body.size()}};
    msghdr m{};
    m.msg_iov = parts;
    m.msg_iovlen = 2;
    const ssize_t n = ::sendmsg(static_cast<int>(c.handle.id()), &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) sent = static_cast<std::size_t>(n);
  }
  const std::size_t all = head.size() + body.size();
  if (sent == all) return sent;
  auto& buffer = self_->wr_buf(c.handle);
  const auto append = [&](std::span<const std::byte> part) {
    const auto* from = reinterpret_cast<const char*>(part.data());
    buffer.insert(buffer.end(), from, from + part.size());
  };
  append(head.subspan(std::min(sent, head.size())));
  append(body.subspan(sent > head.size() ? sent - head.size() : 0));
  c.queued += all - sent;
  self_->flush(c.handle);
  return sent;
}

void cluster_port::transferred(const caf::io::data_transferred_msg& what) {
  channel* c = find(what.handle);
  if (c == nullptr) return;
  const std::size_t n = std::min<std::size_t>(what.written, c->queued);
  c->queued -= n;
  if (c->is_closing) {
    if (c->queued == 0) finish(*c);
    return;
  }
  const std::size_t told = c->tls == nullptr ? n : c->queued == 0 ? std::exchange(c->untold, 0) : 0;
  if (told != 0) event([&, id = c->id] { hub_->written(id, told, now()); });
}

// -- ends ---------------------------------------------------------------------------------------------

void cluster_port::close(cluster::connection_id id) {
  channel* c = find(id);
  if (c == nullptr) return;
  c->is_closing = true;
  if (c->queued == 0) {
    finish(*c);
    return;
  }
  c->close_by = now() + close_within;
  closing_look_ = std::min(closing_look_, c->close_by);
}

/// Nothing more leaves: a peer that does not read would keep the socket for ever.
void cluster_port::finish(channel& c) {
  if (c.queued != 0) ::shutdown(static_cast<int>(c.handle.id()), SHUT_RDWR);
  const auto handle = c.handle;
  forget(c);
  self_->close(handle);
}

void cluster_port::forget(channel& c) {
  handles_.erase(static_cast<std::uint64_t>(c.id));
  channels_.erase(c.handle.id());
}

/// Those whose time is over: to say all that was queued, or for a handshake.
void cluster_port::look_after_closing() {
  if (channels_.empty() && followed_ == leaving::closing) is_quiet_.store(true);
  if (closing_look_ > now()) return;
  closing_look_ = duration::max();
  std::vector<caf::io::connection_handle> late;
  for (auto& [key, c] : channels_) {
    const duration until = c.is_closing ? c.close_by : c.ready_by;
    if (until <= now())
      late.push_back(c.handle);
    else
      closing_look_ = std::min(closing_look_, until);
  }
  for (const auto& handle : late)
    if (channel* c = find(handle)) {
      if (c->is_closing)
        finish(*c);
      else
        tls_failed(*c);
    }
}

} // namespace actors::runtime
