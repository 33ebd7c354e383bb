// SPDX-License-Identifier: BSD-3-Clause
//
// Our side between two processes: this one founds a cluster, the peer joins it, and what serves is born
// there by placement.
#include "bench/workloads/network.hpp"

#include "bench/harness/run_clock.hpp"

#include <actors/actors.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

/// The receiver says so after each of so many messages, and so many may be on their way.
constexpr std::uint64_t permit = 25'000;
constexpr std::uint64_t window = 150'000;
/// Large messages that may be on their way: enough for each of four threads to have one. With more of them
/// the bytes are no longer in the cache when their turn comes.
constexpr std::uint64_t bulk_window = 4;
/// Round trips before those that count.
constexpr std::uint64_t warm_up = 500;

struct go {};
struct note {
  std::array<std::uint64_t, 8> words{};
};
struct item {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};
struct block {
  std::vector<std::uint8_t> bytes;
};
struct come {
  std::uint64_t count = 0;
};
struct question {
  std::uint64_t number = 0;
};

using stream_ref = actors::ref_to<come>;

/// Answers everything.
class server : public actors::actor<server> {
public:
  using handles = actors::messages<note, item, block, question, stream_ref>;

  void on(const note& n) { actors::ref_to<note>{sender().as<server>()}.tell(n); }
  void on(const stream_ref& from) { from_ = from; }
  void on(item) {
    if (++items_ % permit == 0) from_.tell(come{permit});
  }
  void on(const block& b) {
    bytes_ += b.bytes.size();
    from_.tell(come{1});
  }
  std::uint64_t on(question q) const { return q.number + 1; }

private:
  stream_ref from_;
  std::uint64_t items_ = 0;
  std::uint64_t bytes_ = 0;
};

class pinger : public actors::actor<pinger> {
public:
  using handles = actors::messages<go, note>;
  pinger(actors::ref<server> to, std::uint64_t round_trips, run_clock& clock)
      : to_{to}, left_{round_trips + warm_up}, counted_{round_trips}, clock_{clock} {}

  void on(go) { tell(to_, note{}); }
  void on(const note& n) {
    if (--left_ == counted_) clock_.start();
    if (left_ != 0)
      tell(to_, n);
    else
      clock_.finish();
  }

private:
  actors::ref<server> to_;
  std::uint64_t left_;
  const std::uint64_t counted_;
  run_clock& clock_;
};

/// Round trips for a while, each with its time.
class sampler : public actors::actor<sampler> {
public:
  using handles = actors::messages<go, note>;
  sampler(actors::ref<server> to, std::chrono::milliseconds length, std::vector<double>& into, run_clock& clock)
      : to_{to}, length_{length}, into_{into}, clock_{clock} {}

  void on(go) {
    clock_.start();
    until_ = now() + length_;
    sent_ = now();
    tell(to_, note{});
  }
  void on(const note& n) {
    const auto came = now();
    into_.push_back(std::chrono::duration<double, std::micro>(came - sent_).count());
    if (came >= until_) return clock_.finish();
    sent_ = now();
    tell(to_, n);
  }

private:
  static run_clock::clock::time_point now() { return run_clock::clock::now(); }

  actors::ref<server> to_;
  const std::chrono::milliseconds length_;
  std::vector<double>& into_;
  run_clock& clock_;
  run_clock::clock::time_point until_{}, sent_{};
};

class item_sender : public actors::actor<item_sender> {
public:
  using handles = actors::messages<go, come>;
  item_sender(actors::ref<server> to, std::uint64_t items, run_clock& clock) : to_{to}, left_{items}, clock_{clock} {}

  void on(go) {
    tell(to_, stream_ref{self()});
    clock_.start();
    send_more();
  }
  void on(come c) {
    on_the_way_ -= c.count;
    if (left_ == 0 && on_the_way_ < permit) return clock_.finish();
    send_more();
  }

private:
  void send_more() {
    for (; left_ != 0 && on_the_way_ < window; --left_, ++on_the_way_) tell(to_, item{left_, 1});
  }

  actors::ref<server> to_;
  std::uint64_t left_;
  std::uint64_t on_the_way_ = 0;
  run_clock& clock_;
};

