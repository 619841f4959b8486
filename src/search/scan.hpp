// SPDX-License-Identifier: Apache-2.0
/// \file
/// The hot loop of a search: over donor columns by look-ups in count tables.
#pragma once

#include <allomatch/registry/packed_column.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace allomatch {

/// What is looked up where. All pointers are borrowed.
struct scan_plan {
    struct column {
        const packed_column* codes;   ///< by place
        const std::uint8_t* counts;   ///< mismatches by code
        double passing;               ///< the lower, the more donors fall out here
    };
    std::vector<column> columns;                    ///< most selective first
    std::span<const std::uint8_t> cluster_counts;   ///< by code of the cluster locus; empty when it is not searched
    std::span<const std::uint32_t> cluster_begins;  ///< places of each code of the cluster locus
    unsigned min_mismatches = 0;
    unsigned max_mismatches = 0;
};

/// Appends the places in [begin, end) whose counts add up to a number within the limits, in ascending order. Thread-safe.
void scan_places(const scan_plan& plan, std::size_t begin, std::size_t end, std::vector<std::uint32_t>& found);

}  // namespace allomatch
