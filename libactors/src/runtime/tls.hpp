// SPDX-License-Identifier: BSD-3-Clause
//
// TLS above a connection, over memory: bytes from the network go in, text comes out, and the other way
// round. Certificates on both sides, TLS 1.2 or newer; who dials checks the name of whom it dialled.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <actors/failure.hpp>

struct ssl_ctx_st;
struct ssl_st;
struct bio_st;

namespace actors::runtime {

struct tls_files {
  std::string certificate;
  std::string key;
  /// Who signs the certificates of the cluster.
  std::string authority;
};

/// Threading: any, once made.
class tls_context {
public:
  /// Errors: invalid_argument, with the file and what is wrong with it.
  [[nodiscard]] static expected<std::shared_ptr<const tls_context>> load(const tls_files& files);
  ~tls_context();
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

private:
  friend class tls_channel;
  explicit tls_context(ssl_ctx_st* context) noexcept : context_{context} {}
  ssl_ctx_st* context_;
};

class tls_channel {
public:
  /// `host`: of whom is dialled, to be found in its certificate; empty: this side was dialled.
  tls_channel(std::shared_ptr<const tls_context> context, const std::string& host);
  ~tls_channel();
  tls_channel(const tls_channel&) = delete;
  tls_channel& operator=(const tls_channel&) = delete;

  /// Bytes from the network; text is appended. False: the channel has failed, see `error`.
  [[nodiscard]] bool received(std::span<const std::byte> bytes, std::vector<std::byte>& text);
  /// Text for the other side. Requires: `is_ready`.
  [[nodiscard]] bool write(std::span<const std::byte> text);
  /// What is to go over the network, appended.
  void take_output(std::vector<std::byte>& bytes);
  [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }
  /// Known to both sides and to nobody else; the same for no two channels. Requires: `is_ready`.
  [[nodiscard]] std::string binding() const;
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

private:
  [[nodiscard]] bool shake_hands();
  [[nodiscard]] bool failed(const char* what);

  const std::shared_ptr<const tls_context> context_;
  ssl_st* session_;
  // Owned by the session.
  bio_st* in_;
  bio_st* out_;
  bool is_ready_ = false;
  std::string error_;
};

} // namespace actors::runtime
