// SPDX-License-Identifier: BSD-3-Clause
//
// The sockets of a cluster port.
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "cluster_port.hpp"
#include "platform.hpp"

namespace actors::runtime {

namespace {

constexpr std::size_t smallest_read = 4096;
constexpr std::size_t largest_read = std::size_t{256} << 10;
/// Small reads in a row before reads become smaller.
constexpr std::size_t small_reads_before = 64;
/// For a TLS handshake; for what is queued when the hub closes a connection.
constexpr duration ready_within = std::chrono::seconds{2};
constexpr duration close_within = std::chrono::seconds{2};

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
  adapt_read(*c, what.buf.size());
  if (c->tls != nullptr)
    tls_data(*c, bytes_of(what.buf));
  else
    event([&, id = c->id] { hub_->arrived(id, bytes_of(what.buf), now()); });
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
