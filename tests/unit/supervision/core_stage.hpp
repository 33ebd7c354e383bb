// SPDX-License-Identifier: BSD-3-Clause
//
// A supervisor's core on a stage: a test says what happens to which child, and gets the orders that
// follow as a line of text, such as "report a run failed restart, restart a".
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "supervisor_core.hpp"

namespace actors::supervision::detail::test {

inline child_spec child(std::string id, supervision::restart restart = permanent) {
  child_spec c;
  c.id = std::move(id);
  c.start.maker = "child()";
  c.restart = restart;
  return c;
}

inline child_spec significant(child_spec c) {
  c.significant = true;
  return c;
}

inline supervisor_spec supervisor(supervision::strategy how, std::vector<child_spec> children,
                                  std::uint32_t intensity = 2) {
  supervisor_spec s;
  s.id = "root";
  s.strategy = how;
  s.intensity = intensity;
  s.children = std::move(children);
  return s;
}

/// Permanent children a, b, c.
inline std::vector<child_spec> three() { return {child("a"), child("b"), child("c")}; }

class stage {
public:
  explicit stage(supervisor_spec spec) : core{std::move(spec), "root", 1} { learn_names(); }

  supervisor_core core;
  duration now{};
  /// The last report, and the last alarm ordered.
  supervision::report news;
  std::uint64_t alarm = 0;
  /// The last order of this kind.
  order finish{order::what::finish};
  order reply{order::what::reply};

  std::string begin() {
    core.begin(now);
    return orders();
  }
  /// Begins, and starts all there are.
  stage& up() {
    begin();
    for (const auto& [key, c] : std::map<child_key, child_record>(core.children().begin(), core.children().end()))
      started(names_.at(key));
    return *this;
  }
  /// Keeps the id that is held, or comes with a new one.
  std::string started(const std::string& name) {
    const child_key key = key_of(name);
    const actor_id held = core.children().at(key).id;
    core.child_started(key, held ? held : actor_id{1, ++last_slot_, 1}, now);
    return orders();
  }
  std::string not_started(const std::string& name, std::string text = "no") {
    core.start_failed(key_of(name), ending{exit_kind::failed, because(std::move(text))}, now);
    return orders();
  }
  std::string ends(const std::string& name, exit_kind kind = exit_kind::failed) {
    core.child_ended(key_of(name), ending{kind, because("boom")}, now);
    return orders();
  }
  /// Ends, and its slot is not held.
  std::string goes(const std::string& name, exit_kind kind = exit_kind::failed) {
    core.child_ended(key_of(name), ending{kind, because("boom"), {}, false}, now);
    return orders();
  }
  std::string stops(const std::string& name) { return ends(name, exit_kind::shutdown); }
  std::string wakes() {
    core.woken(alarm, now);
    return orders();
  }

  std::string start(child_spec spec) {
    core.start_child(std::move(spec), ++last_ticket_, now);
    return orders();
  }
  std::string start_dynamic(std::vector<std::byte> arguments = {}) {
    core.start_dynamic(std::move(arguments), ++last_ticket_, now);
    return orders();
  }
  std::string terminate(const std::string& name) {
    core.terminate_child(key_of(name), ++last_ticket_, now);
    return orders();
  }
  std::string restart(const std::string& name) {
    core.restart_child(key_of(name), ++last_ticket_, now);
    return orders();
  }
  std::string erase(const std::string& name) {
    core.delete_child(key_of(name), ++last_ticket_, now);
    return orders();
  }

  [[nodiscard]] child_key key_of(const std::string& name) const {
    for (const auto& [key, known] : names_)
      if (known == name)
        return key;
    return 999;
  }
  [[nodiscard]] actor_id id_of(const std::string& name) const {
    return core.children().at(key_of(name)).id;
  }
  /// Of each child, such as "a running, b stopped".
  [[nodiscard]] std::string phases() const {
    constexpr const char* words[] = {"waiting", "starting",   "running", "stopping",
                                     "halted",  "restarting", "stopped"};
    std::string text;
    for (const auto& [key, c] : core.children())
      text += (text.empty() ? "" : ", ") + names_.at(key) + " " + words[static_cast<int>(c.phase)];
    return text;
  }

private:
  static failure because(std::string text) {
    return {errc::actor_failed, {}, std::move(text), "some::exception"};
  }

  void learn_names() {
    for (const auto& [key, c] : core.children())
      names_[key] = c.spec->id.empty() ? "#" + std::to_string(key) : c.spec->id;
  }

  std::string orders() {
    learn_names();
    std::string text;
    for (const order& o : core.take_orders())
      text += (text.empty() ? "" : ", ") + in_words(o);
    return text;
  }

  std::string in_words(const order& o) {
    const std::string name = names_[o.child];
    switch (o.kind) {
    case order::what::start:
      return "start " + name;
    case order::what::restart:
      return "restart " + name;
    case order::what::halt:
      return "halt " + name;
    case order::what::release:
      return "release " + name;
    case order::what::wake:
      alarm = o.alarm;
      return "wake in " + std::to_string(o.pause.count() / 1'000'000) + " ms";
    case order::what::report:
      news = *o.news;
      return in_words(name, *o.news);
    case order::what::reply:
      reply = o;
      return "reply " + std::to_string(o.request) + (o.outcome() ? "" : ": " + o.why.what);
    case order::what::ready:
      return "ready" + (o.outcome() ? "" : ": " + o.why.what);
    case order::what::finish:
      finish = o;
      return "finish " + std::string{to_string(o.exit)} + ": " + o.why.what;
    }
    return "?";
  }

  static std::string in_words(const std::string& name, const supervision::report& r) {
    constexpr const char* times[] = {"start", "run", "stop"};
    constexpr const char* responses[] = {"restart", "restart_group", "leave", "give_up"};
    return "report " + name + " " + times[static_cast<int>(r.when)] + " " +
           std::string{to_string(r.kind)} + " " + responses[static_cast<int>(r.response)];
  }

  std::map<child_key, std::string> names_;
  ticket last_ticket_ = 0;
  std::uint32_t last_slot_ = 0;
};

} // namespace actors::supervision::detail::test