/// `blocks` in all; without end if there are none.
class block_sender : public actors::actor<block_sender> {
public:
  using handles = actors::messages<go, come>;
  block_sender(actors::ref<server> to, const net_bulk_params& what, std::uint64_t at_once, run_clock& clock)
      : to_{to}, left_{what.messages}, at_once_{at_once}, is_endless_{what.messages == 0}, bytes_{what.bytes},
        clock_{clock} {}

  void on(go) {
    tell(to_, stream_ref{self()});
    clock_.start();
    send_more();
  }
  void on(come c) {
    on_the_way_ -= c.count;
    if (!is_endless_ && left_ == 0 && on_the_way_ == 0) return clock_.finish();
    send_more();
  }

private:
  void send_more() {
    for (; (is_endless_ || left_ != 0) && on_the_way_ < at_once_; ++on_the_way_, --left_)
      tell(to_, block{std::vector<std::uint8_t>(bytes_, 1)});
  }

  actors::ref<server> to_;
  std::uint64_t left_;
  const std::uint64_t at_once_;
  const bool is_endless_;
  const std::size_t bytes_;
  std::uint64_t on_the_way_ = 0;
  run_clock& clock_;
};

class asker : public actors::actor<asker> {
public:
  using handles = actors::messages<go>;
  asker(actors::ref<server> to, const net_ask_params& what, std::uint64_t& failed, run_clock& clock)
      : to_{to}, left_{what.asks}, open_{what.at_once}, failed_{failed}, clock_{clock} {}

  void on(go) {
    clock_.start();
    for (std::uint64_t n = open_; n != 0; --n) ask_next();
  }

private:
  void ask_next() {
    if (left_ == 0) {
      if (--open_ == 0) clock_.finish();
      return;
    }
    ask(to_, question{left_--}, std::chrono::seconds{20}).then([this](const actors::expected<std::uint64_t>& answer) {
      if (!answer) ++failed_;
      ask_next();
    });
  }

  actors::ref<server> to_;
  std::uint64_t left_;
  std::uint64_t open_;
  std::uint64_t& failed_;
  run_clock& clock_;
};

class watcher : public actors::actor<watcher> {
public:
  using handles = actors::messages<go, actors::down>;
  watcher(actors::ref<server> whom, run_clock& clock) : whom_{whom}, clock_{clock} { watch(whom); }

  /// Answered when the watch is known there.
  actors::task<actors::expected<bool>> on(go) {
    auto there = co_await ask(whom_, question{}, std::chrono::seconds{5});
    co_return there.has_value();
  }
  void on(const actors::down&) { clock_.finish(); }

private:
  actors::ref<server> whom_;
  run_clock& clock_;
};

/// 100 bytes that go from node to node.
class traveller : public actors::actor<traveller> {
public:
  using handles = actors::messages<question>;
  std::uint64_t on(question q) const { return q.number + load_[0]; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(load_);
  }

private:
  std::array<std::uint64_t, 12> load_{};
};

actors::node_options options_of(const char* name, std::uint32_t shards) {
  actors::node_options o{.name = name, .shards = shards, .workers = shards, .level = actors::log_level::error};
  o.cluster.listen = "127.0.0.1:0";
  // This process founds the cluster, so it is the one that goes on.
  o.cluster.downing = actors::downing::keep_oldest;
  return o;
}

/// A cluster of this process and a peer.
class pair_of_nodes {
public:
  explicit pair_of_nodes(std::uint32_t shards = 1) : node{options_of("bench", shards)} {
    peer.say(node.address());
    if (!node.wait_for_members(2)) throw std::runtime_error("the peer does not join");
    // It has told how many may be born there by the time it answers for the first.
    far = born();
    (void)node.ask(far, question{}, std::chrono::seconds{5}).value();
  }

  actors::ref<server> born() {
    auto there = node.spawn<server>(actors::on_node("peer"));
    if (!there) throw std::runtime_error("nothing can be born at the peer");
    return there;
  }

  peer_process peer{"ours"};
  actors::node node;
  actors::ref<server> far;
};

double percentile_99(std::vector<double>& all) {
  if (all.empty()) throw std::runtime_error("no round trip in time");
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 99 / 100);
  std::nth_element(all.begin(), at, all.end());
  return *at;
}

} // namespace

