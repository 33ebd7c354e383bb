// SPDX-License-Identifier: BSD-3-Clause
//
// The members of an aggregate as references, by structured bindings: one case per number of
// members. C++20 has no binding pack, so the cases are spelled out; the table is regular and
// complete up to 32.
#pragma once

#include <cstddef>

namespace actors::detail {

/// Members an aggregate may have to be read without code of its own.
inline constexpr std::size_t max_members = 32;

/// Calls `f` with all `N` members of an aggregate and returns what it returns.
template <std::size_t N>
struct binding;

template <>
struct binding<0> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T&, F&& f) {
    return f();
  }
};

template <>
struct binding<1> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0] = x;
    return f(m0);
  }
};

template <>
struct binding<2> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1] = x;
    return f(m0, m1);
  }
};

template <>
struct binding<3> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2] = x;
    return f(m0, m1, m2);
  }
};

template <>
struct binding<4> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3] = x;
    return f(m0, m1, m2, m3);
  }
};

template <>
struct binding<5> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4] = x;
    return f(m0, m1, m2, m3, m4);
  }
};

template <>
struct binding<6> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5] = x;
    return f(m0, m1, m2, m3, m4, m5);
  }
};

template <>
struct binding<7> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6] = x;
    return f(m0, m1, m2, m3, m4, m5, m6);
  }
};

template <>
struct binding<8> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7);
  }
};

template <>
struct binding<9> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8);
  }
};

template <>
struct binding<10> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9);
  }
};

template <>
struct binding<11> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10);
  }
};

template <>
struct binding<12> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11);
  }
};

template <>
struct binding<13> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12);
  }
};

template <>
struct binding<14> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13);
  }
};

template <>
struct binding<15> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14);
  }
};

template <>
struct binding<16> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15);
  }
};

template <>
struct binding<17> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16);
  }
};

template <>
struct binding<18> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17);
  }
};

template <>
struct binding<19> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18);
  }
};

template <>
struct binding<20> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
           m19] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19);
  }
};

template <>
struct binding<21> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20);
  }
};

template <>
struct binding<22> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21);
  }
};

template <>
struct binding<23> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22);
  }
};

template <>
struct binding<24> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23);
  }
};

template <>
struct binding<25> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23, m24);
  }
};

template <>
struct binding<26> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23, m24, m25);
  }
};

template <>
struct binding<27> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23, m24, m25, m26);
  }
};

template <>
struct binding<28> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23, m24, m25, m26, m27);
  }
};

template <>
struct binding<29> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27, m28] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23, m24, m25, m26, m27, m28);
  }
};

template <>
struct binding<30> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27, m28, m29] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29);
  }
};

template <>
struct binding<31> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30);
  }
};

template <>
struct binding<32> {
  template <class T, class F>
  static constexpr decltype(auto) visit(T& x, F&& f) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31] = x;
    return f(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
             m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31);
  }
};

} // namespace actors::detail
