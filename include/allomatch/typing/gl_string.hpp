// SPDX-License-Identifier: Apache-2.0
/// \file
/// GL Strings: typings of whole loci, with genotype lists kept as pairs.
#pragma once

#include <allomatch/typing/genotype.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace allomatch {

/// Readings of a GL String: per locus the alternatives of pairs, in the order given; empty for a
/// locus that the text does not have.
struct gl_reading {
    std::array<std::vector<reading_pair>, locus_count> loci;
    std::vector<std::string> warnings;
};

/// Reads `^` between loci, `|` between genotypes, `+` between the two chromosomes, `~` between loci in
/// phase, `/` between alleles (Milius et al. 2013). `context.genes` may limit the text to one locus. A
/// side without `+` is one blank. DRB3, DRB4 and DRB5 blocks fold into DRB345. Thread-safe.
[[nodiscard]] result<gl_reading> read_gl_string(const typing_context& context, std::string_view text);

}  // namespace allomatch
