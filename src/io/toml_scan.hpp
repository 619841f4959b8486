// SPDX-License-Identifier: Apache-2.0
// A look at a text before toml++ has it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace allomatch::io {

struct toml_fault {
    std::size_t at;  // byte
    std::string_view text;
    std::string reason;
};

/// The first place that toml++ 3.3 must not see. It frees tables by recursion, also those of keys with thousands of
/// dots, and has undefined behaviour for letters beyond ASCII outside of quotes and after the `\` at the end of a line.
[[nodiscard]] std::optional<toml_fault> find_toml_fault(std::string_view text);

}  // namespace allomatch::io
