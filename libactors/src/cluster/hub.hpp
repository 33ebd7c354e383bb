// SPDX-License-Identifier: BSD-3-Clause
//
// A node's hub: owns its connections and its part in the cluster, and joins them to the engine. Events
// come from a transport, on one thread at a time; it knows no socket and no clock.
//
//   shards --outbox, peer--> mail --link--> transport
//   transport --link--> delivery --chunks--> shards
//                    \-> control: membership, ids for births
//   membership --orders--> messages on links, dials, states of peers, lost nodes
//
// One event is carried through to its end (`settle`): orders of links and of membership, the shards that
// have got messages (run on this thread where they are idle), what these have written, until nothing is
// left to do.
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <actors/detail/engine.hpp>

#include "../protocol/directory/directory.hpp"
#include "../protocol/link/link.hpp"
#include "../protocol/membership/membership.hpp"
#include "../protocol/migration/migration.hpp"
#include "../protocol/reliable/streams.hpp"
#include "birth_ids.hpp"
#include "credit_account.hpp"
#include "delivery.hpp"
#include "moving.hpp"
#include "outbox.hpp"
#include "placing.hpp"
#include "relations.hpp"
#include "transport.hpp"

namespace actors::cluster {

struct hub_options {
  /// Nodes of other clusters are refused.
  std::string cluster = "actors";
  /// For people.
  std::string name = "node";
  /// Where others reach this node, `host:port`.
  std::string address;
  /// What this node says of itself; see `actors::placement`.
  std::map<std::string, std::string> labels;
  /// Empty: whoever can connect belongs to the cluster.
  std::string secret;
  protocol::membership_options membership;
  protocol::directory_options directory;
  protocol::migration_options migration;
  protocol::link_options link;
  protocol::window_sizes windows;
  protocol::reliable_options reliable;
  peer_limits peers;
  /// Ids for births that a node gives to one other at a time.
  std::uint32_t ids_at_once = 8192;
  /// Of tests of the simulator.
  protocol::planted_bug planted = protocol::planted_bug::none;
  /// Connections that have not proved themselves; more are closed at once.
  std::size_t most_strangers = 2048;
  /// How long messages wait for a node that nobody here has heard of.
  duration unknown_patience = std::chrono::seconds{2};
};

struct hub_counts {
  std::uint64_t accepted = 0;
  std::uint64_t dialled = 0;
  /// Closed because too many strangers were there.
  std::uint64_t turned_away = 0;
  std::uint64_t nodes_lost = 0;
  protocol::link_counts closed_links;
};

/// Threading: all but what says otherwise on one thread at a time.
class hub final : public detail::peer_nodes, private notified, private control {
public:
  /// `node`: 48 random bits that no life of a node had before; the engine's number.
  hub(hub_options options, detail::engine& engine, transport& world, std::uint64_t seed);
  ~hub() override;

  // -- events ---------------------------------------------------------------------------------------

  void start(duration now);
  /// For `accepted`.
  [[nodiscard]] connection_id next_connection() noexcept { return connection_id{++last_connection_}; }
  /// Somebody has connected. `binding` as in `protocol::connection_facts`.
  void accepted(connection_id c, std::string remote, std::string binding, duration now);
  void connected(connection_id c, std::string binding, duration now);
  /// `refused`: the host says that nobody listens.
  void connect_failed(connection_id c, bool refused, duration now);
  void arrived(connection_id c, std::span<const std::byte> bytes, duration now);
  /// Where the next bytes belong, as `link::landing`. Lifetime: until the next event.
  [[nodiscard]] std::span<std::byte> landing(connection_id c);
  void landed(connection_id c, std::size_t bytes, duration now);
  void written(connection_id c, std::size_t bytes, duration now);
  void ended(connection_id c, duration now);
  void tick(duration now);
  /// What other threads have left here.
  void pump(duration now);
  /// Leaves the cluster in order. `drained`: no actor is left that has to move.
  void leave(duration now);
  void drained(duration now);
  /// Says goodbye on all links: what was sent before still arrives.
  void close_links(duration now);

  // -- queries --------------------------------------------------------------------------------------

