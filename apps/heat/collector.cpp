// SPDX-License-Identifier: BSD-3-Clause
#include "heat/collector.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace heat {
namespace {

constexpr actors::duration look_interval = std::chrono::milliseconds{100};

/// Writes a block's cells into the field of the whole grid.
void paste(const part& piece, extent grid_size, std::vector<double>& field) {
  const auto& place = piece.place;
  for (std::size_t r = 0; r < place.size.rows; ++r)
    std::copy_n(piece.cells.data() + r * place.size.cols, place.size.cols,
                field.data() + (place.top + r) * grid_size.cols + place.left);
}

} // namespace

collector::collector(const block_plan& plan, std::uint64_t steps, const observer* watch,
                     actors::duration patience)
    : plan_{plan}, steps_{steps}, watch_{watch}, patience_{patience},
      is_ready_(plan.count(), false), done_(plan.count(), 0) {}

actors::promise<void> collector::on(watch_over what) {
  start_ = make_promise<void>();
  vital_ = std::move(what.actors);
  for (const auto& one : vital_)
    watch(one.who);
  timer_ = send_every(look_interval, look_around{});
  if (ready_ == plan_.count())
    start_.set();
  return start_;
}

actors::promise<collector::moment> collector::on(await_end) {
  end_ = make_promise<moment>();
  if (failed_)
    end_.fail(*failed_);
  else if (ended_)
    end_.set(*ended_);
  return end_;
}

actors::promise<std::vector<double>> collector::on(await_field) {
  field_ = make_promise<std::vector<double>>();
  if (failed_)
    field_.fail(*failed_);
  else if (result_)
    field_.set(std::move(*result_));
  return field_;
}

void collector::on(ready block) {
  if (is_ready_[block.index])
    return;
  quiet_ = {};
  is_ready_[block.index] = true;
  if (++ready_ == plan_.count())
    start_.set();
}

void collector::on(progress report) {
  auto& done = done_[report.index];
  if (report.done <= done)
    return; // it has come back and does these steps again
  quiet_ = {};
  done = report.done;
  if (done == steps_ && ++at_end_ == plan_.count())
    end_.set(ended_.emplace(std::chrono::steady_clock::now()));
}

void collector::on(part piece) {
  if (failed_ || (shown_ && piece.step <= *shown_))
    return;
  auto& frame = frames_[piece.step];
  frame.field.resize(plan_.grid_size().area());
  frame.has.resize(plan_.count());
  if (frame.has[piece.place.index])
    return;
  quiet_ = {};
  frame.has[piece.place.index] = true;
  paste(piece, plan_.grid_size(), frame.field);
  if (++frame.parts != plan_.count())
    return;
  // A block shows its frames in order, so they are complete in order.
  shown_ = piece.step;
  show(piece.step, std::move(frames_.extract(piece.step).mapped().field));
}

void collector::show(std::uint64_t step, std::vector<double> field) {
  if (step != steps_)
    return watch_->on_frame(step, field);
  close();
  if (field_)
    field_.set(std::move(field));
  else
    result_ = std::move(field); // its parts overtook the question
}

void collector::on(look_around) {
  if (watch_ == nullptr)
    return;
  const auto last = std::ranges::min_element(done_);
  if (watch_->on_progress)
    watch_->on_progress(*last);
  quiet_ += look_interval;
  if (quiet_ >= patience_)
    fail({actors::errc::timeout,
          {},
          fmt::format("nothing was heard of any block for {} s; block {} is at step {} of {}",
                      std::chrono::duration_cast<std::chrono::seconds>(patience_).count(),
                      plan_.name(static_cast<std::size_t>(last - done_.begin())), *last, steps_),
          {}});
}

void collector::on(actors::down lost) {
  if (watch_ == nullptr)
    return;
  const auto which =
      std::ranges::find(vital_, lost.who, [](const vital_actor& one) { return one.who.id(); });
  fail(
      {actors::errc::actor_failed, lost.who,
       fmt::format("the {} ended: {}", which == vital_.end() ? "run" : which->name,
                   lost.reason.what.empty() ? std::string{to_string(lost.kind)} : lost.reason.what),
       lost.reason.value});
}

void collector::fail(actors::failure reason) {
  close();
  start_.fail(reason);
  end_.fail(reason);
  field_.fail(reason);
  failed_ = std::move(reason);
}

/// Who asked goes on with the answer: from now on it is not to be shown anything.
void collector::close() {
  watch_ = nullptr;
  cancel(timer_);
}

} // namespace heat
