// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

namespace bench {

/// The figures of one side, one per repetition.
class samples {
public:
  void add(double figure) { figures_.push_back(figure); }

  bool empty() const { return figures_.empty(); }
  std::size_t size() const { return figures_.size(); }

  /// The middle figure, or the mean of the two middle ones. Requires: not empty.
  double median() const;
  double smallest() const;
  double largest() const;

private:
  std::vector<double> figures_;
};

} // namespace bench
