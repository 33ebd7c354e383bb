// SPDX-License-Identifier: BSD-3-Clause
//
// A connection of CAF's BASP broker that looks at what comes in before CAF does. CAF 0.17 believes
// its peers: a header makes it allocate 4 GiB, and nested messages exhaust its stack. BASP on the
// wire, big-endian:
//
//   u8 operation, u16 zero, u8 flags, u32 payload bytes, u64 operation data, u64 source, u64 target
//   payload; of a message: actors it goes to next, u16 zero, text "@<>+type+type...", values
//
//   silent --client handshake--> greeted --header--> payload --payload--> greeted
//     any other or too large: cut
#pragma once

#include <memory>
#include <string>

#include <caf/io/basp/header.hpp>
#include <caf/io/network/scribe_impl.hpp>

#include "gate.hpp"

namespace actors::runtime {

/// Threading: as all connections of CAF, its I/O thread.
class guarded_scribe final : public caf::io::network::scribe_impl {
public:
  guarded_scribe(caf::io::network::default_multiplexer& where, int fd, std::shared_ptr<gate> book);
  ~guarded_scribe() override;

  void configure_read(caf::io::receive_policy::config config) override;
  bool consume(caf::execution_unit* unit, const void* bytes, std::size_t size) override;
  void flush() override;

private:
  /// Empty when the header may pass. May rewrite it in the buffer.
  [[nodiscard]] std::string check_header();
  bool consume_payload(caf::execution_unit* unit, const void* bytes, std::size_t size);
  bool cut(caf::execution_unit* unit, const std::string& why);

  const std::shared_ptr<gate> book_;
  caf::io::basp::header header_{};
  bool greeted_ = false;
  bool awaits_payload_ = false;
  std::string fault_; // found where the connection cannot be cut
};

} // namespace actors::runtime
