// SPDX-License-Identifier: Apache-2.0
/// \file
/// Frequency sets of several populations, and which of them a person uses. Semantics.md section 7, "Population".
#pragma once

#include <allomatch/haplotype/haplotype_index.hpp>

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// Number of a set among the populations.
using population_number = std::uint16_t;

/// Sets to choose from, and the fall-backs in their order. Immutable: any number of threads may read it.
class populations {
public:
    using set_pointer = std::shared_ptr<const haplotype_index>;
    /// Sets that a person tries, one after the other.
    using choice = boost::container::small_vector<population_number, 4>;

    /// \throws format_error when there is no set, two have the same name, a fall-back is not among them, or they
    /// were read with different nomenclatures.
    explicit populations(std::vector<set_pointer> sets, std::vector<std::string> fallback = {});

    [[nodiscard]] std::size_t size() const noexcept { return sets_.size(); }
    [[nodiscard]] const haplotype_index& operator[](population_number i) const noexcept { return *sets_[i]; }
    [[nodiscard]] const std::string& name(population_number i) const noexcept { return sets_[i]->set().name(); }
    [[nodiscard]] const nomenclature::pointer& names() const noexcept { return sets_.front()->set().names(); }
    /// "API, CAU"
    [[nodiscard]] std::string listed() const;

    /// A person's own set, then the fall-backs; the only set where just one is loaded.
    /// Empty when there is nothing to use: the population is blank or unknown, and no fall-back is named.
    [[nodiscard]] choice choose(std::string_view population) const;
    /// The same for the person with this id. \throws format_error listing the populations when there is nothing to use.
    [[nodiscard]] choice choose_for(std::string_view id, std::string_view population) const;

private:
    std::vector<set_pointer> sets_;
    choice fallback_;
};

}  // namespace allomatch
