// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string_view>

#include <actors/node_options.hpp>

namespace spdlog {
class logger;
}

namespace actors::runtime {

/// The log of one node: to a file or standard error, from the level chosen.
/// Throws `usage_error` when the file cannot be opened.
[[nodiscard]] std::shared_ptr<spdlog::logger> make_logger(const node_options& options);
void write_log(spdlog::logger& to, log_level level, std::string_view text);

} // namespace actors::runtime
