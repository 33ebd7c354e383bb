// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace actors {

/// Bytes that are not what they should be, or that do not fit. The text says what and where.
class archive_error : public std::runtime_error {
public:
  archive_error(const std::string& what, std::size_t offset);

  /// Bytes from the start of the archive to the place that cannot be read or written.
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

private:
  std::size_t offset_;
};

} // namespace actors
