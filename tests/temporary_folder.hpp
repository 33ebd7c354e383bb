// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

/// A new empty folder, gone with everything in it at the end of the test.
class temporary_folder {
public:
  temporary_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "actors_test_XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      throw std::runtime_error{"cannot make a folder " + pattern};
    path_ = pattern;
  }
  ~temporary_folder() { std::filesystem::remove_all(path_); }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::filesystem::path operator/(const char* name) const { return path_ / name; }

  /// The path of a new file with this content.
  std::filesystem::path file(const char* name, const std::string& content) const {
    std::ofstream{path_ / name, std::ios::binary} << content;
    return path_ / name;
  }

  std::size_t entries() const {
    const std::filesystem::directory_iterator all{path_};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

private:
  std::filesystem::path path_;
};
