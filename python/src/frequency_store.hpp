// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <allomatch/haplotype/populations.hpp>
#include <allomatch/io/read_frequencies.hpp>

#include <memory>
#include <vector>

namespace allomatch::python {

/// Sets that were read or made together, indexed, and the account of their rows.
struct frequency_store {
    std::vector<populations::set_pointer> sets;
    io::frequency_report report;

    [[nodiscard]] static std::shared_ptr<frequency_store> of(io::frequency_sets&& read) {
        auto all = std::make_shared<frequency_store>();
        for (frequency_set& set : read.sets) all->sets.push_back(std::make_shared<const haplotype_index>(std::move(set)));
        all->report = std::move(read.report);
        return all;
    }
    /// The set of a population; the only one where none is named. \throws format_error that lists them.
    [[nodiscard]] const populations::set_pointer& set(const std::string& population) const {
        if (population.empty() && sets.size() == 1) return sets.front();
        std::string listed;
        for (const auto& one : sets) {
            if (one->set().name() == population) return one;
            listed += ' ' + one->set().name();
        }
        throw format_error(problem::with_value("population", population, "which population? the frequencies have" + listed));
    }
};

}  // namespace allomatch::python
