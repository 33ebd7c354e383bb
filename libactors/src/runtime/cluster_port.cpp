// SPDX-License-Identifier: BSD-3-Clause
#include "cluster_port.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <thread>

#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include "../cluster/summary.hpp"
#include "platform.hpp"

namespace actors::runtime {

namespace {

using pump_atom = caf::atom_constant<caf::atom("pump")>;

/// Of nudges in a row before the sockets are looked at again.
constexpr int most_rounds = 4;

/// The multiplexer's thread is inside the hub: what is asked of the port is done behind it.
thread_local bool is_inside = false;

std::string advertised(const cluster_options& o, const listener& l) {
  if (!o.advertise.empty()) return o.advertise;
  if (l.socket < 0) return {};
  const bool is_any = l.at.host == "0.0.0.0" || l.at.host == "::";
  if (!is_any) return to_string(l.at);
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return to_string({host, l.at.port});
}

label_map as_map(const node_labels& labels) {
  label_map all;
  const std::string text = to_string(labels);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::size_t equals = text.find('=', at);
    all[text.substr(at, equals - at)] = text.substr(equals + 1, end - equals - 1);
    at = end + 1;
  }
  return all;
}

/// What the machine has, where nothing else is said.
node_labels completed(node_labels l) {
  if (l.cores == 0) l.cores = std::max(1U, std::thread::hardware_concurrency());
  if (l.memory == 0)
    l.memory = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return l;
}

node_state state_of(protocol::member_event what, node_state before) {
  switch (what) {
    case protocol::member_event::joined: return node_state::joining;
    case protocol::member_event::up: return node_state::up;
    case protocol::member_event::leaving: return node_state::leaving;
    case protocol::member_event::unreachable: return node_state::unreachable;
    case protocol::member_event::reachable: return node_state::up;
    case protocol::member_event::down:
    case protocol::member_event::removed: return node_state::down;
  }
  return before;
}

} // namespace
} // namespace actors::runtime

namespace actors {

std::string_view to_string(node_state state) noexcept {
  switch (state) {
    case node_state::joining: return "joining";
    case node_state::up: return "up";
    case node_state::leaving: return "leaving";
    case node_state::unreachable: return "unreachable";
    case node_state::down: return "down";
  }
  return "unknown";
}

} // namespace actors

