// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <openssl/types.h>

#include "../temporary_folder.hpp"

/// Signs certificates for a test; its files lie in a folder of its own.
class certificate_authority {
public:
  struct files {
    std::string certificate, key;
  };

  explicit certificate_authority(const std::string& name);
  ~certificate_authority();
  certificate_authority(const certificate_authority&) = delete;
  certificate_authority& operator=(const certificate_authority&) = delete;

  /// Its own certificate.
  [[nodiscard]] const std::string& file() const { return file_; }
  /// For both sides of a connection. `subject`: of whom, as in `IP:127.0.0.1` or `DNS:host`.
  [[nodiscard]] files issue(const std::string& name, const std::string& subject = "IP:127.0.0.1");

private:
  [[nodiscard]] X509* signed_by(X509* issuer, EVP_PKEY* issuer_key, EVP_PKEY* key, const std::string& name,
                                const char* extension, const std::string& value);

  temporary_folder folder_;
  EVP_PKEY* key_;
  X509* certificate_;
  long serial_ = 1;
  std::string file_;
};
