// SPDX-License-Identifier: BSD-3-Clause
#include "certificates.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace {

constexpr long one_day = 86'400;

EVP_PKEY* new_key() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  if (key == nullptr) throw std::runtime_error{"OpenSSL makes no key"};
  return key;
}

template <class Write>
void write_file(const std::string& path, Write write) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "w"), std::fclose};
  if (file == nullptr || write(file.get()) != 1) throw std::runtime_error{"cannot write " + path};
}

void write_certificate(const std::string& path, X509* certificate) {
  write_file(path, [&](std::FILE* to) { return PEM_write_X509(to, certificate); });
}

} // namespace

certificate_authority::certificate_authority(const std::string& name)
    : key_{new_key()}, certificate_{signed_by(nullptr, key_, key_, name, "basicConstraints", "critical,CA:TRUE")},
      file_{folder_ / "ca.pem"} {
  write_certificate(file_, certificate_);
}

certificate_authority::~certificate_authority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

X509* certificate_authority::signed_by(X509* issuer, EVP_PKEY* issuer_key, EVP_PKEY* key, const std::string& name,
                                       const char* extension, const std::string& value) {
  X509* made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial_++);
  X509_gmtime_adj(X509_getm_notBefore(made), -one_day);
  X509_gmtime_adj(X509_getm_notAfter(made), one_day);
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(issuer != nullptr ? issuer : made));
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer != nullptr ? issuer : made, made, nullptr, nullptr, 0);
  X509_EXTENSION* added = X509V3_EXT_conf(nullptr, &context, extension, value.c_str());
  X509_add_ext(made, added, -1);
  X509_EXTENSION_free(added);
  if (X509_sign(made, issuer_key, EVP_sha256()) == 0) throw std::runtime_error{"OpenSSL does not sign"};
  return made;
}

certificate_authority::files certificate_authority::issue(const std::string& name, const std::string& subject) {
  files out{folder_ / (name + ".pem").c_str(), folder_ / (name + ".key").c_str()};
  EVP_PKEY* key = new_key();
  X509* certificate = signed_by(certificate_, key_, key, name, "subjectAltName", subject);
  write_certificate(out.certificate, certificate);
  write_file(out.key, [&](std::FILE* to) { return PEM_write_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr); });
  X509_free(certificate);
  EVP_PKEY_free(key);
  return out;
}
