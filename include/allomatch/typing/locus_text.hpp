// SPDX-License-Identifier: Apache-2.0
/// \file
/// The text of a whole typed locus, as it is kept beside its meaning.
#pragma once

#include <allomatch/typing/genotype.hpp>
#include <allomatch/typing/gl_string.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// A typed locus: what it says and what it means.
struct typed_locus {
    std::vector<reading_pair> readings;  ///< alternatives as typed, blanks not yet filled
    genotype meaning;
    std::vector<std::string> warnings;
};

/// Joins two cells to a locus text; both blank give an empty text.
[[nodiscard]] std::string pair_text(std::string_view first, std::string_view second);
/// The same for a person to read: "A*02:01 + A*24:02".
[[nodiscard]] std::string shown_pair_text(std::string_view text);

/// Reads a locus text: two cells joined by `pair_text`, or a GL String. An empty text is untyped. On
/// failure the problem's column is "A_1", "A_2" or, for a GL String, "A".
[[nodiscard]] result<typed_locus> read_locus(const typing_context& context, locus l, std::string_view text,
                                             null_policy nulls = null_policy::ignore_inside_ambiguity);

/// Whether a serological typing of the same locus fits a DNA typing: some orientation in which both
/// positions share an allele. A blank fits.
[[nodiscard]] bool consistent(const typed_locus& dna, const typed_locus& serology);

/// Cuts a GL String at `^` into one text per locus, blocks in phase (`~`) given to each of their loci. The
/// alleles are not read yet.
[[nodiscard]] result<std::array<std::string, locus_count>> split_gl_string(std::string_view text);

}  // namespace allomatch
