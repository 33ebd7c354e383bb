// SPDX-License-Identifier: BSD-3-Clause
//
// How the writer encodes each kind. Neighbours of fixed size share one check of the memory's end.
#pragma once

#include <actors/detail/runs.hpp>
#include <actors/detail/writer.hpp>

namespace actors {

/// Writes a value of fixed size and returns the place behind it.
template <class T>
inline std::byte* writer::store(std::byte* to, const T& x) {
  using detail::kind;
  constexpr kind k = detail::kind_of<T>;
  if constexpr (detail::layout_of<T>.bulk) {
    std::memcpy(to, &x, sizeof(T));
    return to + sizeof(T);
  } else if constexpr (k == kind::boolean) {
    *to = static_cast<std::byte>(x);
    return to + 1;
  } else if constexpr (k == kind::long_double) {
    std::memcpy(to, &x, 10);
    return to + 10;
  } else if constexpr (k == kind::enumeration) {
    return store(to, static_cast<std::underlying_type_t<T>>(x));
  } else if constexpr (k == kind::array) {
    for (const auto& e : x)
      to = store(to, e);
    return to;
  } else if constexpr (k == kind::duration) {
    return store(to, x.count());
  } else if constexpr (k == kind::time_point) {
    return store(to, x.time_since_epoch());
  } else {
    auto each = [&to](const auto&... m) { (static_cast<void>(to = store(to, m)), ...); };
    if constexpr (k == kind::tuple)
      detail::visit_tuple(x, each);
    else
      visit_members(x, each);
    return to;
  }
}

template <class... Ts>
inline void writer::put_all(const Ts&... values) {
  using runs = detail::runs<Ts...>;
  [[maybe_unused]] std::byte* to = nullptr;
  auto one = [this, &to]<std::size_t I>(const auto& x, std::integral_constant<std::size_t, I>) {
    if constexpr (runs::starts_at(I))
      to = claim(runs::bytes_from(I));
    if constexpr (runs::layouts[I].fixed)
      to = store(to, x);
    else
      put(x);
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (one(values, std::integral_constant<std::size_t, I>{}), ...);
  }
  (std::index_sequence_for<Ts...>{});
}

/// Writes a value whose size depends on it.
template <class T>
void writer::put(const T& x) {
  using detail::kind;
  constexpr kind k = detail::kind_of<T>;
  if constexpr (detail::is_size_tag<T>) {
    write_size(x.size);
  } else if constexpr (detail::is_binary_data<T>) {
    write({static_cast<const std::byte*>(x.data), static_cast<std::size_t>(x.size)});
  } else if constexpr (k == kind::text) {
    put_text(x.data(), x.size() * sizeof(x[0]), x.size());
  } else if constexpr (k == kind::bits) {
    put_bits(x);
  } else if constexpr (k == kind::array) {
    for (const auto& e : x)
      put(e);
  } else if constexpr (k == kind::vector || k == kind::sequence || k == kind::set ||
                       k == kind::map) {
    write_size(x.size());
    put_elements(x, x.size());
  } else if constexpr (k == kind::optional) {
    enter();
    detail::level nested(depth_);
    put_all(x.has_value());
    if (x.has_value())
      put_all(*x);
  } else if constexpr (k == kind::tuple) {
    detail::visit_tuple(x, [this](const auto&... e) { this->put_all(e...); });
  } else if constexpr (k == kind::custom) {
    put_custom(x);
  } else if constexpr (k == kind::aggregate) {
    visit_members(x, [this](const auto&... m) { this->put_all(m...); });
  } else {
    detail::the_type_can_be_archived<T>::check();
  }
}

template <class T>
void writer::put_elements(const T& range, std::size_t n) {
  using element = std::remove_cvref_t<decltype(*range.begin())>;
  constexpr detail::layout l = detail::layout_of<element>;
  if constexpr (l.bulk && detail::kind_of<T> == detail::kind::vector) {
    write(std::as_bytes(std::span(range)));
  } else if constexpr (l.fixed) {
    std::byte* to = claim(n * l.bytes);
    for (const auto& e : range)
      to = store(to, e);
  } else {
    enter();
    detail::level nested(depth_);
    [[maybe_unused]] const std::size_t start = size();
    for (const auto& e : range)
      put(e);
    if constexpr (l.bytes == 0)
      pad(start + n);
  }
  if constexpr (l.fixed && l.bytes == 0)
    pad(size() + n);
}

template <class T>
void writer::put_bits(const T& bits) {
  write_size(bits.size());
  const std::size_t bytes = (bits.size() + 7) / 8;
  std::byte* to = claim(bytes);
  if (bytes != 0)
    std::memset(to, 0, bytes);
  for (std::size_t i = 0; i < bits.size(); ++i)
    to[i / 8] |= static_cast<std::byte>(bits[i] << (i % 8));
}

template <class T>
void writer::put_custom(const T& x) {
  using way = detail::archive_way<T>;
  using door = typename way::door;
  enter();
  detail::level nested(depth_);
  T& value = const_cast<T&>(x); // as cereal does: serialize serves both directions
  auto call = [&](auto... version) {
    if constexpr (way::kind == detail::form::whole)
      door::whole(*this, value, version...);
    else if constexpr (way::kind == detail::form::split)
      door::store(*this, x, version...);
    else
      (*this)(door::store_minimal(*this, x, version...));
  };
  if constexpr (way::versioned)
    call(registerClassVersion<T>());
  else
    call();
}

} // namespace actors
