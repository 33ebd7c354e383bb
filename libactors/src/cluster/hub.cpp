// SPDX-License-Identifier: BSD-3-Clause
#include "hub.hpp"

#include <utility>

namespace actors::cluster {

namespace {

/// Of one event.
constexpr int most_rounds = 64;

protocol::member self_of(const hub_options& o, std::uint64_t node) {
  protocol::member m;
  m.id = protocol::node_id{node};
  m.name = o.name;
  m.address = o.address;
  m.labels = o.labels;
  return m;
}

protocol::hello hello_of(const hub_options& o, std::uint64_t node, const protocol::type_table& types) {
  protocol::hello me;
  me.cluster = o.cluster;
  me.name = o.name;
  me.node = node;
  me.address = o.address;
  me.labels.assign(o.labels.begin(), o.labels.end());
  me.windows = o.windows;
  me.types = types.digest();
  return me;
}

} // namespace

hub::hub(hub_options options, detail::engine& engine, transport& world, std::uint64_t seed)
    : options_{std::move(options)}, engine_{engine}, world_{world}, types_{number_types()},
      membership_{self_of(options_, engine.node()), options_.membership, seed},
      directory_{protocol::node_id{engine.node()}, options_.directory},
      migration_{protocol::node_id{engine.node()}, options_.migration}, delivery_{engine, *this},
      credit_news_{std::make_shared<credit_signal>()}, ids_{options_.ids_at_once}, placing_{engine} {
  auto local = std::make_shared<protocol::local_node>();
  local->me = hello_of(options_, engine.node(), *types_->table);
  local->secret = options_.secret;
  local->types = types_->table;
  local_ = std::move(local);
  credit_news_->world.store(&world_, std::memory_order_release);
}

hub::~hub() { credit_news_->world.store(nullptr, std::memory_order_release); }

// -- events -------------------------------------------------------------------------------------------

void hub::start(duration now) {
  event e{*this, now};
  changed_membership().tick(now_);
}

void hub::arrived(connection_id id, std::span<const std::byte> bytes, duration now) {
  event e{*this, now};
  if (connection* c = find(id)) {
    c->link.arrived(bytes, now_);
    // What it orders shows bytes that are here only now.
    follow(id);
  }
}

std::span<std::byte> hub::landing(connection_id id) {
  const connection* c = find(id);
  return c == nullptr ? std::span<std::byte>{} : c->link.landing();
}

void hub::landed(connection_id id, std::size_t bytes, duration now) {
  event e{*this, now};
  if (connection* c = find(id)) {
    c->link.landed(bytes, now_);
    touch(*c);
    follow(id);
  }
}

void hub::written(connection_id id, std::size_t bytes, duration now) {
  now_ = std::max(now_, now);
  connection* c = find(id);
  if (c == nullptr) return;
  c->link.written(bytes, now_);
  // Mostly nothing has waited for it.
  if (!c->link.has_orders()) return;
  event e{*this, now};
  touch(*c);
}

void hub::ended(connection_id id, duration now) {
  event e{*this, now};
  if (connection* c = find(id)) {
    c->link.cut(now_);
    touch(*c);
  }
}

void hub::tick(duration now) {
  event e{*this, now};
  if (!wakes_.empty() && wakes_.begin()->first <= now_) collect_credit();
  while (!wakes_.empty() && wakes_.begin()->first <= now_) {
    connection& c = *find(connection_id{wakes_.begin()->second});
    set_wake(c, duration::max());
    c.link.tick(now_);
    touch(c);
  }
  give_up_unknown();
  if (now_ >= next_report_) report_load();
  if (!is_over_ && membership_due_ <= now_) changed_membership().tick(now_);
  if (!is_over_ && directory_.wake_at() <= now_) changed_directory().tick(now_);
  if (!is_over_ && migration_.wake_at() <= now_) migration_.tick(now_);
  retry_moves();
}

void hub::pump(duration now) { event e{*this, now}; }

void hub::leave(duration now) {
  event e{*this, now};
  if (!is_over_) changed_membership().leave(now_);
}

void hub::drained(duration now) {
  event e{*this, now};
  if (!is_over_) changed_membership().drained(now_);
}

void hub::close_links(duration now) {
  event e{*this, now};
  take_mail();
  for (auto& [id, c] : connections_) {
    c.link.leave(now_);
    touch(c);
  }
}

// -- one event carried through ------------------------------------------------------------------------

void hub::settle() {
  // Shards that write without end must not keep the hub from what comes: the rest waits for the next tick.
  bool more = true;
  for (int round = 0; more && round < most_rounds; ++round) {
    for (std::size_t k = 0; k < touched_.size(); ++k) follow(touched_[k]);
    touched_.clear();
    follow_membership();
    follow_directory();
    follow_migration();
    run_shards();
    if (credit_news_->has_news.load(std::memory_order_relaxed)) collect_credit();
    more = take_post() || !touched_.empty();
  }
  has_more_ = more;
  arm();
}

void hub::run_shards() {
  delivery_.for_each_target([this](detail::shard& s) { world_.run(s); });
}

bool hub::take_post() {
  if (!has_post_.load(std::memory_order_acquire)) return false;
  has_post_.store(false, std::memory_order_seq_cst);
  const bool had_wishes = take_wishes();
  return take_mail() || had_wishes;
}

void hub::collect_credit() {
  (void)credit_news_->has_news.exchange(false, std::memory_order_acquire);
  for (auto& [node, id] : links_) {
    connection& c = *find(id);
    const auto done = c.account->take();
    const auto bulk = c.bulk_account->take();
    if (done.messages == 0 && bulk.messages == 0) continue;
    if (done.messages != 0) c.link.consumed(done.messages, done.bytes, now_);
    if (bulk.messages != 0) c.link.consumed_large(bulk.bytes, now_);
    touch(c);
  }
}

/// Says when the next tick is due.
void hub::arm() {
  duration next = is_over_ ? duration::max() : std::min({membership_due_, directory_.wake_at(), migration_.wake_at()});
  if (!wakes_.empty()) next = std::min(next, wakes_.begin()->first);
  for (const auto& [node, until] : unknown_) next = std::min(next, until);
  if (!put_off_.empty()) next = std::min(next, put_off_.front().at);
  if (has_more_) next = now_;
  if (next == armed_ && next > now_) return;
  armed_ = next;
  if (next != duration::max()) world_.wake_at(next);
}

} // namespace actors::cluster
