// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <map>
#include <span>

#include <actors/detail/group_core.hpp>
#include <actors/detail/spin_lock.hpp>

namespace actors::detail {

namespace {

struct fold_table {
  spin_lock lock; // guards the rest; looked up once a far contribution
  std::map<std::string, fold_type, std::less<>> folds;
};

fold_table& table() {
  static fold_table t;
  return t;
}

std::vector<std::byte> saved(const fold_type* fold, const void* value) {
  if (fold == nullptr || value == nullptr) return {};
  buffer bytes;
  {
    writer out{bytes};
    fold->save(value, out);
  }
  return {bytes.data(), bytes.data() + bytes.size()};
}

std::shared_ptr<void> loaded(const fold_type* fold, std::span<const std::byte> bytes) {
  if (fold == nullptr || bytes.empty()) return nullptr;
  reader in{bytes};
  return fold->load(in);
}

} // namespace

const fold_type& add_fold(fold_type f) {
  fold_table& t = table();
  spin_guard guard{t.lock};
  std::string name = f.name;
  return t.folds.try_emplace(std::move(name), std::move(f)).first->second;
}

const fold_type* find_fold(std::string_view name) {
  fold_table& t = table();
  spin_guard guard{t.lock};
  const auto at = t.folds.find(name);
  return at == t.folds.end() ? nullptr : &at->second;
}

// -- where members meet -----------------------------------------------------------------------------------

void collective_agent::waiting::answer(const expected<combined>& result, const fold_type* fold) const {
  if (!result) {
    near.fail(result.error());
    far.fail(result.error());
    return;
  }
  near.set(*result);
  if (far) far.set(far_combined{saved(fold, result->value.get())});
}

promise<combined> collective_agent::on(contribution part) {
  auto answer = make_promise<combined>();
  add({std::move(part), answer, {}});
  return answer;
}

promise<far_combined> collective_agent::on(const far_contribution& part) {
  auto answer = make_promise<far_combined>();
  const fold_type* fold = part.fold.empty() ? nullptr : find_fold(part.fold);
  if (fold == nullptr && !part.fold.empty()) {
    answer.fail({errc::unhandled, self().id(), "this node's program does not fold such values", part.fold});
    return answer;
  }
  add({{part.index, loaded(fold, part.value), fold}, {}, answer});
  return answer;
}

void collective_agent::add(waiting w) {
  // One that comes again has given up its first try.
  auto again = std::find_if(parts_.begin(), parts_.end(), [&](auto& p) { return p.part.index == w.part.index; });
  if (again != parts_.end()) {
    const failure given_up{errc::cancelled, self().id(), "this member has come again", std::to_string(w.part.index)};
    again->answer(tl::make_unexpected(given_up), nullptr);
    *again = std::move(w);
    return;
  }
  parts_.push_back(std::move(w));
  if (parts_.size() == expected_) complete();
}

void collective_agent::complete() {
  // In the order of the members, whatever the order of arrival.
  std::sort(parts_.begin(), parts_.end(), [](const auto& a, const auto& b) { return a.part.index < b.part.index; });
  contribution sum = parts_.front().part;
  for (std::size_t k = 1; k < parts_.size(); ++k)
    if (sum.fold != nullptr) sum.fold->combine(sum.value.get(), parts_[k].part.value.get());
  auto all = std::exchange(parts_, {});
  if (up_) {
    send_up(std::move(sum), std::move(all));
    return;
  }
  for (const waiting& w : all) w.answer(combined{sum.value}, sum.fold);
}

void collective_agent::send_up(contribution sum, std::vector<waiting> all) {
  const fold_type* fold = sum.fold;
  // The members' own asks carry the time limit.
  constexpr auto limit = std::chrono::hours{24};
  if (up_.id().node() == self().id().node()) {
    ask(up_, std::move(sum), limit).then([all = std::move(all), fold](expected<combined> result) {
      for (const waiting& w : all) w.answer(result, fold);
    });
    return;
  }
  if (fold != nullptr && fold->save == nullptr) {
    const failure stays{errc::not_serializable, self().id(), "such values cannot be archived", fold->name};
    for (const waiting& w : all) w.answer(tl::make_unexpected(stays), fold);
    return;
  }
  far_contribution far{sum.index, fold == nullptr ? std::string{} : fold->name, saved(fold, sum.value.get())};
  ask(up_, std::move(far), limit).then([all = std::move(all), fold](expected<far_combined> result) {
    expected<combined> here = tl::make_unexpected(failure{});
    if (result)
      here = combined{loaded(fold, result->value)};
    else
      here = tl::make_unexpected(result.error());
    for (const waiting& w : all) w.answer(here, fold);
  });
}

void collective_agent::on(const outlive& these) {
  outlived_ = these.others.size();
  for (const actor_id& each : these.others) watch(any_ref{each});
}

void collective_agent::on(const down&) {
  if (--outlived_ == 0) stop();
}

} // namespace actors::detail
