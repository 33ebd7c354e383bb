// SPDX-License-Identifier: BSD-3-Clause
//
// Labels of nodes one by one, beyond the public `parse_labels`.
#pragma once

#include <string>
#include <string_view>

#include <actors/placement.hpp>

namespace actors::placement::detail {

/// The value of a label as `parse_labels` reads it; empty where the node has none.
[[nodiscard]] std::string label_of(const node_labels& labels, std::string_view key);

/// Whether the key names a number, of which a node has more or less: all of `node_labels`' own but
/// `region`.
[[nodiscard]] bool is_amount(std::string_view key) noexcept;

/// Whether a node has this label: at least so much of an amount, at most the price, equal
/// otherwise.
[[nodiscard]] bool has_label(const node_labels& labels, const std::string& key,
                             const std::string& value);

/// Errors: invalid_argument, as `parse_labels`.
[[nodiscard]] expected<void> check_label(const std::string& key, const std::string& value);

} // namespace actors::placement::detail
