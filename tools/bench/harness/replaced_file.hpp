// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace bench {

/// A text file that appears whole or not at all: written aside, then renamed into place.
class replaced_file {
public:
  /// Opens the file aside, so that a path that cannot be written is known before any work is done.
  /// Errors: throws with the path and the reason.
  explicit replaced_file(std::string path);

  /// Takes the file aside away again when nothing was committed.
  ~replaced_file();

  replaced_file(const replaced_file&) = delete;
  replaced_file& operator=(const replaced_file&) = delete;

  /// Puts `text` in place of whatever was there. Errors: throws with the path and the reason.
  void commit(const std::string& text);

private:
  std::string path_;
  std::string aside_;
  int file_ = -1;
};

} // namespace bench
