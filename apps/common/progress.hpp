// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace apps {

/// One line of a progress bar: label, bar, share, rate and time left, at most `width` characters.
std::string progress_line(const std::string& label, std::uint64_t done, std::uint64_t total,
                          std::chrono::duration<double> elapsed, std::size_t width);

/// A progress bar on the terminal behind standard error; silent when that is not a terminal.
///
/// Threading: one thread at a time.
/// Lifetime: the line is wiped when the bar goes.
class progress_bar {
public:
  progress_bar(std::string label, std::uint64_t total);
  ~progress_bar();
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  /// Shows how far the work is. Cheap: draws at most ten times a second.
  void update(std::uint64_t done);

private:
  using clock = std::chrono::steady_clock;

  std::string label_;
  std::uint64_t total_;
  bool visible_;
  bool drawn_ = false;
  clock::time_point start_ = clock::now();
  clock::time_point next_draw_ = start_;
};

} // namespace apps
