// SPDX-License-Identifier: Apache-2.0
/// \file
/// Whether donors of a registry fit a patient at DPB1 under a rule.
#pragma once

#include <allomatch/analytics/pool_matches.hpp>
#include <allomatch/search/locus_query.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace allomatch {

/// One patient of the registry after the other, with the scratch memory of one thread. To be copied before the first `start` only.
class dpb1_fit {
public:
    /// \throws format_error as `tce_version_of`.
    dpb1_fit(const registry& donors, const pool_match_options& options);

    /// Whether anybody may fit: whether the patient is typed.
    [[nodiscard]] bool start(genotype_code patient);

    struct answer {
        bool possible;  ///< some resolution of both typings fits
        bool certain;   ///< each does
    };
    [[nodiscard]] answer of(genotype_code donor);

private:
    const registry* donors_;
    bool permissive_;
    std::vector<std::uint8_t> lowest_groups_;  ///< of each genotype, see `lowest_tce_groups`; none without `permissive_`
    locus_query query_;
    genotype what_;  ///< of the patient
    std::optional<genotype_code> code_;
};

}  // namespace allomatch
