// SPDX-License-Identifier: BSD-3-Clause
#include "tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <new>

namespace actors::runtime {

namespace {

std::string last_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* text = ERR_reason_error_string(code);
  return text != nullptr ? text : "error " + std::to_string(code);
}

unexpected<failure> bad_file(const char* option, const std::string& file) {
  return fail(errc::invalid_argument, std::string{option} + " " + file + ": " + last_error(), file);
}

bool is_number(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> any{};
  return inet_pton(AF_INET, host.c_str(), any.data()) == 1 || inet_pton(AF_INET6, host.c_str(), any.data()) == 1;
}

} // namespace

expected<std::shared_ptr<const tls_context>> tls_context::load(const tls_files& files) {
  SSL_CTX* context = SSL_CTX_new(TLS_method());
  if (context == nullptr) return fail(errc::invalid_argument, "TLS cannot be set up: " + last_error());
  const std::shared_ptr<const tls_context> owner{new tls_context{context}};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // What resuming saves is not worth tickets that live on.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return bad_file("--tls-cert", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return bad_file("--tls-key", files.key);
  if (SSL_CTX_check_private_key(context) != 1) return bad_file("--tls-key", files.key);
  if (SSL_CTX_load_verify_file(context, files.authority.c_str()) != 1) return bad_file("--tls-ca", files.authority);
  return owner;
}

tls_context::~tls_context() { SSL_CTX_free(context_); }

tls_channel::tls_channel(std::shared_ptr<const tls_context> context, const std::string& host)
    : context_{std::move(context)}, session_{SSL_new(context_->context_)}, in_{BIO_new(BIO_s_mem())},
      out_{BIO_new(BIO_s_mem())} {
  if (session_ == nullptr || in_ == nullptr || out_ == nullptr) throw std::bad_alloc{};
  SSL_set_bio(session_, in_, out_);
  if (host.empty()) {
    SSL_set_accept_state(session_);
    return;
  }
  SSL_set_connect_state(session_);
  if (is_number(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_), host.c_str());
  } else {
    SSL_set1_host(session_, host.c_str());
    SSL_set_tlsext_host_name(session_, host.c_str());
  }
  (void)shake_hands();
}

tls_channel::~tls_channel() { SSL_free(session_); }

bool tls_channel::failed(const char* what) {
  const long verdict = SSL_get_verify_result(session_);
  error_ = std::string{what} + ": " + (verdict != X509_V_OK ? X509_verify_cert_error_string(verdict) : last_error());
  ERR_clear_error();
  return false;
}

bool tls_channel::shake_hands() {
  const int result = SSL_do_handshake(session_);
  if (result == 1) {
    is_ready_ = true;
    return true;
  }
  const int why = SSL_get_error(session_, result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE || failed("TLS handshake");
}

bool tls_channel::received(std::span<const std::byte> bytes, std::vector<std::byte>& text) {
  if (!bytes.empty() && BIO_write(in_, bytes.data(), static_cast<int>(bytes.size())) != static_cast<int>(bytes.size()))
    return failed("TLS");
  if (!is_ready_ && (!shake_hands() || !is_ready_)) return error_.empty();
  for (;;) {
    const std::size_t before = text.size();
    constexpr std::size_t step = 16384;
    text.resize(before + step);
    std::size_t n = 0;
    const int result = SSL_read_ex(session_, text.data() + before, step, &n);
    text.resize(before + n);
    if (result == 1) continue;
    const int why = SSL_get_error(session_, result);
    if (why == SSL_ERROR_WANT_READ) return true;
    return failed(why == SSL_ERROR_ZERO_RETURN ? "TLS ended" : "TLS");
  }
}

bool tls_channel::write(std::span<const std::byte> text) {
  std::size_t n = 0;
  return text.empty() || SSL_write_ex(session_, text.data(), text.size(), &n) == 1 || failed("TLS");
}

void tls_channel::take_output(std::vector<std::byte>& bytes) {
  const std::size_t waiting = BIO_ctrl_pending(out_);
  const std::size_t before = bytes.size();
  bytes.resize(before + waiting);
  if (waiting != 0) BIO_read(out_, bytes.data() + before, static_cast<int>(waiting));
}

std::string tls_channel::binding() const {
  std::string key(32, '\0');
  static constexpr char label[] = "EXPORTER-libactors-link";
  if (SSL_export_keying_material(session_, reinterpret_cast<unsigned char*>(key.data()), key.size(), label,
                                 sizeof label - 1, nullptr, 0, 0) != 1)
    throw std::bad_alloc{};
  return key;
}

} // namespace actors::runtime
