// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace actors::supervision::detail {

/// A map whose keys only ever grow, as those of children do: a sorted vector of pointers, with holes
/// where entries have been removed, closed when they are the greater part. While there have been none, a
/// key is found where it must be; a `std::map` took 17 cache misses for each of 100,000 children.
/// Pointers to entries stay valid until these are removed; iterators until anything is removed.
template <class Value>
class child_map {
public:
  using key_type = std::uint64_t;
  using entry = std::pair<const key_type, Value>;

  template <class Entry, class Inner>
  class basic_iterator {
  public:
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = entry;
    using difference_type = std::ptrdiff_t;
    using pointer = Entry*;
    using reference = Entry&;

    basic_iterator() = default;
    basic_iterator(Inner at, Inner end) : at_{at}, end_{end} { skip_holes(); }
    template <class E, class I>
    basic_iterator(const basic_iterator<E, I>& other) : at_{other.at_}, end_{other.end_} {}

    reference operator*() const { return *at_->second; }
    pointer operator->() const { return at_->second.get(); }
    basic_iterator& operator++() {
      ++at_;
      skip_holes();
      return *this;
    }
    basic_iterator operator++(int) { return std::exchange(*this, std::next(*this)); }
    basic_iterator& operator--() {
      do --at_;
      while (at_->second == nullptr);
      return *this;
    }
    basic_iterator operator--(int) { return std::exchange(*this, std::prev(*this)); }
    friend bool operator==(const basic_iterator& a, const basic_iterator& b) { return a.at_ == b.at_; }

  private:
    template <class, class>
    friend class basic_iterator;
    friend class child_map;
    void skip_holes() {
      while (at_ != end_ && at_->second == nullptr) ++at_;
    }
    Inner at_{}, end_{};
  };

private:
  using slots = std::vector<std::pair<key_type, std::unique_ptr<entry>>>;

public:
  using iterator = basic_iterator<entry, typename slots::iterator>;
  using const_iterator = basic_iterator<const entry, typename slots::const_iterator>;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] iterator begin() { return {slots_.begin(), slots_.end()}; }
  [[nodiscard]] iterator end() { return {slots_.end(), slots_.end()}; }
  [[nodiscard]] const_iterator begin() const { return {slots_.begin(), slots_.end()}; }
  [[nodiscard]] const_iterator end() const { return {slots_.end(), slots_.end()}; }

  [[nodiscard]] iterator find(key_type key) { return found(*this, key); }
  [[nodiscard]] const_iterator find(key_type key) const { return found(*this, key); }
  [[nodiscard]] bool contains(key_type key) const { return find(key) != end(); }
  [[nodiscard]] const Value& at(key_type key) const {
    const auto here = find(key);
    if (here == end()) throw std::out_of_range{"no child of this key"};
    return here->second;
  }
  [[nodiscard]] iterator lower_bound(key_type key) { return {slots_.begin() + index(key), slots_.end()}; }

  void reserve(std::size_t n) { slots_.reserve(n); }
  /// Requires: `key` is greater than all before it.
  entry& append(key_type key, Value value) {
    slots_.emplace_back(key, std::make_unique<entry>(key, std::move(value)));
    ++size_;
    return *slots_.back().second;
  }
  void erase(iterator at) {
    at.at_->second.reset();
    --size_;
    while (!slots_.empty() && slots_.back().second == nullptr) slots_.pop_back();
    if (slots_.size() > 64 && size_ < slots_.size() / 2)
      std::erase_if(slots_, [](const auto& s) { return s.second == nullptr; });
  }

private:
  /// Of the first slot whose key is not less.
  [[nodiscard]] std::ptrdiff_t index(key_type key) const {
    if (slots_.empty() || key <= slots_.front().first) return 0;
    // Keys differ, so it cannot lie behind its distance from the first.
    const auto last = std::min<std::size_t>(key - slots_.front().first, slots_.size());
    if (last < slots_.size() && slots_[last].first == key) return static_cast<std::ptrdiff_t>(last);
    const auto end = slots_.begin() + static_cast<std::ptrdiff_t>(last);
    return std::lower_bound(slots_.begin(), end, key, [](const auto& s, key_type k) { return s.first < k; }) -
           slots_.begin();
  }
  template <class Self>
  static auto found(Self& self, key_type key) -> decltype(self.begin()) {
    const auto at = self.slots_.begin() + self.index(key);
    if (at == self.slots_.end() || at->first != key || at->second == nullptr) return self.end();
    return {at, self.slots_.end()};
  }

  slots slots_;
  std::size_t size_ = 0;
};

} // namespace actors::supervision::detail