  /// The actor that brings reliable tells; it is started when it is first asked for. Threading: any.
  [[nodiscard]] actor_id courier();
  [[nodiscard]] const protocol::membership& membership() const noexcept { return membership_; }
  [[nodiscard]] const hub_counts& counts() const noexcept { return counts_; }
  [[nodiscard]] const protocol::refusal_counts& refusals() const noexcept { return refusals_; }
  [[nodiscard]] delivery_counts deliveries() const noexcept { return delivery_.counts(); }
  [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }
  [[nodiscard]] std::size_t open_links() const noexcept { return links_.size(); }
  /// Other nodes with a queue here, lost ones included.
  [[nodiscard]] std::size_t known_peers() const;
  /// Of messages that wait here for other nodes.
  [[nodiscard]] std::size_t waiting_bytes() const;

  // -- detail::peer_nodes: from any thread -----------------------------------------------------------

  std::unique_ptr<detail::far_outbox> open(std::uint64_t node) override;
  actor_id reserve(std::uint64_t node) override;
  expected<std::uint64_t> place(const placement::spec& wanted) override { return placing_.choose(wanted); }
  [[nodiscard]] std::vector<std::uint64_t> members() const override { return placing_.members(); }
  [[nodiscard]] bool reaches(std::uint64_t node) const override;
  void claim_name(const std::string& name, const actor_id& holder, std::string_view type,
                  const detail::open_request& asked_by) override;
  void release_name(const std::string& name, const actor_id& holder) override;
  void ended(const actor_id& id) override;
  void resolve_entity(const std::string& key, const actor_id& gate) override;
  void subscribed(const std::string& topic, const actor_id& who, bool is_on) override;
  void migrate(const std::vector<actor_id>& who, std::uint64_t to, const detail::open_request& asked_by) override;
  void leaving(std::uint64_t move, std::uint64_t place, std::vector<detail::actor_image> ready,
               std::vector<detail::stuck_actor> stuck) override;
  void has_arrived(std::uint64_t source, std::uint64_t move, const actor_id& who, expected<void> how) override;
  void ends_in_move(std::uint64_t move, const actor_id& who) override;

private:
  struct connection {
    connection_id id;
    protocol::link link;
    std::shared_ptr<credit_account> account;
    /// Of large messages.
    std::shared_ptr<credit_account> bulk_account;
    /// Where it was dialled to; empty: accepted.
    std::string dialled;
    duration wake = duration::max();
    bool is_queued = false;
    /// The peer knows the secret.
    bool is_known = false;
    /// Of an open link.
    std::shared_ptr<cluster::peer> peer = nullptr;
  };
  /// A connection that is being made, or has not been introduced yet, and what is to go over it.
  struct dial {
    connection_id id;
    std::uint64_t to = 0;
    std::deque<protocol::message> waiting;
  };

  // Connections (connections.cpp).
  connection& add_connection(connection_id id, protocol::link_role role, std::string remote, std::string dialled,
                             std::uint64_t expected, std::string binding);
  [[nodiscard]] connection* find(connection_id id);
  void erase(connection_id id);
  [[nodiscard]] connection* link_to(std::uint64_t node);
  [[nodiscard]] std::uint64_t linked_at(const std::string& address);
  void touch(connection& c);
  void follow(connection_id id);
  void obey(connection& c, protocol::write_bytes& what);
  void obey(connection& c, protocol::deliver_batch& what);
  void obey(connection& c, protocol::deliver_large& what);
  void obey(connection& c, protocol::introduce& what);
  void obey(connection& c, protocol::opened& what);
  void obey(connection& c, protocol::wake& what);
  void obey(connection& c, protocol::close_transport& what);
  [[nodiscard]] delivery::origin origin_of(connection& c, const std::shared_ptr<credit_account>& account);
  void set_wake(connection& c, duration at);
  void link_opened(connection& c);
  void link_closed(connection& c);
  void dial_to(const std::string& address, std::uint64_t node);
  void end_dial(const std::string& address);
  void send_waiting(const std::string& address, std::uint64_t node);

  // The cluster (members.cpp).
  /// Whoever changes it says so: otherwise nobody asks it for orders.
  [[nodiscard]] protocol::membership& changed_membership() noexcept {
    has_member_news_ = true;
    return membership_;
  }
  void follow_membership();
  void obey(protocol::send_message& what);
  void obey(protocol::connect_to& what);
  void obey(protocol::publish_event& what);
  void obey(protocol::stop_all& what);
  void lose(std::uint64_t node, peer::state next);
  void give_up_unknown();
  void end_relations(std::uint64_t node);
  void tell_broken(std::uint64_t node);
  [[nodiscard]] bool is_member(std::uint64_t node) const;

