// SPDX-License-Identifier: Apache-2.0
#include "dpb1_fit.hpp"

#include <allomatch/search/pair_facts.hpp>

namespace allomatch {

dpb1_fit::dpb1_fit(const registry& donors, const pool_match_options& options)
    : donors_(&donors), permissive_(options.dpb1 == dpb1_rule::permissive) {
    const std::size_t version = tce_version_of(options.dpb1, options.loci, *donors.names(), options.tce_version);
    if (!permissive_) return;
    const locus_dictionary& dictionary = donors.column(locus::DPB1).dictionary;
    for (genotype_code code = 0; code < dictionary.genotype_count(); ++code)
        lowest_groups_.push_back(code == untyped_code ? std::uint8_t{0}
                                                      : static_cast<std::uint8_t>(lowest_tce_groups(dictionary.genotype_at(code), version)));
}

bool dpb1_fit::start(genotype_code patient) {
    if (patient == untyped_code) return false;
    if (code_ == patient) return true;
    const locus_dictionary& dictionary = donors_->column(locus::DPB1).dictionary;
    code_ = patient;
    what_ = dictionary.genotype_at(patient);
    query_.start(*donors_->names(), locus::DPB1, what_, dictionary, {});
    return true;
}

dpb1_fit::answer dpb1_fit::of(genotype_code donor) {
    if (donor == untyped_code) return {false, false};
    const outcome_sums mismatches(query_.outcome(donor));
    answer found{mismatches.mismatches() == 0, mismatches.mismatches_max() == 0};
    if (!permissive_ || found.certain) return found;
    const auto answers = tce_answers(lowest_groups_[*code_], lowest_groups_[donor]);
    constexpr auto permissive = static_cast<std::uint8_t>(1U << static_cast<unsigned>(tce_answer::permissive));
    found.possible = found.possible || (answers & permissive) != 0;
    found.certain = answers == permissive;
    return found;
}

}  // namespace allomatch
