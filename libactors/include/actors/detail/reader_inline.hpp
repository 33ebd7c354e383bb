// SPDX-License-Identifier: BSD-3-Clause
//
// How the reader decodes each kind. Neighbours of fixed size share one check of the memory's end.
#pragma once

#include <actors/detail/reader.hpp>
#include <actors/detail/runs.hpp>
#include <actors/detail/unaligned_iterator.hpp>

namespace actors {

namespace detail {

/// One address per type: its identity inside a process.
template <class T>
inline constexpr char identity_of{};

template <class T>
inline constexpr bool is_pointer_wrapper = false;
template <class P>
inline constexpr bool is_pointer_wrapper<cereal::memory_detail::PtrWrapper<P&>> = requires {
  typename P::weak_type;
};
template <class W>
struct wrapped_pointee;
template <class P>
struct wrapped_pointee<cereal::memory_detail::PtrWrapper<P&>> {
  using type = typename P::element_type;
};

} // namespace detail

/// Reads a value of fixed size from bytes known to be there, and returns the place behind it.
template <class T>
inline const std::byte* reader::load(const std::byte* from, T& x) {
  using detail::kind;
  constexpr kind k = detail::kind_of<T>;
  if constexpr (detail::layout_of<T>.bulk) {
    std::memcpy(static_cast<void*>(&x), from, sizeof(T));
    return from + sizeof(T);
  } else if constexpr (k == kind::boolean) {
    if (static_cast<unsigned char>(*from) > 1) [[unlikely]]
      fail("a bool is neither 0 nor 1");
    x = *from != std::byte{0};
    return from + 1;
  } else if constexpr (k == kind::long_double) {
    std::memcpy(&x, from, 10);
    return from + 10;
  } else if constexpr (k == kind::enumeration) {
    std::underlying_type_t<T> value;
    from = load(from, value);
    x = static_cast<T>(value);
    return from;
  } else if constexpr (k == kind::array) {
    for (auto& e : x)
      from = load(from, e);
    return from;
  } else if constexpr (k == kind::duration) {
    typename T::rep count;
    from = load(from, count);
    x = T(count);
    return from;
  } else if constexpr (k == kind::time_point) {
    typename T::duration since;
    from = load(from, since);
    x = T(since);
    return from;
  } else {
    auto each = [this, &from](auto&... m) { (static_cast<void>(from = this->load(from, m)), ...); };
    if constexpr (k == kind::tuple)
      detail::visit_tuple(x, each);
    else
      visit_members(x, each);
    return from;
  }
}

template <class... Ts>
inline void reader::get_all(Ts&... values) {
  using runs = detail::runs<Ts...>;
  [[maybe_unused]] const std::byte* from = nullptr;
  auto one = [this, &from]<std::size_t I>(auto& x, std::integral_constant<std::size_t, I>) {
    if constexpr (runs::starts_at(I))
      from = take(runs::bytes_from(I));
    if constexpr (runs::layouts[I].fixed)
      from = load(from, x);
    else
      get(x);
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (one(values, std::integral_constant<std::size_t, I>{}), ...);
  }
  (std::index_sequence_for<Ts...>{});
}

/// Reads a value whose size depends on it.
template <class T>
void reader::get(T& x) {
  using detail::kind;
  constexpr kind k = detail::kind_of<T>;
  if constexpr (detail::is_size_tag<T>) {
    x.size = read_size(std::exchange(least_element_, 1));
  } else if constexpr (detail::is_binary_data<T>) {
    get_binary(x);
  } else if constexpr (k == kind::text) {
    get_text(x);
  } else if constexpr (k == kind::bits) {
    get_bits(x);
  } else if constexpr (k == kind::array) {
    for (auto& e : x)
      get(e);
  } else if constexpr (k == kind::vector) {
    get_vector(x);
  } else if constexpr (k == kind::sequence) {
    get_sequence(x);
  } else if constexpr (k == kind::set) {
    get_set(x);
  } else if constexpr (k == kind::map) {
    get_map(x);
  } else if constexpr (k == kind::optional) {
    enter();
    detail::level nested(depth_);
    x.reset();
    bool full = false;
    get_all(full);
    if (full) {
      x.emplace();
      get_all(*x);
    }
  } else if constexpr (k == kind::tuple) {
    detail::visit_tuple(x, [this](auto&... e) { this->get_all(e...); });
  } else if constexpr (k == kind::custom) {
    get_custom(x);
  } else if constexpr (k == kind::aggregate) {
    visit_members(x, [this](auto&... m) { this->get_all(m...); });
  } else {
    detail::the_type_can_be_archived<T>::check();
  }
}

template <class T>
void reader::get_text(T& x) {
  using character = typename T::value_type;
  const std::size_t n = read_size(sizeof(character));
  const std::byte* from = take(n * sizeof(character));
  if constexpr (sizeof(character) == 1)
    x.assign(reinterpret_cast<const character*>(from), n);
  else {
    x.resize(n);
    std::memcpy(x.data(), from, n * sizeof(character));
  }
}

template <class T>
void reader::get_vector(T& x) {
  using element = typename T::value_type;
  constexpr detail::layout l = detail::layout_of<element>;
  const std::size_t n = read_size(detail::least_bytes<element>);
  if constexpr (l.bulk && std::is_default_constructible_v<element>) {
    const std::byte* from = take(n * sizeof(element));
    if (n <= x.size()) {
      x.resize(n);
      if (n != 0)
        std::memcpy(static_cast<void*>(x.data()), from, n * sizeof(element));
    } else if (reinterpret_cast<std::uintptr_t>(from) % alignof(element) == 0) {
      const auto* first = reinterpret_cast<const element*>(from); // copied as one block
      x.assign(first, first + n);
    } else {
      const detail::unaligned_iterator<element> first{from};
      x.assign(first, first + static_cast<std::ptrdiff_t>(n));
    }
  } else {
    // Memory grows with the elements that did arrive, not with what a length promises.
    x.clear();
    const std::size_t likely = remaining() / sizeof(element) + 16;
    x.reserve(n < likely ? n : likely);
    get_elements<element>(n, [&x]() -> element& { return x.emplace_back(); });
  }
}

/// Reads `n` elements, each into what `slot()` gives.
template <class T, class Slot>
void reader::get_elements(std::size_t n, Slot slot) {
  constexpr detail::layout l = detail::layout_of<T>;
  if constexpr (l.fixed && l.bytes > 0) {
    const std::byte* from = take(n * l.bytes);
    for (std::size_t i = 0; i < n; ++i)
      from = load(from, slot());
  } else {
    enter();
    detail::level nested(depth_);
    [[maybe_unused]] const std::size_t start = offset();
    for (std::size_t i = 0; i < n; ++i)
      get_all(slot());
    if constexpr (l.bytes == 0)
      skip_padding(start + n);
  }
}

template <class T>
void reader::get_sequence(T& x) {
  using element = typename T::value_type;
  const std::size_t n = read_size(detail::least_bytes<element>);
  x.clear();
  get_elements<element>(
      n, [&x]() -> auto& { return x.emplace_back(); });
}

template <class T>
void reader::get_set(T& x) {
  using key = typename T::key_type;
  const std::size_t n = read_size(detail::least_bytes<key>);
  x.clear();
  key next{};
  bool first = true;
  auto insert = [&] { x.emplace_hint(x.end(), std::move(next)); };
  get_elements<key>(n, [&]() -> key& {
    if (!first)
      insert();
    first = false;
    next = key{};
    return next;
  });
  if (!first)
    insert();
}

template <class T>
void reader::get_map(T& x) {
  using key = typename T::key_type;
  using value = typename T::mapped_type;
  using pair = std::pair<key, value>;
  const std::size_t n = read_size(detail::least_bytes<pair>);
  x.clear();
  enter();
  detail::level nested(depth_);
  const std::size_t start = offset();
  for (std::size_t i = 0; i < n; ++i) {
    key k{};
    value v{};
    get_all(k, v);
    x.emplace_hint(x.end(), std::move(k), std::move(v));
  }
  if constexpr (detail::layout_of<pair>.bytes == 0)
    skip_padding(start + n);
}

template <class T>
void reader::get_bits(T& x) {
  const std::uint64_t n = read_varint();
  if (n / 8 + (n % 8 != 0) > remaining())
    fail("a length is larger than the rest of the bytes");
  const std::byte* from = take(static_cast<std::size_t>(n / 8 + (n % 8 != 0)));
  x.assign(static_cast<std::size_t>(n), false);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = (from[i / 8] >> (i % 8) & std::byte{1}) != std::byte{0};
}

template <class T>
void reader::get_binary(T& data) {
  const auto n = static_cast<std::size_t>(data.size);
  const std::byte* from = take(n);
  if constexpr (detail::is_bool_data<T>)
    for (std::size_t i = 0; i < n; ++i)
      if (static_cast<unsigned char>(from[i]) > 1)
        fail("a bool is neither 0 nor 1");
  if (n != 0)
    std::memcpy(data.data, from, n);
}

template <class T>
void reader::get_custom(T& x) {
  enter();
  detail::level nested(depth_);
  try {
    if constexpr (detail::is_pointer_wrapper<T>) {
      using target = typename detail::wrapped_pointee<T>::type;
      pointee_ = {&detail::identity_of<target>, std::is_default_constructible_v<target>};
      const std::size_t index = shared_pointers();
      call_custom(x);
      complete_shared_pointer(index);
    } else {
      if constexpr (detail::is_named<T>("std::") && requires { typename T::value_type; })
        least_element_ = detail::least_bytes<typename T::value_type>;
      call_custom(x);
    }
  } catch (const archive_error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    fail_in_custom(e);
  }
}

template <class T>
void reader::call_custom(T& x) {
  using way = detail::archive_way<T>;
  using door = typename way::door;
  auto call = [&](auto... version) {
    if constexpr (way::kind == detail::form::whole)
      door::whole(*this, x, version...);
    else if constexpr (way::kind == detail::form::split)
      door::fetch(*this, x, version...);
    else {
      using out = const writer&;
      std::remove_cvref_t<decltype(door::store_minimal(std::declval<out>(), x, version...))>
          value{};
      (*this)(value);
      door::fetch_minimal(*this, x, value, version...);
    }
  };
  if constexpr (way::versioned)
    call(loadClassVersion<T>());
  else
    call();
}

} // namespace actors
