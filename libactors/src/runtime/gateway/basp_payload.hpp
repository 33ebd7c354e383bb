// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include <caf/execution_unit.hpp>
#include <caf/io/basp/header.hpp>

namespace actors::runtime {

/// CAF's list of types of the message in `payload`, `@<>+bank::deposit`; empty when there is none.
[[nodiscard]] std::string types_in(const std::vector<char>& payload,
                                   const caf::io::basp::header& header, caf::execution_unit& unit);

/// Whether CAF's decoder ends, in bounded memory and stack, on `size` bytes of these types.
[[nodiscard]] bool may_be_decoded(const std::string& types, std::size_t size);

} // namespace actors::runtime
