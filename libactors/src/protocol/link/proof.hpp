// SPDX-License-Identifier: BSD-3-Clause
//
// The few things that need a cryptographer, made by OpenSSL's libcrypto.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

namespace actors::protocol {

inline constexpr std::size_t proof_bytes = 32;
/// A proof, a nonce or a digest.
using bytes32 = std::array<std::byte, proof_bytes>;

[[nodiscard]] bytes32 sha256(std::span<const std::byte> bytes);

/// HMAC-SHA256 of the parts, each with its length before it, so that bytes cannot be moved from one
/// part to the next. Errors: std::runtime_error when libcrypto cannot do it.
[[nodiscard]] bytes32 prove(std::string_view secret,
                            std::initializer_list<std::span<const std::byte>> parts);

/// Takes the same time wherever they differ.
[[nodiscard]] bool is_same(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;

} // namespace actors::protocol
