// SPDX-License-Identifier: BSD-3-Clause
//
// The other process of a network benchmark: this program again, as `actors-bench --peer ROLE`. The
// two talk over pipes until they have a connection of their own: the peer says its port, the
// measuring side does its work and takes the peer away.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <sys/types.h>

namespace bench {

/// What a peer knows of the process that started it.
class peer_parent {
public:
  /// One line, up to `peer_process::line`.
  void say(const std::string& line) const;
  /// The next line of `peer_process::say`; empty when the measuring side has let go.
  std::string line() const;
  /// Returns once the measuring side has let go, or has died.
  void wait_until_dismissed() const;
};

/// Something a peer can be. `run` returns when its work is done; the process then ends.
struct peer_role {
  const char* name;
  void (*run)(const peer_parent& parent);
};

/// The measuring side's handle. Whatever happens, the peer is killed and reaped with it, ends when
/// this process dies, and after a minute at the latest.
class peer_process {
public:
  /// Errors: throws when the process cannot be started.
  explicit peer_process(const std::string& role);
  peer_process(const peer_process&) = delete;
  peer_process& operator=(const peer_process&) = delete;
  ~peer_process();

  /// The next line it says. Errors: throws when none comes in time, or it has ended.
  std::string line(std::chrono::milliseconds within = std::chrono::seconds{10});
  void say(const std::string& line);
  void signal(int number) const;
  /// The line is a port.
  std::uint16_t port();

private:
  pid_t id_ = -1;
  int from_ = -1;
  int to_ = -1;
  std::string read_;
};

/// When the command line asks for a peer's work, does it and ends the process; nothing for any
/// other. Returns the exit status for a role that there is not.
std::optional<int> run_as_peer(std::span<const peer_role> roles, int argc, char** argv);

} // namespace bench
