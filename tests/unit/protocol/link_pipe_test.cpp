// SPDX-License-Identifier: BSD-3-Clause
//
// Two links, and a pipe that takes, splits and delivers bytes as chance has it, and is cut or
// closed in order at the end. ACTORS_SEED=n shows one history again.
#define BOOST_TEST_MODULE protocol_link_pipe
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <map>
#include <set>

#include "link_world.hpp"

using namespace link_world;

namespace {

using route = std::pair<std::uint32_t, std::uint32_t>; // sender, target

/// What one side sent, by the number in its first bytes.
struct account {
  std::map<std::uint64_t, std::pair<route, std::vector<std::byte>>> sent;
  std::uint64_t last = 0;
};

std::uint64_t number_of(std::span<const std::byte> payload) {
  return wire::load<std::uint64_t>(payload.data());
}

class history {
public:
  explicit history(std::uint64_t seed)
      : random_(seed),
        options_(any_options()), sides_{side{make_node(1, "eu-1"), facts(link_role::connector, 1),
                                             options_},
                                        side{make_node(2, "eu-2"), facts(link_role::acceptor, 2),
                                             options_}} {
    begin(sides_[0], sides_[1]);
  }

  void run() {
    const bool is_heavy = below(8) == 0;
    const std::size_t steps = is_heavy ? 500 : 60 + below(250);
    for (std::size_t i = 0; i < steps; ++i)
      step(is_heavy ? 60'000 : 400);
    if (below(2) == 0)
      cut();
    else
      close_in_order();
    for (std::size_t s : {0u, 1u})
      check_delivered(s);
  }

private:
  std::size_t below(std::size_t n) { return random_() % n; }

  link_options any_options() {
    link_options o;
    const std::size_t paces[] = {1, 5000, 100'000, 256 << 10};
    o.pace_bytes = paces[below(4)];
    o.chunk_bytes = 500 + below(70'000);
    o.small_share = below(300'000);
    o.queue_bytes = below(2) == 0 ? 300'000 : 8 << 20;
    o.bulk_queue_bytes = 1 << 20;
    o.silent_after = 10h;
    o.stalled_after = 10h;
    return o;
  }

  void step(std::size_t bytes) {
    const std::size_t s = below(2);
    side& here = sides_[s];
    switch (below(12)) {
    case 0:
    case 1:
    case 2:
      send_batch(s, bytes);
      break;
    case 3:
      send_large(s);
      break;
    case 4:
      now_ += duration{below(40'000'000)};
      here.ends.tick(now_);
      break;
    case 5:
      consume(here);
      break;
    case 6:
      if (here.introduced && here.may_open && !here.open)
        here.ends.open(now_);
      break;
    case 7:
    case 8:
      take(s, 1 + below(below(4) == 0 ? 100 : 200'000));
      break;
    default:
      arrive(s, 1 + below(below(4) == 0 ? 100 : 200'000));
    }
    here.obey();
  }

  message any_message(std::size_t s, std::size_t bytes) {
    const auto target = static_cast<std::uint32_t>(below(3));
    const auto sender = static_cast<std::uint32_t>(below(3));
    message m{head_to(s == 0 ? 2 : 1, target, {}), bytes_of(8 + below(bytes), random_())};
    if (sender != 0)
      m.head.sender = {(s + 1) << 16, sender, 1};
    const std::uint64_t number = ++accounts_[s].last;
    wire::store(m.payload.data(), number);
    return m;
  }
  void sent(std::size_t s, const message& m) {
    accounts_[s].sent[number_of(m.payload)] = {{m.head.sender.slot, m.head.target.slot}, m.payload};
  }
  void send_batch(std::size_t s, std::size_t bytes) {
    std::vector<message> all;
    for (std::size_t n = 1 + below(4); n > 0; --n)
      all.push_back(any_message(s, bytes));
    if (sides_[s].ends.send(batch_of(s == 0 ? 2 : 1, all), now_) == admission::accepted)
      for (const auto& m : all)
        sent(s, m);
  }
  void send_large(std::size_t s) {
    const message m = any_message(s, below(3) == 0 ? 600'000 : 20'000);
    if (sides_[s].ends.send(large_of(m), now_) == admission::accepted)
      sent(s, m);
  }
  void consume(side& here) {
    while (!here.unconsumed.empty() && below(4) != 0) {
      std::swap(here.unconsumed[below(here.unconsumed.size())], here.unconsumed.back());
      const auto u = here.unconsumed.back();
      here.unconsumed.pop_back();
      u.is_large ? here.ends.consumed_large(u.bytes, now_)
                 : here.ends.consumed(u.messages, u.bytes, now_);
    }
  }
  /// The transport takes bytes.
  void take(std::size_t s, std::size_t most) {
    side& here = sides_[s];
    here.obey();
    const std::size_t n = std::min(most, here.given.size());
    const auto end = here.given.begin() + static_cast<std::ptrdiff_t>(n);
    pipes_[s].insert(pipes_[s].end(), here.given.begin(), end);
    here.given.erase(here.given.begin(), end);
    here.ends.written(n, now_);
  }
  /// What was taken from the other side comes.
  void arrive(std::size_t s, std::size_t most) {
    auto& pipe = pipes_[1 - s];
    const std::size_t n = std::min(most, pipe.size());
    if (n == 0 || sides_[s].closed != 0)
      return;
    auto bytes = std::make_unique<std::byte[]>(n);
    std::memcpy(bytes.get(), pipe.data(), n);
    pipe.erase(pipe.begin(), pipe.begin() + static_cast<std::ptrdiff_t>(n));
    if (below(2) == 0)
      return land(sides_[s], {bytes.get(), n}, now_);
    sides_[s].ends.arrived({bytes.get(), n}, now_);
    sides_[s].obey();
  }

  void close_in_order() {
    for (int quiet = 0; quiet < 10; ++quiet)
      for (std::size_t s : {0u, 1u}) {
        side& here = sides_[s];
        here.obey();
        if (!here.given.empty())
          quiet = 0;
        take(s, SIZE_MAX);
        arrive(1 - s, SIZE_MAX);
        if (here.may_open && !here.open)
          here.ends.open(now_);
        here.consume_all(now_);
        here.obey();
      }
    BOOST_REQUIRE(sides_[0].open && sides_[1].open);
    for (std::size_t s : {0u, 1u}) {
      BOOST_REQUIRE(sides_[s].ends.queued_bytes() == 0);
      BOOST_REQUIRE(sides_[s].messages.size() == accounts_[1 - s].sent.size());
    }
    send_batch(0, 100);
    sides_[below(2)].ends.leave(now_);
    for (int i = 0; i < 20; ++i)
      for (std::size_t s : {0u, 1u}) {
        take(s, 1 + below(100'000));
        arrive(1 - s, 1 + below(100'000));
      }
    for (std::size_t s : {0u, 1u}) {
      sides_[s].obey();
      BOOST_REQUIRE((sides_[s].ends.why() == refusal::goodbye));
      BOOST_REQUIRE(sides_[s].messages.size() == accounts_[1 - s].sent.size());
    }
  }

  void cut() {
    const bool arrives = below(2) == 0; // what the transport of the first had taken
    for (std::size_t s : {0u, 1u}) {
      BOOST_REQUIRE((sides_[s].ends.why() == refusal::none));
      sides_[s].ends.cut(now_);
      sides_[s].obey();
      BOOST_REQUIRE(sides_[s].closed == 1);
      if (s == 0 && arrives)
        arrive(1, SIZE_MAX);
    }
    const losses lost = sides_[0].ends.take_losses();
    if (arrives)
      BOOST_REQUIRE(sides_[1].ends.received() == lost.confirmed + lost.uncertain);
    check_losses(0, lost);
    check_losses(1, sides_[1].ends.take_losses());
  }

  /// Every message is confirmed, uncertain or certainly lost, and the other side has seen the first
  /// and none of the last.
  void check_losses(std::size_t s, const losses& lost) {
    std::set<std::uint64_t> unsent;
    for (const auto& b : lost.unsent.batches) {
      batch_reader reader(b.records(), s == 0 ? 2 : 1);
      for (record r; reader.next(r);)
        unsent.insert(number_of(r.payload));
    }
    for (const auto& l : lost.unsent.large)
      unsent.insert(number_of(l->payload()));
    const side& peer = sides_[1 - s];
    BOOST_REQUIRE(lost.confirmed <= peer.ends.received());
    BOOST_REQUIRE(peer.ends.received() <= lost.confirmed + lost.uncertain);
    BOOST_REQUIRE(lost.confirmed + lost.uncertain + unsent.size() == accounts_[s].sent.size());
    for (const auto& m : peer.messages)
      BOOST_REQUIRE(!unsent.contains(number_of(m.payload)));
  }

  void check_delivered(std::size_t s) {
    std::map<route, std::uint64_t> last;
    for (const auto& m : sides_[s].messages) {
      const std::uint64_t number = number_of(m.payload);
      const route r{m.head.sender.slot, m.head.target.slot};
      BOOST_REQUIRE(number > last[r]); // in order, none twice
      last[r] = number;
      const auto at = accounts_[1 - s].sent.find(number);
      BOOST_REQUIRE((at != accounts_[1 - s].sent.end() && at->second.first == r));
      BOOST_REQUIRE((at->second.second == m.payload));
    }
    BOOST_REQUIRE(!sides_[s].miscounted);
    BOOST_REQUIRE(sides_[s].ends.received() == sides_[s].messages.size());
  }

  std::mt19937_64 random_;
  link_options options_;
  side sides_[2];
  account accounts_[2];
  /// What the transport has taken from each, and not delivered.
  std::vector<std::byte> pipes_[2];
  duration now_{};
};

} // namespace

BOOST_AUTO_TEST_CASE(links_keep_their_promises_in_every_history) {
  const char* asked = std::getenv("ACTORS_SEED");
  const std::uint64_t first = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 1;
  const std::uint64_t last = asked != nullptr ? first : 2000;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) { history(seed).run(); }
  }
}
