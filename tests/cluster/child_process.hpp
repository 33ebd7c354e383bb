// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

/// A program that a test runs beside itself. However the test ends, the program is killed and
/// reaped; and it dies with the test's process.
class child_process {
public:
  /// `words[0]` is the program. Throws when it cannot be started.
  explicit child_process(std::vector<std::string> words);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process();

  /// The next line of its standard output, without the line's end; none when there is none in time.
  std::optional<std::string> line(std::chrono::milliseconds within = std::chrono::seconds{20});
  /// The exit status, or 128 and the signal that ended it; none when it does not end in time.
  std::optional<int> status(std::chrono::milliseconds within = std::chrono::seconds{20});
  /// Whether SIGSTOP, its own or of others, has stopped it in time.
  bool stopped(std::chrono::milliseconds within = std::chrono::seconds{20});
  void signal(int number) const;
  [[nodiscard]] pid_t id() const { return id_; }

private:
  pid_t id_ = -1;
  int output_ = -1;
  std::string read_;
  std::optional<int> status_;
};
