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

collector::collector(const block_plan& plan, std::uint64_t steps,
                     std::vector<actors::any_ref> blocks, const observer* watch,
                     actors::duration patience)
    : plan_{plan}, steps_{steps}, blocks_{std::move(blocks)}, watch_{watch}, patience_{patience},
      done_(plan.count(), 0) {}

actors::promise<collector::moment> collector::on(await_end) {
  end_ = make_promise<moment>();
  for (const auto& block : blocks_)
    watch(block);
  timer_ = send_every(look_interval, look_around{});
  return end_;
}

actors::promise<std::vector<double>> collector::on(await_field) {
  field_ = make_promise<std::vector<double>>();
  if (failed_)
    field_.fail(*failed_);
  return field_;
}

void collector::on(progress report) {
  quiet_ = {};
  done_[report.index] = report.done;
  if (report.done == steps_ && ++at_end_ == blocks_.size())
    end_.set(std::chrono::steady_clock::now());
}

void collector::on(part piece) {
  if (failed_)
    return;
  quiet_ = {};
  auto& frame = frames_[piece.step];
  frame.field.resize(plan_.grid_size().area());
  paste(piece, plan_.grid_size(), frame.field);
  if (++frame.parts == blocks_.size())
    show(piece.step, std::move(frames_.extract(piece.step).mapped().field));
}

void collector::show(std::uint64_t step, std::vector<double> field) {
  if (step != steps_)
    return watch_->on_frame(step, field);
  close();
  field_.set(std::move(field));
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
                      last - done_.begin(), *last, steps_),
          {}});
}

void collector::on(actors::down lost) {
  if (watch_ == nullptr)
    return;
  const auto which = std::ranges::find(blocks_, lost.who, &actors::any_ref::id) - blocks_.begin();
  fail(
      {actors::errc::actor_failed, lost.who,
       fmt::format("block {} ended: {}", which,
                   lost.reason.what.empty() ? std::string{to_string(lost.kind)} : lost.reason.what),
       lost.reason.value});
}

void collector::fail(actors::failure reason) {
  close();
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
