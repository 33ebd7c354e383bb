// SPDX-License-Identifier: BSD-3-Clause
#include "proof.hpp"

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace actors::protocol {

namespace {

unsigned char* raw(std::byte* bytes) noexcept { return reinterpret_cast<unsigned char*>(bytes); }

void append(std::vector<std::byte>& all, std::span<const std::byte> part) {
  const std::uint64_t length = part.size();
  const auto* bytes = reinterpret_cast<const std::byte*>(&length);
  all.insert(all.end(), bytes, bytes + sizeof length);
  all.insert(all.end(), part.begin(), part.end());
}

} // namespace

bytes32 sha256(std::span<const std::byte> bytes) {
  bytes32 digest;
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), raw(digest.data()), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error{"libcrypto cannot compute SHA-256"};
  return digest;
}

bytes32 prove(std::string_view secret, std::initializer_list<std::span<const std::byte>> parts) {
  std::vector<std::byte> all;
  for (const auto part : parts)
    append(all, part);
  bytes32 proof;
  unsigned size = 0;
  // A null key would mean the key of the call before; an empty one is not null.
  const char* key = secret.empty() ? "" : secret.data();
  if (HMAC(EVP_sha256(), key, static_cast<int>(secret.size()), raw(all.data()), all.size(),
           raw(proof.data()), &size) == nullptr)
    throw std::runtime_error{"libcrypto cannot compute HMAC-SHA256"};
  return proof;
}

bool is_same(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace actors::protocol
