// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <allomatch/haplotype/populations.hpp>
#include <allomatch/io/read_frequencies.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace allomatch::python {

/// Sets that were read together, indexed, and the account of their rows.
struct frequency_store {
    std::vector<populations::set_pointer> sets;
    io::frequency_report report;
};

inline std::shared_ptr<frequency_store> store(io::frequency_sets&& read) {
    auto all = std::make_shared<frequency_store>();
    for (frequency_set& set : read.sets) all->sets.push_back(std::make_shared<const haplotype_index>(std::move(set)));
    all->report = std::move(read.report);
    return all;
}

}  // namespace allomatch::python
