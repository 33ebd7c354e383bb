// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "heat/job.hpp"

namespace heat {

/// What a run found out, for people: a few lines.
std::string report_text(const options& asked, const findings& found);

/// The same for programs: one JSON object on one line.
std::string report_json(const options& asked, const findings& found);

} // namespace heat
