// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/replaced_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bench {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw std::runtime_error("cannot write '" + path + "': " + std::strerror(errno));
}

} // namespace

replaced_file::replaced_file(std::string path) : path_(std::move(path)), aside_(path_ + ".XXXXXX") {
  struct ::stat existing {};
  if (::stat(path_.c_str(), &existing) == 0 && S_ISDIR(existing.st_mode)) {
    errno = EISDIR;
    fail(path_);
  }
  file_ = ::mkstemp(aside_.data());
  if (file_ < 0)
    fail(path_);
  ::fchmod(file_, 0644);
}

replaced_file::~replaced_file() {
  if (file_ < 0)
    return;
  ::close(file_);
  ::unlink(aside_.c_str());
}

void replaced_file::commit(const std::string& text) {
  for (std::string_view rest = text; !rest.empty();) {
    auto written = ::write(file_, rest.data(), rest.size());
    if (written < 0)
      fail(path_);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::rename(aside_.c_str(), path_.c_str()) != 0)
    fail(path_);
  ::close(std::exchange(file_, -1));
}

} // namespace bench
