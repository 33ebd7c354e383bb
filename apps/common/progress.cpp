// SPDX-License-Identifier: BSD-3-Clause
#include "common/progress.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace apps {
namespace {

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

std::string time_left(double share, double elapsed) {
  if (share <= 0.0)
    return "--:--";
  const auto seconds = static_cast<long>(elapsed * (1.0 - share) / share + 0.5);
  if (seconds >= 360000)
    return "days";
  if (seconds >= 3600)
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

std::string bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  return std::string(full, '#') + std::string(width - full, '.');
}

} // namespace

std::string progress_line(const std::string& label, std::uint64_t done, std::uint64_t total,
                          std::chrono::duration<double> elapsed, std::size_t width) {
  const double share =
      total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const double rate = elapsed.count() > 0 ? static_cast<double>(done) / elapsed.count() : 0.0;
  const auto tail = fmt::format(" {:3.0f} %  {}/{}  {:.0f}/s  {} left", 100.0 * share, done, total,
                                rate, time_left(share, elapsed.count()));
  const auto fixed = label.size() + tail.size() + 4;
  const auto room = width > fixed ? std::min<std::size_t>(width - fixed, 40) : 0;
  auto line = room >= 4 ? fmt::format("{} [{}]{}", label, bar(share, room), tail) : label + tail;
  line.resize(std::min(line.size(), width));
  return line;
}

progress_bar::progress_bar(std::string label, std::uint64_t total)
    : label_{std::move(label)}, total_{total}, visible_{isatty(STDERR_FILENO) == 1} {}

progress_bar::~progress_bar() {
  if (drawn_)
    std::fputs("\r\033[K", stderr);
}

void progress_bar::update(std::uint64_t done) {
  if (!visible_)
    return;
  const auto now = clock::now();
  if (now < next_draw_)
    return;
  next_draw_ = now + std::chrono::milliseconds{100};
  const auto line = progress_line(label_, done, total_, now - start_, terminal_width() - 1);
  fmt::print(stderr, "\r{}\033[K", line);
  std::fflush(stderr);
  drawn_ = true;
}

} // namespace apps
