// SPDX-License-Identifier: BSD-3-Clause
//
// Everything an application needs; `actors/testing.hpp` and `actors/caf.hpp` are apart.
#pragma once

#include <actors/actor.hpp>
#include <actors/archive.hpp>
#include <actors/cluster.hpp>
#include <actors/entity.hpp>
#include <actors/failure.hpp>
#include <actors/future.hpp>
#include <actors/group.hpp>
#include <actors/id.hpp>
#include <actors/mailbox.hpp>
#include <actors/message.hpp>
#include <actors/node.hpp>
#include <actors/node_options.hpp>
#include <actors/placement.hpp>
#include <actors/promise.hpp>
#include <actors/ref.hpp>
#include <actors/reflect.hpp>
#include <actors/request.hpp>
#include <actors/router.hpp>
#include <actors/run.hpp>
#include <actors/schema.hpp>
#include <actors/shared.hpp>
#include <actors/spawn_options.hpp>
#include <actors/task.hpp>
#include <actors/time.hpp>