  // Names, entities, topics (directory.cpp).
  void wish(std::function<void(hub&)> what);
  bool take_wishes();
  [[nodiscard]] protocol::directory& changed_directory() noexcept {
    has_directory_news_ = true;
    return directory_;
  }
  void follow_directory();
  void obey(protocol::send_directory& what);
  void obey(protocol::name_granted& what);
  void obey(protocol::name_taken& what);
  void obey(protocol::entity_at& what);
  void obey(protocol::request_failed& what);
  void obey(protocol::name_known& what);
  void obey(protocol::name_gone& what);
  void obey(protocol::activate_entity& what);
  void obey(protocol::entity_gone& what);
  void obey(protocol::name_revoked& what);
  void obey(protocol::stop_entity& what);
  void tell_subscriptions(std::uint64_t node);

  // Actors that move (moving.cpp).
  /// What somebody wants moved, and what has become of it so far.
  struct move_request {
    detail::open_request asked_by;
    std::size_t open = 0;
    /// Nodes that were asked, and for whom.
    std::vector<std::pair<std::uint64_t, std::vector<actor_id>>> elsewhere;
    move_report report;
    std::uint32_t tries = 0;
  };
  struct later_move {
    duration at;
    std::uint64_t request;
    std::uint64_t to;
    actor_id who;
  };
  void put_off(std::uint64_t number, std::uint64_t to, const actor_id& who);
  void retry_moves();
  /// Actors of one shard that are ready to leave when the barrier has been passed.
  struct frozen_part {
    std::uint64_t move = 0;
    std::vector<protocol::parcel> ready;
    std::vector<failure> stuck;
  };
  struct open_barrier {
    std::uint64_t serial = 0;
    std::set<std::uint64_t> waits_for;
    std::function<void(hub&)> then;
  };
  void begin_move(std::vector<actor_id> who, std::uint64_t to, std::uint64_t request);
  void begin_moves(const move_wish& what, const detail::open_request& asked_by);
  [[nodiscard]] bool pass_on(const move_wish& what, std::uint64_t node, std::uint64_t number);
  void close_request(std::uint64_t number);
  void answer_moves(const detail::open_request& asked_by, move_report report);
  void take_report(std::uint64_t from, std::uint64_t number, move_report& report);
  void lose_requests(std::uint64_t node);
  [[nodiscard]] protocol::move_id own_move(std::uint64_t number) const;
  [[nodiscard]] std::vector<protocol::node_id> kin_of(const detail::actor_image& i, std::uint64_t target) const;
  void have_left(std::uint64_t move, std::vector<detail::actor_image> images, const std::vector<detail::stuck_actor>& stuck);
  void drain(std::uint64_t but_not, std::uint32_t depth, std::function<void(hub&)> then);
  void ask_barriers(std::uint64_t but_not, std::uint32_t depth, std::function<void(hub&)> then);
  void take_barrier(std::uint64_t from, const barrier& what);
  void pass_barrier(std::uint64_t node, std::uint64_t serial);
  void forget_barriers(std::uint64_t node);
  void pass_barriers();
  void send_behind_shards(protocol::send_migration& what);
  void follow_migration();
  void forget_departed(const actor_id& id);
  void obey(protocol::send_migration& what);
  void obey(protocol::freeze_actors& what);
  void obey(protocol::thaw_actors& what);
  void obey(protocol::hand_over_actors& what);
  void obey(protocol::release_actors& what);
  void obey(protocol::lost_with_target& what);
  void obey(protocol::report_move& what);
  void obey(protocol::install_actors& what);
  void obey(protocol::start_actors& what);
  void obey(protocol::discard_actors& what);
  void obey(protocol::actor_moved& what);
  void obey(protocol::actor_gone& what);

