// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace simulate {

/// What one history gives back is kept for the next, instead of being taken from the system anew. For the
/// whole process. Threading: before any others are started.
void keep_memory();

} // namespace simulate
