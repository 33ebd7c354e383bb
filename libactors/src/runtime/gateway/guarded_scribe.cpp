// SPDX-License-Identifier: BSD-3-Clause
#include "guarded_scribe.hpp"

#include <algorithm>
#include <utility>

#include <sys/socket.h>

#include <caf/binary_deserializer.hpp>
#include <caf/io/network/default_multiplexer.hpp>

#include <actors/detail/caf_face.hpp>

#include "basp_payload.hpp"

namespace actors::runtime {

namespace basp = caf::io::basp;

namespace {

/// Handshakes, monitors and ends are short; an end carries an error, which may nest.
constexpr std::size_t largest_signal = 16 << 10;

bool is_message(const basp::header& header) {
  return header.operation == basp::message_type::direct_message ||
         header.operation == basp::message_type::routed_message;
}

} // namespace

guarded_scribe::guarded_scribe(caf::io::network::default_multiplexer& where, int fd,
                               std::shared_ptr<gate> book)
    : scribe_impl{where, fd}, book_{std::move(book)} {}

guarded_scribe::~guarded_scribe() { book_->left(stream_.fd()); }

void guarded_scribe::configure_read(caf::io::receive_policy::config config) {
  const std::size_t payload = awaits_payload_ ? config.second : 0;
  if (!book_->expects(stream_.fd(), payload))
    fault_ =
        "too much is on its way already, " + std::to_string(payload) + " bytes more are announced";
  else
    scribe_impl::configure_read(config);
}

bool guarded_scribe::consume(caf::execution_unit* unit, const void* bytes, std::size_t size) {
  if (detached())
    return false;
  if (std::exchange(awaits_payload_, false))
    return consume_payload(unit, bytes, size);
  if (size != basp::header_size)
    return cut(unit, "a torn header");
  if (auto why = check_header(); !why.empty())
    return cut(unit, why);
  awaits_payload_ = header_.payload_len != 0;
  const bool more = scribe_impl::consume(unit, bytes, size);
  return fault_.empty() ? more : cut(unit, fault_);
}

std::string guarded_scribe::check_header() {
  auto& in = rd_buf();
  caf::binary_deserializer from{&stream_.backend(), in.data(), basp::header_size};
  if (from(header_) || !basp::valid(header_))
    return "no header of CAF 0.17";
  if (!greeted_ && header_.operation != basp::message_type::client_handshake)
    return "it does not begin with a handshake of CAF 0.17";
  const std::size_t limit = is_message(header_) ? book_->limits().message : largest_signal;
  if (header_.payload_len > limit)
    return "a message of " + std::to_string(header_.payload_len) + " bytes, expected at most " +
           std::to_string(limit);
  // Names belong to services of CAF that nobody published: nobody has this one.
  if (is_message(header_) && header_.has(basp::header::named_receiver_flag))
    std::fill_n(in.begin() + basp::header_size - sizeof(caf::actor_id), sizeof(caf::actor_id),
                '\xff');
  return {};
}

bool guarded_scribe::consume_payload(caf::execution_unit* unit, const void* bytes,
                                     std::size_t size) {
  if (size != header_.payload_len)
    return cut(unit, "a torn message");
  if (!std::exchange(greeted_, true))
    book_->greeted(stream_.fd());
  std::string types;
  if (is_message(header_)) {
    types = types_in(rd_buf(), header_, *unit);
    // Nothing that can be decoded begins with zeros.
    if (!may_be_decoded(types, size))
      std::ranges::fill(rd_buf(), '\0');
  }
  detail::caf_face::arriving(&types);
  const bool more = scribe_impl::consume(unit, bytes, size);
  detail::caf_face::arriving(nullptr);
  return fault_.empty() ? more : cut(unit, fault_);
}

void guarded_scribe::flush() {
  if (wr_buf().size() <= book_->limits().unsent) {
    scribe_impl::flush();
    return;
  }
  book_->refused(stream_.fd(), "it does not read what it is sent");
  wr_buf() = {};
  // What is being read or written next fails, and takes the connection out of the loop.
  ::shutdown(stream_.fd(), SHUT_RDWR);
}

bool guarded_scribe::cut(caf::execution_unit* unit, const std::string& why) {
  book_->refused(stream_.fd(), why);
  ::shutdown(stream_.fd(), SHUT_RDWR);
  io_failure(unit, caf::io::network::operation::read);
  return false;
}

} // namespace actors::runtime