  // Mail (mail.cpp).
  void has_mail(const std::shared_ptr<peer>& p) override;
  [[nodiscard]] std::shared_ptr<peer> peer_of(std::uint64_t node);
  [[nodiscard]] std::shared_ptr<peer> find_peer(std::uint64_t node) const;
  bool take_post();
  bool take_mail();
  void send_mail(peer& p);
  void drop(parcel& what, errc why);
  void drop(const protocol::record_head& head, errc why);
  void requeue(peer& p, protocol::losses&& lost);
  [[nodiscard]] bool keep_known(protocol::outgoing_batch& batch, std::uint64_t node,
                                const protocol::type_agreement& types);
  template <class M>
  bool send_control(std::uint64_t node, M message);
  template <class M>
  bool send_record(std::uint64_t node, protocol::record_head head, const M& message);
  bool send_built(connection& c, protocol::batch_builder& builder, protocol::batch_builder::state how);
  void take(std::uint64_t from, const protocol::record_head& head, std::uint32_t type, void* value) override;
  void make_part(const protocol::record_head& head, detail::make_group_part& what);
  void grant_ids(std::uint64_t node);
  [[nodiscard]] ids_granted ids_on_each_shard(std::uint32_t count);
  void collect_credit();
  void report_load();

  // One event (hub.cpp): the time is set before it, what follows from it is done after it.
  class event {
  public:
    event(hub& h, duration now) : hub_{h} { h.now_ = std::max(h.now_, now); }
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    ~event() { hub_.settle(); }

  private:
    hub& hub_;
  };
  void settle();
  void run_shards();
  void arm();

  // Constant after construction.
  const hub_options options_;
  detail::engine& engine_;
  transport& world_;
  std::shared_ptr<const type_numbers> types_;
  std::shared_ptr<const protocol::local_node> local_;

  // The hub's thread.
  duration now_{};
  std::uint64_t last_connection_ = 0;
  std::unordered_map<std::uint64_t, connection> connections_;
  std::set<std::pair<duration, std::uint64_t>> wakes_;
  connection* last_found_ = nullptr;
  std::vector<connection_id> touched_;
  std::vector<protocol::link_order> spare_orders_;
  std::unordered_map<std::uint64_t, connection_id> links_; // by node: the one in use
  std::map<std::string, dial> dials_;
  std::unordered_map<std::uint64_t, protocol::previous_connection> previous_;
  /// Messages that left on the last connection to a node, and its token.
  std::unordered_map<std::uint64_t, protocol::previous_connection> sent_;
  std::unordered_map<std::uint64_t, bool> broken_; // nodes whose relations have ended here; whether they were told
  std::unordered_map<std::uint64_t, duration> unknown_; // nodes nobody here has heard of, until when
  std::set<std::uint64_t> left_in_order_; // until they are removed
  protocol::membership membership_;
  duration membership_due_ = duration::max();
  bool has_member_news_ = false;
  std::vector<protocol::order> member_orders_;
  protocol::directory directory_;
  protocol::migration migration_;
  std::uint64_t last_request_ = 0;
  std::uint64_t last_barrier_ = 0;
  std::map<std::uint64_t, move_request> move_requests_;
  std::map<std::uint64_t, std::uint64_t> requests_of_moves_;
  std::map<std::uint64_t, std::uint64_t> targets_; // of this node's moves
  std::deque<open_barrier> barriers_;
  std::deque<later_move> put_off_; // the first is due first
  std::map<protocol::move_id, std::vector<protocol::installed_actor>> arrived_;
  bool has_directory_news_ = false;
  struct claim {
    std::string name;
    actor_id holder;
    detail::open_request asked_by;
  };
  std::unordered_map<protocol::request_id, claim> claims_;
  std::unordered_map<protocol::request_id, std::pair<std::string, actor_id>> resolutions_;
  delivery delivery_;
  protocol::refusal_counts refusals_;
  hub_counts counts_;
  std::size_t strangers_ = 0;
  duration armed_ = duration::max();
  duration next_report_{};
  bool is_over_ = false;
  bool has_more_ = false; // than one event was to do
  std::shared_ptr<credit_signal> credit_news_;

  // Shared with shards.
  mutable std::mutex peers_mutex_; // guards peers_: looked up once for each shard and node
  std::unordered_map<std::uint64_t, std::shared_ptr<peer>> peers_;
  std::mutex mail_mutex_; // guards mail_: once a batch at most
  std::vector<std::shared_ptr<peer>> mail_;
  std::atomic<bool> has_post_{false}; // mail or wishes: the hub looks at it in each round
  std::mutex wishes_mutex_; // guards wishes_: names, entities and subscriptions are rare
  std::vector<std::function<void(hub&)>> wishes_;
  std::mutex courier_mutex_; // guards courier_: taken once a reliable tell
  actor_id courier_;
  birth_ids ids_;
  placing placing_;
};

} // namespace actors::cluster
