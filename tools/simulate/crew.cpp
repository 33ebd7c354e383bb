// SPDX-License-Identifier: BSD-3-Clause
#include "crew.hpp"

#include <algorithm>

#include <actors/reliable.hpp>
#include <fmt/format.h>

namespace simulate {

namespace {

constexpr std::size_t most_children = 4;
constexpr std::size_t burst = 30;
constexpr std::size_t letters_at_once = 6;
constexpr std::uint64_t names = 5;
constexpr std::size_t large = (1 << 20) + 4096;

} // namespace

bearer::bearer(std::string name) : crew_member{nobody}, name_{std::move(name)} { send_after(duration{1}, claim{}); }

actors::task<> bearer::on(claim) {
  book::current().name_wanted(name_);
  const auto got = co_await claim_name(name_, 5s);
  if (!got) {
    book::current().name_wanted(name_);
    stop();
    co_return;
  }
  book::current().name_given(name_, me());
  send_after(duration{static_cast<std::int64_t>(book::current().random().below(20'000'000'000))}, knock{});
}

void talker::again() {
  const auto half = static_cast<std::uint64_t>(temper_.pause.count());
  send_after(duration{static_cast<std::int64_t>(half / 2 + book::current().random().below(half))}, act{});
}

void talker::on(act) {
  again();
  const auto what = book::current().random().below(18);
  if (what < 6) return tell_somebody();
  if (what < 7) return tell_much();
  if (what < 11) return ask_somebody();
  if (what < 13) return watch_somebody();
  if (what < 14) return bear();
  if (what < 15) return stop_child();
  if (what == 16) return write_to_somebody();
  if (what == 17) return have_named();
  if (temper_.has_entities) use_entity();
}

void talker::tell(person to, std::string text) {
  book& b = book::current();
  // All of them take notes.
  actors::ref<pebble>{b.id_of(to)}.tell(note{me(), b.tell(me(), to), std::move(text)});
}

void talker::tell_somebody() {
  const person to = book::current().somebody();
  if (to != nobody) tell(to);
}

void talker::tell_much() {
  book& b = book::current();
  const person to = b.somebody();
  if (to == nobody) return;
  const auto count = b.random().below(burst);
  for (std::size_t k = 0; k < count; ++k) {
    const bool is_large = temper_.has_large && b.random().one_in(16);
    tell(to, std::string(is_large ? large : b.random().below(200), 'x'));
  }
}

void talker::write_to_somebody() {
  book& b = book::current();
  const person to = b.somebody();
  if (to == nobody) return;
  const auto count = 1 + b.random().below(letters_at_once);
  for (std::size_t k = 0; k < count; ++k)
    actors::tell_reliably(actors::ref<pebble>{b.id_of(to)}, letter{me(), b.write(me(), to), std::string(b.random().below(100), 'x')});
}

void talker::have_named() {
  book& b = book::current();
  if (b.are_names_quiet()) return;
  spawn<bearer>(fmt::format("name-{}", b.random().below(names)));
}

void talker::ask_somebody() {
  book& b = book::current();
  const person to = b.somebody();
  if (to == nobody) return;
  const duration timeout = 50ms + duration{static_cast<std::int64_t>(b.random().below(3'000'000'000))};
  const std::uint64_t number = b.ask(me(), timeout);
  const auto how = b.random().one_in(3) ? manner::later : manner::at_once;
  ask(actors::ref<pebble>{b.id_of(to)}, question{number, how}, timeout).then([this, number](actors::expected<answer> got) {
    book::current().outcome(me(), number, got ? got->number : 0);
  });
}

void talker::watch_somebody() {
  book& b = book::current();
  const person whom = b.somebody();
  if (whom == nobody || whom == me() || !b.watch(me(), whom)) return;
  watched_[b.id_of(whom)] = whom;
  watch(actors::any_ref{b.id_of(whom)});
}

void talker::on(const actors::down& d) {
  const auto at = watched_.find(d.who);
  if (at == watched_.end()) return book::current().error("watches", "an end that nobody watched for");
  book::current().down(me(), at->second);
}

void talker::bear() {
  book& b = book::current();
  if (children_.size() == most_children) return stop_child();
  const std::string where = fmt::format("node-{}", b.random().below(b.sim().size()));
  const auto options = b.random().one_in(2) ? actors::anywhere.placed(actors::placement::on(where))
                                            : actors::anywhere.placed(actors::placement::round_robin);
  if (const auto child = spawn<pebble>(options, me())) children_.push_back(child);
}

void talker::stop_child() {
  if (children_.empty()) return;
  const auto child = children_.back();
  children_.pop_back();
  if (book::current().random().one_in(2))
    stop(child);
  else
    child.tell(knock{});
}

void talker::use_entity() {
  book& b = book::current();

  const auto key = fmt::format("key-{}", b.random().below(6));
  const auto keeper_ref = actors::detail::entity_of<keeper>(actors::detail::current_shard->owner(), key);
  if (b.random().one_in(4)) {
    keeper_ref.tell(knock{});
    return;
  }
  const duration timeout = 1s;
  const std::uint64_t number = b.ask(me(), timeout);
  ask(keeper_ref, question{number, manner::at_once}, timeout).then([this, number](actors::expected<answer> got) {
    book::current().outcome(me(), number, got ? got->number : 0);
  });
}

} // namespace simulate
