// SPDX-License-Identifier: BSD-3-Clause
#include "stream.hpp"

namespace actors::simulation {

void pipe::arrives(nanoseconds_t when, what kind, std::uint64_t end) {
  last_ = std::max(last_, when);
  // What comes together is read together.
  if (has_arrivals() && arrivals_.back().when == last_ && arrivals_.back().kind == what::bytes && kind == what::bytes)
    arrivals_.back().end = end;
  else
    arrivals_.push_back({last_, end, kind});
}

void pipe::break_at(std::uint64_t offset) {
  if (offset >= limit_) return;
  limit_ = std::max(offset, delivered_);
  if (base_ + bytes_.size() > limit_) bytes_.resize(limit_ - base_);
  while (has_arrivals() && (arrivals_.back().end > limit_ || arrivals_.back().kind != what::bytes)) {
    const arrival gone = arrivals_.back();
    arrivals_.pop_back();
    const std::uint64_t begin = has_arrivals() ? arrivals_.back().end : delivered_;
    if (begin >= limit_) continue;
    arrivals_.push_back({gone.when, limit_, what::bytes});
    break;
  }
  if (has_arrivals()) last_ = arrivals_.back().when;
}

std::span<const std::byte> pipe::arrived(nanoseconds_t now, what& how) {
  how = what::bytes;
  std::uint64_t end = delivered_;
  while (has_arrivals() && next() <= now && how == what::bytes) {
    end = arrivals_[first_].end;
    how = arrivals_[first_++].kind;
  }
  if (!has_arrivals()) {
    arrivals_.clear();
    first_ = 0;
  }
  return {bytes_.data() + (delivered_ - base_), end - delivered_};
}

void pipe::done(std::span<const std::byte> with) {
  constexpr std::size_t worth_moving = 64 << 10;
  delivered_ += with.size();
  const std::size_t past = delivered_ - base_;
  if (past == bytes_.size())
    bytes_.clear();
  else if (past >= worth_moving)
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(past));
  else
    return;
  base_ = delivered_;
}

} // namespace actors::simulation
