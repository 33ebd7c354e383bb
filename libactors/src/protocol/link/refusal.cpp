// SPDX-License-Identifier: BSD-3-Clause
#include "refusal.hpp"

namespace actors::protocol {

std::string_view to_string(refusal why) noexcept {
  static constexpr std::string_view names[refusal_count] = {"none",
                                                            "goodbye",
                                                            "cut",
                                                            "oversize",
                                                            "unknown_kind",
                                                            "damaged_header",
                                                            "damaged_payload",
                                                            "out_of_sequence",
                                                            "unexpected",
                                                            "malformed",
                                                            "not_a_link",
                                                            "wrong_version",
                                                            "wrong_proof",
                                                            "wrong_cluster",
                                                            "itself",
                                                            "types_differ",
                                                            "duplicate",
                                                            "too_slow",
                                                            "silent",
                                                            "window_exceeded",
                                                            "bad_credit",
                                                            "bad_chunk",
                                                            "stalled",
                                                            "stuffed",
                                                            "by_peer"};
  return names[static_cast<std::size_t>(why)];
}

} // namespace actors::protocol
