// SPDX-License-Identifier: BSD-3-Clause
#include "gateway.hpp"

#include <condition_variable>
#include <future>
#include <set>
#include <thread>
#include <utility>

#include <unistd.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "guarded_doorman.hpp"
#include "listening_socket.hpp"

namespace actors::runtime {

namespace {

/// For those that monitor our actors to be told of their end.
constexpr auto patience_at_end = std::chrono::milliseconds{500};

struct gateway_config : caf::actor_system_config {
  gateway_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{1});
    // Decoding on the I/O thread: types may then be entered there, and faces see what is decoded.
    set("middleman.workers", std::size_t{0});
    set("middleman.attach-utility-actors", true);
    load<caf::io::middleman>();
  }
};

} // namespace

/// Threading: as `gateway`, under its mutex.
class gateway::caf_side {
public:
  caf_side() : system_{config_} { system_.await_actors_before_shutdown(false); }

  caf::actor_system& system() noexcept { return system_; }

  /// Runs `f` on the I/O thread and waits for what it returns.
  template <class F>
  auto on_io_thread(F f) {
    auto task = std::make_shared<std::packaged_task<decltype(f())()>>(std::move(f));
    auto done = task->get_future();
    multiplexer().post([task] { (*task)(); });
    return done.get();
  }

  /// Nothing is changed when a name stands for another type. Requires: on the I/O thread.
  expected<void> enter_types(const std::vector<detail::wire_type>& types) {
    for (const auto& each : types)
      if (auto at = config_.value_factories_by_name.find(std::string{each.name});
          at != config_.value_factories_by_name.end() && at->second()->type().second != nullptr &&
          std::type_index{*at->second()->type().second} != each.type)
        return fail(errc::invalid_argument, "two types that cross to CAF have one name",
                    std::string{each.name});
    for (const auto& each : types) {
      config_.value_factories_by_name.emplace(each.name, each.make);
      config_.value_factories_by_rtti.emplace(each.type, each.make);
      config_.type_names_by_rtti.emplace(each.type, each.name);
    }
    return {};
  }

  void open(const listening_socket& socket, const caf::actor& face, std::shared_ptr<gate> book) {
    caf::io::doorman_ptr door =
        caf::make_counted<guarded_doorman>(multiplexer(), socket.fd, std::move(book));
    caf::anon_send(broker(), caf::publish_atom::value, std::move(door), socket.port,
                   caf::actor_cast<caf::strong_actor_ptr>(face), std::set<std::string>{});
    ports_.insert(socket.port);
  }

  bool close(std::uint16_t port) {
    if (ports_.erase(port) == 0)
      return false;
    caf::scoped_actor self{system_, true};
    self->request(broker(), std::chrono::seconds{5}, caf::close_atom::value, port)
        .receive([] {}, [](const caf::error&) {});
    // The socket goes at the end of that turn of the loop.
    return on_io_thread([] { return true; });
  }

private:
  caf::actor broker() {
    return system_.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  }
  caf::io::network::default_multiplexer& multiplexer() {
    return static_cast<caf::io::network::default_multiplexer&>(system_.middleman().backend());
  }

  gateway_config config_;
  caf::actor_system system_;
  std::set<std::uint16_t> ports_;
};

gateway::gateway(detail::engine& node, gate::logger log)
    : node_{node}, gate_{std::make_shared<gate>(std::move(log))} {}

gateway::~gateway() { end(false); }

expected<std::uint16_t> gateway::publish(const detail::caf_publication& what,
                                         const caf_door& door) {
  std::lock_guard guard{mutex_};
  if (ended_ || node_.closing())
    return fail(errc::shutting_down, "the node is shutting down");
  auto socket = listen_on(door.address, door.port);
  if (!socket)
    return tl::make_unexpected(socket.error());
  if (caf_ == nullptr)
    caf_ = std::make_unique<caf_side>();
  auto entered = caf_->on_io_thread([&] { return caf_->enter_types(what.types); });
  if (!entered) {
    ::close(socket->fd);
    return tl::make_unexpected(entered.error());
  }
  caf_->open(*socket, detail::make_face(node_, caf_->system(), what.who, what.takers), gate_);
  return socket->port;
}

expected<void> gateway::unpublish(std::uint16_t port) {
  std::lock_guard guard{mutex_};
  if (caf_ == nullptr || !caf_->close(port))
    return fail(errc::invalid_argument, "no actor is published at this port", std::to_string(port));
  return {};
}

void gateway::end(bool left_behind) {
  std::lock_guard guard{mutex_};
  ended_ = true;
  if (caf_ == nullptr)
    return;
  if (left_behind) {
    gate_->cut_all();
    static_cast<void>(caf_.release());
    return;
  }
  // CAF waits without limit for peers to read what is on its way to them.
  std::jthread impatient{[book = gate_](const std::stop_token& done) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    never.wait_for(lock, done, patience_at_end, [] { return false; });
    while (!done.stop_requested()) {
      book->cut_all();
      never.wait_for(lock, done, std::chrono::milliseconds{10}, [] { return false; });
    }
  }};
  caf_.reset();
}

} // namespace actors::runtime
