// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdlib>
#include <string>

#include <unistd.h>

/// Machines on this machine: network namespaces around one bridge, where root may make them. All of it is
/// gone with this object.
class network_namespaces {
public:
  explicit network_namespaces(int machines) : machines_{machines} {
    is_there_ = ::geteuid() == 0 && run("ip link add " + bridge() + " type bridge") &&
                run("ip addr add " + address(0) + "/24 dev " + bridge()) && run("ip link set " + bridge() + " up");
    for (int k = 1; k <= machines && is_there_; ++k) is_there_ = add(k);
  }
  network_namespaces(const network_namespaces&) = delete;
  network_namespaces& operator=(const network_namespaces&) = delete;
  ~network_namespaces() {
    for (int k = 1; k <= machines_; ++k) (void)run("ip netns del " + name(k));
    (void)run("ip link del " + bridge());
  }

  [[nodiscard]] bool is_there() const { return is_there_; }
  /// 0: this side of the bridge.
  [[nodiscard]] std::string address(int machine) const { return "10.213." + number() + "." + std::to_string(machine + 1); }
  [[nodiscard]] std::string name(int machine) const { return "actors" + id() + "m" + std::to_string(machine); }

  /// Neither hears the other side any more.
  bool cut(int machine) { return run("ip link set " + outer(machine) + " down"); }
  bool heal(int machine) { return run("ip link set " + outer(machine) + " up"); }
  /// What `from` sends does not get to `to`; the other way it does.
  bool cut_one_way(int from, int to) {
    return run("ip netns exec " + name(from) + " ip route add blackhole " + address(to) + "/32");
  }
  /// All that `machine` sends comes later. False where this kernel cannot.
  bool delay(int machine, int milliseconds) {
    return run("ip netns exec " + name(machine) + " tc qdisc add dev eth0 root netem delay " +
               std::to_string(milliseconds) + "ms");
  }

private:
  static bool run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }
  /// Each is used once: what is deleted is gone only some time later.
  static int next_number() {
    static int next = ::getpid() % 200;
    return next++ % 250 + 1;
  }
  [[nodiscard]] std::string number() const { return std::to_string(number_); }
  [[nodiscard]] std::string id() const { return std::to_string(::getpid() % 1000) + "n" + number(); }
  [[nodiscard]] std::string bridge() const { return "ab" + id(); }
  [[nodiscard]] std::string outer(int machine) const { return "av" + id() + "m" + std::to_string(machine); }

  bool add(int machine) {
    const std::string inside = "ip netns exec " + name(machine) + " ";
    return run("ip netns add " + name(machine)) &&
           run("ip link add " + outer(machine) + " type veth peer name eth0 netns " + name(machine)) &&
           run("ip link set " + outer(machine) + " master " + bridge() + " up") &&
           run(inside + "ip addr add " + address(machine) + "/24 dev eth0") && run(inside + "ip link set eth0 up") &&
           run(inside + "ip link set lo up");
  }

  const int machines_;
  const int number_ = next_number();
  bool is_there_ = false;
};
