// SPDX-License-Identifier: BSD-3-Clause
//
// The hub's transport on real sockets: one CAF broker owns them, on CAF's multiplexer thread, which is the
// hub's thread as well.
//
//   write    straight to the socket while nothing waits there; what the kernel does not take goes to the
//            broker's buffer, and is told as written when it has left
//   read     in small steps while little comes, in large ones while much does: CAF clears the memory of
//            each read; the bytes of large messages straight to where they belong, without CAF;
//            after an answer the socket is looked at for some microseconds before it waits
//   dial     on the dialer's threads; the socket comes here
//   wake     the platform's clock thread nudges when the hub's next tick is due
//   nudge    one message to the broker, however many ask for it before it comes; none while it is at work
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <caf/actor.hpp>
#include <caf/io/broker.hpp>

#include <actors/cluster.hpp>
#include <actors/node_options.hpp>

#include "../cluster/hub.hpp"
#include "address.hpp"
#include "dialer.hpp"
#include "tls.hpp"

namespace actors::runtime {

class platform;

class cluster_port final : public cluster::transport {
public:
  /// Listens, but accepts nobody before `start`. Throws usage_error: an address that cannot be had, a
  /// file that cannot be used.
  cluster_port(platform& owner, const node_options& options);
  ~cluster_port() override;
  cluster_port(const cluster_port&) = delete;
  cluster_port& operator=(const cluster_port&) = delete;

  void start();
  /// Asks the cluster to let this node go. Threading: any.
  void leave();
  /// The actors have ended: leaves, says goodbye, closes everything. False where the broker did not end.
  [[nodiscard]] bool stop(std::chrono::nanoseconds patience);

  /// Has the hub tick where that is due; when the next one is, if it was not. Threading: the clock's.
  [[nodiscard]] detail::nanoseconds_t tick_if_due(detail::nanoseconds_t now);

  /// Threading: any.
  [[nodiscard]] std::vector<node_info> members() const;
  [[nodiscard]] bool wait_for(const std::function<bool(const std::vector<node_info>&)>& condition,
                              std::chrono::nanoseconds patience) const;
  [[nodiscard]] const std::string& address() const noexcept { return advertised_; }
  [[nodiscard]] cluster::hub& hub() noexcept { return *hub_; }

  // -- cluster::transport ---------------------------------------------------------------------------

  void connect(cluster::connection_id c, const std::string& address) override;
  void write(cluster::connection_id c, std::span<const std::byte> head, std::span<const std::byte> body) override;
  void close(cluster::connection_id c) override;
  void wake_at(duration when) override;
  void nudge() override;
  [[nodiscard]] protocol::bytes32 nonce() override;
  void run(detail::shard& s) override;
  void log(log_level level, std::string_view text) override;
  void member_changed(protocol::member_event what, const protocol::member& who) override;
  void expelled(protocol::stop_reason why) override;

private:
  /// One socket.
  struct channel {
    cluster::connection_id id;
    caf::io::connection_handle handle;
    std::string remote;
    std::size_t read_size = 0;
    std::size_t small_reads = 0;
    /// In the broker's buffer.
    std::size_t queued = 0;
    /// Text that TLS has taken while bytes were queued.
    std::size_t untold = 0;
    /// The hub is done with it; what is queued still leaves, until then.
    bool is_closing = false;
    duration close_by{};
    std::unique_ptr<tls_channel> tls;
    /// Of one that shakes hands: until when.
    duration ready_by = duration::max();
    bool was_dialled = false;
  };
  struct dial_result {
    cluster::connection_id id;
    std::string host;
    dialled what;
  };
  enum class leaving : std::uint8_t { no, wanted, drained, closing };

  caf::behavior behave(caf::io::broker* self);
  /// Carries one event of the hub through, and what became of its writes meanwhile.
  template <class F>
  void event(F&& f) {
    begin_event();
    f();
    end_event();
  }
  /// What CAF has the broker do, and what other threads want meanwhile.
  template <class F>
  void work(F&& f) {
    at_work_.store(true, std::memory_order_seq_cst);
    f();
    rest();
  }
  void rest();
  void begin_event() noexcept;
  void end_event();
  void pump();
  void take_dialled(dial_result& what);
  void came(caf::io::connection_handle handle);
  void data(caf::io::new_data_msg& what);
  void take(channel& c, std::span<const std::byte> bytes);
  void linger(caf::io::connection_handle handle);
  void read_on(caf::io::connection_handle handle);
  std::size_t read_now(channel& c);
  void transferred(const caf::io::data_transferred_msg& what);
  void gone(caf::io::connection_handle handle);
  channel& add_channel(cluster::connection_id id, caf::io::connection_handle handle, const std::string& host, bool dialled);
  [[nodiscard]] channel* find(caf::io::connection_handle handle);
  [[nodiscard]] channel* find(cluster::connection_id id);
  void introduce(channel& c);
  void tls_data(channel& c, std::span<const std::byte> bytes);
  void tls_failed(channel& c);
  std::size_t send(channel& c, std::span<const std::byte> head, std::span<const std::byte> body);
  void adapt_read(channel& c, std::size_t got);
  void finish(channel& c);
  void forget(channel& c);
  void refuse_tls(const channel& c, const std::string& why);
  void look_after_closing();
  void follow_leaving();
  void log_summary();
  [[nodiscard]] duration now() const;
  [[nodiscard]] cluster::hub_options hub_options_of(const node_options& o) const;

  platform& owner_;
  std::string advertised_;
  listener listener_;
  std::shared_ptr<const tls_context> tls_;
  std::unique_ptr<cluster::hub> hub_;
  std::unique_ptr<dialer> dialer_;
  caf::actor broker_;

  // The multiplexer's thread.
  caf::io::broker* self_ = nullptr;
  std::unordered_map<std::int64_t, channel> channels_; // by handle
  std::unordered_map<std::uint64_t, caf::io::connection_handle> handles_; // by connection
  std::vector<std::pair<cluster::connection_id, std::size_t>> written_;
  std::vector<std::byte> text_, output_, aside_;
  bool has_written_ = false;
  duration closing_look_ = duration::max();
  std::uint64_t tls_refused_ = 0;
  leaving followed_ = leaving::no;

  // Any thread.
  std::atomic<bool> nudged_{false};
  // The multiplexer's thread will look at nudged_ before it waits.
  std::atomic<bool> at_work_{false};
  std::atomic<bool> tick_due_{false};
  std::atomic<detail::nanoseconds_t> next_tick_{detail::timer_wheel::never};
  std::atomic<leaving> leaving_{leaving::no};
  std::atomic<bool> is_quiet_{false};
  std::atomic<bool> has_broker_{false};
  std::atomic<bool> has_ended_{false};
  std::mutex dialled_mutex_; // guards dialled_
  std::vector<dial_result> dialled_;
  mutable std::mutex members_mutex_; // with members_changed_: members_
  mutable std::condition_variable members_changed_;
  std::map<std::uint64_t, node_info> members_;
};

} // namespace actors::runtime
