// SPDX-License-Identifier: BSD-3-Clause
//
// All of the library, save the adapter for CAF actors. Programs write `namespace sup = actors::supervision;`
#pragma once

#include <actors/supervision/report.hpp>
#include <actors/supervision/supervisor.hpp>
#include <actors/supervision/tree.hpp>
