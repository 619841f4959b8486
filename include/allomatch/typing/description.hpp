// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a text means, in names: the answer of `allomatch typing`.
#pragma once

#include <allomatch/typing/gl_string.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch {

/// Formats.md, command `typing`. Names carry their locus and are in the order of the nomenclature.
struct typing_description {
    bool ok = false;
    std::string locus;                    ///< of the alleles; the one asked for when nothing else tells
    std::vector<std::string> alleles;     ///< nulls included; NEW is "NEW"
    std::vector<std::string> classes;
    std::vector<std::string> g_groups;
    std::vector<std::string> serology;
    bool is_null = false;
    std::vector<std::string> warnings;
    std::string error;
    std::string suggestion;
    /// For a GL String: locus -> alternatives -> two positions -> classes; a null-only position has none.
    bool has_alternatives = false;
    std::vector<std::pair<std::string, std::vector<std::array<std::vector<std::string>, 2>>>> alternatives;
};

/// Describes one position, or a GL String when the text has `+`, `^`, `|` or `~`. `asked` is the locus asked
/// for, or empty. Never throws for bad text.
[[nodiscard]] typing_description describe(const typing_context& context, std::string_view asked, std::string_view text);

}  // namespace allomatch