void ours_peer(const peer_parent& parent) {
  auto options = options_of("peer", 2);
  options.cluster.seeds = {parent.line()};
  // Never destroyed: the process ends as it is.
  (void)*new actors::node{options};
  parent.wait_until_dismissed();
}

double ours_rtt(const net_rtt_params& params) {
  if (params.bytes != sizeof(note)) throw std::invalid_argument("net_rtt is made for 64 bytes");
  run_clock clock;
  pair_of_nodes both;
  both.node.spawn<pinger>(both.far, params.round_trips, std::ref(clock)).tell(go{});
  return clock.seconds() * 1e6 / static_cast<double>(params.round_trips);
}

double ours_rate(const net_rate_params& params) {
  run_clock clock;
  pair_of_nodes both;
  both.node.spawn<item_sender>(both.far, params.messages, std::ref(clock)).tell(go{});
  return static_cast<double>(params.messages) / clock.seconds();
}

double ours_bulk(const net_bulk_params& params) {
  run_clock clock;
  pair_of_nodes both;
  both.node.spawn<block_sender>(both.far, params, bulk_window, std::ref(clock)).tell(go{});
  return static_cast<double>(params.messages * params.bytes) / clock.seconds() / 1e6;
}

double ours_asks(const net_ask_params& params) {
  run_clock clock;
  std::uint64_t failed = 0;
  pair_of_nodes both;
  both.node.spawn<asker>(both.far, params, std::ref(failed), std::ref(clock)).tell(go{});
  const double took = clock.seconds();
  if (failed != 0) throw std::runtime_error(std::to_string(failed) + " asks were not answered");
  return static_cast<double>(params.asks) / took;
}

double ours_mixed(const net_mixed_params& params) {
  run_clock clock, unused;
  std::vector<double> times;
  pair_of_nodes both{2};
  if (params.large != 0)
    both.node.spawn<block_sender>(actors::on_shard(1), both.born(), net_bulk_params{}, params.large, std::ref(unused))
        .tell(go{});
  both.node.spawn<sampler>(actors::on_shard(0), both.far, params.length, std::ref(times), std::ref(clock)).tell(go{});
  (void)clock.seconds();
  both.node.shutdown();
  return percentile_99(times);
}

double ours_migrate_one(const migrate_params& params) {
  run_clock clock;
  pair_of_nodes both;
  const actors::ref<traveller> who = both.node.spawn<traveller>();
  const auto go_to = [&](const char* where) {
    if (const auto moved = both.node.migrate(who, actors::placement::on(where)); !moved)
      throw std::runtime_error(to_string(moved.error()));
  };
  for (int i = 0; i < 20; ++i) go_to(i % 2 == 0 ? "peer" : "bench");
  clock.start();
  for (std::uint64_t i = 0; i < params.moves; ++i) go_to(i % 2 == 0 ? "peer" : "bench");
  clock.finish();
  return clock.seconds() * 1e6 / static_cast<double>(params.moves);
}

double ours_migrate_many(const migrate_params& params) {
  run_clock clock;
  pair_of_nodes both{2};
  std::vector<actors::any_ref> all;
  for (std::uint64_t i = 0; i < params.moves; ++i) all.push_back(both.node.spawn<traveller>());
  (void)both.node.ask(all.back().as<traveller>(), question{}, std::chrono::seconds{30}).value();
  clock.start();
  for (std::size_t i = 0; i < all.size(); i += params.at_once) {
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(i + params.at_once, all.size()));
    const auto report = both.node.migrate({all.begin() + static_cast<std::ptrdiff_t>(i), end}, actors::placement::on("peer"),
                                          std::chrono::seconds{60}).value();
    if (!report.all_moved()) throw std::runtime_error("not all have moved");
  }
  clock.finish();
  return static_cast<double>(params.moves) / clock.seconds();
}

double ours_loss(net_loss how) {
  run_clock clock;
  pair_of_nodes both;
  auto here = both.node.spawn<watcher>(both.far, std::ref(clock));
  if (!both.node.ask(here, go{}, std::chrono::seconds{5}).value()) throw std::runtime_error("the watch is not answered");
  clock.start();
  both.peer.signal(how == net_loss::killed ? SIGKILL : SIGSTOP);
  return clock.seconds() * 1e3;
}

} // namespace bench
