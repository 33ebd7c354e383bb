// SPDX-License-Identifier: BSD-3-Clause
//
// A cluster of processes of one program on this machine: `--local-nodes N`. The first process starts the
// others, with its own command line and a hidden option; they run no `main` of their own further than the
// reading of options, and serve actors until the first one ends, however it ends.
//
//   first                               others
//   starts, listens, secret at hand
//   spawns each with a pipe ----------> read the secret from the pipe, join through the first
//   waits until all are up
//   ends: pipes close ----------------> end of file: leave and exit
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include <actors/node_options.hpp>

namespace actors::runtime {

/// What a process needs to be the first of a local cluster: an address, a name, a secret.
[[nodiscard]] node_options as_first_local_node(node_options options);

class local_nodes {
public:
  /// Starts the others, `options.cluster.local_nodes` less one. Throws std::system_error.
  local_nodes(const node_options& options, const std::string& first_address);
  /// Ends them: in order within three seconds, else killed.
  ~local_nodes() { end(); }
  local_nodes(const local_nodes&) = delete;
  local_nodes& operator=(const local_nodes&) = delete;

  void end();
  [[nodiscard]] std::vector<pid_t> processes() const;

private:
  struct child {
    pid_t process;
    int lifeline;
  };
  void start(const std::vector<std::string>& arguments, const std::string& secret);

  std::vector<child> children_;
};

/// In one of the others: serves until the lifeline ends, then exits.
[[noreturn]] void serve_local_node(node_options options, int lifeline);

} // namespace actors::runtime
