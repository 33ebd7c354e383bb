// SPDX-License-Identifier: BSD-3-Clause
//
// What actors of two nodes share (watches, parents and children, open asks) ends on both sides when it has
// ended on one: because one node held the other for lost, which perhaps never noticed, or because a
// connection took messages with it that nobody can send again.
//
//   whole --lost here, or messages are missing--> broken: nothing of theirs is heard
//   broken --a link is open--> relations_lost ->
//                              <- relations_ended, behind all that was said before --> whole
#pragma once

namespace actors::cluster {

/// To a hub: here all that our actors share has ended. End it there as well.
struct relations_lost {};
/// It has.
struct relations_ended {};

} // namespace actors::cluster
