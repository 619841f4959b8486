// SPDX-License-Identifier: Apache-2.0
#include <allomatch/haplotype/populations.hpp>

#include <algorithm>
#include <limits>

namespace allomatch {

populations::populations(std::vector<set_pointer> sets, std::vector<std::string> fallback) : sets_(std::move(sets)) {
    const auto refuse = [](std::string column, std::string_view text, std::string reason) {
        throw format_error(problem::with_value(std::move(column), text, std::move(reason)));
    };
    if (sets_.empty()) refuse("frequencies", "", "at least one frequency set is needed");
    if (sets_.size() > std::numeric_limits<population_number>::max())
        refuse("frequencies", std::to_string(sets_.size()), "more than 65,535 frequency sets");
    for (std::size_t i = 0; i < sets_.size(); ++i) {
        if (sets_[i]->set().names() != names())
            refuse("frequencies", sets_[i]->set().name(), "the sets were read with different nomenclatures");
        for (std::size_t j = 0; j < i; ++j)
            if (sets_[i]->set().name() == sets_[j]->set().name())
                refuse("frequencies", sets_[i]->set().name(), "the population has two frequency sets");
    }
    for (const std::string& wanted : fallback) {
        const auto it = std::find_if(sets_.begin(), sets_.end(), [&](const auto& s) { return s->set().name() == wanted; });
        if (it == sets_.end()) refuse("fallback", wanted, "there is no frequency set of this population; there are " + listed());
        const auto number = static_cast<population_number>(it - sets_.begin());
        if (std::find(fallback_.begin(), fallback_.end(), number) == fallback_.end()) fallback_.push_back(number);
    }
}

std::string populations::listed() const {
    std::string all;
    for (const auto& s : sets_) all += (all.empty() ? "" : ", ") + s->set().name();
    return all;
}

populations::choice populations::choose(std::string_view population) const {
    choice chosen;
    for (std::size_t i = 0; i < sets_.size(); ++i)
        if (!population.empty() && sets_[i]->set().name() == population) chosen.push_back(static_cast<population_number>(i));
    for (const population_number f : fallback_)
        if (std::find(chosen.begin(), chosen.end(), f) == chosen.end()) chosen.push_back(f);
    if (chosen.empty() && sets_.size() == 1) chosen.push_back(0);
    return chosen;
}

populations::choice populations::choose_for(std::string_view id, std::string_view population) const {
    choice chosen = choose(population);
    if (!chosen.empty()) return chosen;
    problem p = problem::with_value("population", population,
        "no frequency set for this population, and no fall-back is named; there are " + listed());
    p.id = std::string(id);
    throw format_error(std::move(p));
}

}  // namespace allomatch