namespace actors::runtime {

cluster_port::cluster_port(platform& owner, const node_options& options) : owner_{owner} {
  const cluster_options& o = options.cluster;
  if (!o.tls_certificate.empty()) {
    auto tls = tls_context::load({o.tls_certificate, o.tls_key, o.tls_authority});
    if (!tls) throw usage_error{tls.error().what};
    tls_ = *tls;
  }
  if (!o.listen.empty()) {
    const auto where = parse_address(o.listen);
    if (!where) throw usage_error{"--listen " + o.listen + ": " + where.error().what};
    auto l = listen_at(*where);
    if (!l) throw usage_error{l.error().what};
    listener_ = *l;
  }
  advertised_ = advertised(o, listener_);
  std::random_device random;
  hub_ = std::make_unique<cluster::hub>(hub_options_of(options), owner_.engine(), *this,
                                        std::uint64_t{random()} << 32 | random());
  owner_.engine().connect(hub_.get());
  dialer_ = std::make_unique<dialer>([this](std::uint64_t ticket, const std::string& host, dialled what) {
    {
      std::lock_guard guard{dialled_mutex_};
      dialled_.push_back({cluster::connection_id{ticket}, host, what});
    }
    nudge();
  });
}

cluster_port::~cluster_port() {
  dialer_->stop();
  for (const dial_result& d : dialled_)
    if (d.what.socket >= 0) ::close(d.what.socket);
}

cluster::hub_options cluster_port::hub_options_of(const node_options& o) const {
  cluster::hub_options h;
  h.cluster = o.cluster.name;
  h.name = o.name;
  h.address = advertised_;
  h.labels = as_map(completed(o.cluster.labels));
  h.secret = o.cluster.secret;
  auto& rule = h.membership.downing.rule;
  rule.strategy = static_cast<protocol::downing_strategy>(o.cluster.downing);
  rule.quorum = o.cluster.quorum;
  for (const std::string& seed : o.cluster.seeds)
    for (std::string& each : addresses_of(*parse_address(seed))) h.membership.joining.seeds.push_back(std::move(each));
  return h;
}

duration cluster_port::now() const { return duration{owner_.clock()}; }

void cluster_port::start() {
  {
    std::lock_guard guard{members_mutex_};
    const auto& e = owner_.engine();
    members_[e.node()] = {e.node(), owner_.options().name, advertised_,
                         as_map(completed(owner_.options().cluster.labels)), node_state::joining};
  }
  broker_ = owner_.system().middleman().spawn_broker([this](caf::io::broker* self, int) { return behave(self); }, 0);
  has_broker_.store(true);
  nudge(); // what was asked for before
}

caf::behavior cluster_port::behave(caf::io::broker* self) {
  self_ = self;
  self->attach_functor([this](const caf::error&) { has_ended_.store(true); });
  self->set_exit_handler([this](caf::exit_msg& m) {
    // A peer that does not read would keep its socket in CAF's loop, which would never end.
    for (auto& [key, c] : channels_) ::shutdown(static_cast<int>(c.handle.id()), SHUT_RDWR);
    self_->quit(std::move(m.reason));
  });
  if (listener_.socket >= 0) (void)self->add_doorman(listener_.socket);
  event([this] { hub_->start(now()); });
  return {[this](pump_atom) { work([&] { pump(); }); },
          [this](caf::io::new_data_msg& m) { work([&] { data(m); }); },
          [this](const caf::io::data_transferred_msg& m) { work([&] { transferred(m); }); },
          [this](const caf::io::new_connection_msg& m) { work([&] { came(m.handle); }); },
          [this](const caf::io::connection_closed_msg& m) { work([&] { gone(m.handle); }); },
          [](const caf::io::acceptor_closed_msg&) {}};
}

void cluster_port::begin_event() noexcept { is_inside = true; }

void cluster_port::end_event() {
  for (std::size_t k = 0; k < written_.size(); ++k) hub_->written(written_[k].first, written_[k].second, now());
  written_.clear();
  is_inside = false;
}

void cluster_port::pump() {
  nudged_.store(false, std::memory_order_seq_cst);
  std::vector<dial_result> dialled;
  {
    std::lock_guard guard{dialled_mutex_};
    dialled.swap(dialled_);
  }
  for (dial_result& d : dialled) take_dialled(d);
  if (tick_due_.exchange(false)) event([this] { hub_->tick(now()); });
  event([this] { hub_->pump(now()); });
  look_after_closing();
  follow_leaving();
}

void cluster_port::nudge() {
  if (is_inside || !has_broker_.load() || nudged_.exchange(true, std::memory_order_seq_cst)) return;
  // Waking CAF's loop takes a write to a pipe; a thread that is awake looks by itself.
  if (!at_work_.load(std::memory_order_seq_cst)) caf::anon_send(broker_, pump_atom::value);
}

/// Looks for nudges that came while this thread was at work. Sockets have their turn after some rounds.
void cluster_port::rest() {
  for (int rounds = 0;; ++rounds) {
    at_work_.store(false, std::memory_order_seq_cst);
    if (!nudged_.load(std::memory_order_seq_cst)) return;
    if (rounds == most_rounds) return self_->send(self_, pump_atom::value);
    at_work_.store(true, std::memory_order_seq_cst);
    pump();
  }
}

void cluster_port::wake_at(duration when) {
  next_tick_.store(when.count(), std::memory_order_seq_cst);
  owner_.deadline_changed(when.count());
}

detail::nanoseconds_t cluster_port::tick_if_due(detail::nanoseconds_t now) {
  detail::nanoseconds_t due = next_tick_.load(std::memory_order_seq_cst);
  if (due > now) return due;
  // The hub may have ticked meanwhile, and said when it wants to again: that must not be lost.
  if (!next_tick_.compare_exchange_strong(due, detail::timer_wheel::never)) return due;
  tick_due_.store(true);
  nudge();
  return detail::timer_wheel::never;
}

protocol::bytes32 cluster_port::nonce() {
  // The kernel's generator, each time.
  std::random_device random;
  protocol::bytes32 bytes;
  for (std::size_t k = 0; k < bytes.size(); k += sizeof(unsigned)) {
    const unsigned r = random();
    std::memcpy(bytes.data() + k, &r, sizeof r);
  }
  return bytes;
}

void cluster_port::run(detail::shard& s) { owner_.run_or_wake(s); }

void cluster_port::log(log_level level, std::string_view text) { owner_.log(level, text); }

// -- members ------------------------------------------------------------------------------------------

void cluster_port::member_changed(protocol::member_event what, const protocol::member& who) {
  const auto node = static_cast<std::uint64_t>(who.id);
  {
    std::lock_guard guard{members_mutex_};
    if (what == protocol::member_event::removed) {
      members_.erase(node);
    } else {
      node_info& m = members_[node];
      const node_state state = state_of(what, m.state);
      m = {node, who.name, who.address, who.labels, state};
    }
  }
  members_changed_.notify_all();
}

std::vector<node_info> cluster_port::members() const {
  std::lock_guard guard{members_mutex_};
  std::vector<node_info> all;
  for (const auto& [node, m] : members_) all.push_back(m);
  return all;
}

bool cluster_port::wait_for(const std::function<bool(const std::vector<node_info>&)>& condition,
                            std::chrono::nanoseconds patience) const {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  std::unique_lock guard{members_mutex_};
  return members_changed_.wait_until(guard, give_up, [&] {
    std::vector<node_info> all;
    for (const auto& [node, m] : members_) all.push_back(m);
    return condition(all);
  });
}

void cluster_port::expelled(protocol::stop_reason why) {
  static constexpr const char* texts[] = {"it has left",
                                          "the other side of a partition goes on",
                                          "the others hold it for down",
                                          "the cluster did not let it in",
                                          "the cluster ended before it was let in",
                                          "it had founded a second cluster"};
  // A node that goes anyway is not an error.
  owner_.expelled(texts[static_cast<std::size_t>(why)], leaving_.load() == leaving::no ? log_level::error : log_level::info);
}

// -- the end ------------------------------------------------------------------------------------------

void cluster_port::leave() {
  leaving_.store(leaving::wanted);
  nudge();
}

bool cluster_port::stop(std::chrono::nanoseconds patience) {
  const auto wait = [this](const std::atomic<bool>& done, std::chrono::nanoseconds time) {
    const auto give_up = std::chrono::steady_clock::now() + time;
    while (!done.load() && std::chrono::steady_clock::now() < give_up) {
      nudge();
      std::this_thread::sleep_for(std::chrono::microseconds{500});
    }
    return done.load();
  };
  leaving_.store(leaving::drained);
  (void)wait(is_quiet_, patience);
  dialer_->stop();
  caf::anon_send_exit(broker_, caf::exit_reason::user_shutdown);
  const bool ended = wait(has_ended_, std::chrono::seconds{1});
  has_broker_.store(false);
  broker_ = nullptr;
  if (ended) log_summary();
  return ended;
}

/// The broker has ended: nobody changes the counts any more.
void cluster_port::log_summary() {
  std::string line = "node " + owner_.options().name + ": " + cluster::summary_of(*hub_);
  if (tls_refused_ != 0) line += "; TLS refused " + std::to_string(tls_refused_);
  owner_.log(log_level::info, line);
}

void cluster_port::follow_leaving() {
  const leaving wanted = leaving_.load();
  if (wanted == leaving::no || followed_ == leaving::closing) return;
  if (followed_ == leaving::no) event([this] { hub_->leave(now()); });
  if (followed_ < leaving::drained && wanted == leaving::drained) event([this] { hub_->drained(now()); });
  followed_ = wanted;
  if (wanted == leaving::drained && hub_->membership().now_in() == protocol::membership::phase::stopped) {
    followed_ = leaving::closing;
    event([this] { hub_->close_links(now()); });
  }
}

} // namespace actors::runtime
