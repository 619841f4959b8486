// SPDX-License-Identifier: Apache-2.0
// What fuzz bodies have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

namespace allomatch::fuzz {

/// Stops the process where a property does not hold.
inline void require(bool holds, const std::source_location& at = std::source_location::current()) {
    if (holds) return;
    std::fprintf(stderr, "%s:%u: a property does not hold\n", at.file_name(), static_cast<unsigned>(at.line()));
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// The first line, and what follows it.
struct headed {
    std::string_view head;
    std::string_view rest;
    explicit headed(std::string_view text) {
        const std::size_t at = text.find('\n');
        head = text.substr(0, at);
        rest = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
    }
};

}  // namespace allomatch::fuzz
