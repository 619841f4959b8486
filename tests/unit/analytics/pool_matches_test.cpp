// SPDX-License-Identifier: Apache-2.0
#include "unit/search/pool.hpp"

#include <allomatch/analytics/pool_matches.hpp>
#include <allomatch/analytics/simulate.hpp>
#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/search/donor_availability.hpp>

#include <numeric>

namespace allomatch {
namespace {

using testing::make_pool;

std::shared_ptr<const registry> simulated(std::size_t donors) {
    simulation_options options;
    options.donors = donors;
    options.null_alleles = 0.05;
    const auto plan = simulation::prepare(options, builtin_east_asian(nomenclature::builtin()));
    donor_simulator rows(plan);
    io::import_report report;
    return io::import_donors(rows, nomenclature::builtin(), plan->mac(), {}, report);
}

std::shared_ptr<const patient> as_patient(const registry& donors, donor_index d) {
    auto who = std::make_shared<patient>();
    for (std::size_t l = 0; l < locus_count; ++l) {
        const auto at = static_cast<locus>(l);
        who->genotypes[l] = donors.column(at).dictionary.genotype_at(donors.code(at, d));
    }
    return who;
}

struct plain_counts {
    std::vector<std::uint32_t> by_count;
    std::uint32_t group = match_counts::no_group;
    void add(unsigned mismatches, std::uint32_t of_group) {
        if (mismatches >= by_count.size()) return;
        ++by_count[mismatches];
        if (group == match_counts::no_group) group = of_group;
        if (group != of_group) group = match_counts::several_groups;
    }
};

/// Searches for some donors as patients; the retired do not count.
void expect_as_searched(const std::shared_ptr<const registry>& donors, const pool_match_options& options, donor_index step) {
    std::vector<std::uint32_t> groups;
    for (donor_index d = 0; d < donors->size(); ++d) groups.push_back(d % 3 == 0 ? 7 : d % 5);
    const pool_matches found = count_pool_matches(*donors, options, groups);
    const donor_availability availability(*donors, "", options.on);
    search_request request;
    request.loci = options.loci;
    request.max_mismatches = search_request::no_limit;
    request.on = options.on;
    for (donor_index d = 0; d < donors->size(); d += step) {
        plain_counts potential{std::vector<std::uint32_t>(options.max_mismatches + 1)};
        plain_counts certain = potential;
        for (const hit& h : search(donors, as_patient(*donors, d), request).hits) {
            if (h.donor == d || availability.status(h.donor) == "DE") continue;
            potential.add(h.mismatches, groups[h.donor]);
            certain.add(h.mismatches_max, groups[h.donor]);
        }
        for (const auto& [counts, expected] : {std::pair(&found.potential, &potential), std::pair(&found.certain, &certain)}) {
            for (unsigned k = 0; k <= options.max_mismatches; ++k) EXPECT_EQ(counts->count(d, k), expected->by_count[k]) << donors->id(d) << ' ' << k;
            EXPECT_EQ(counts->group(d), expected->group) << donors->id(d);
        }
    }
}

TEST(pool_matches, equal_searching_for_every_donor) {
    const auto donors = simulated(2000);
    expect_as_searched(donors, {}, 7);
    expect_as_searched(donors, {.loci = {locus::A, locus::B, locus::DRB1}, .max_mismatches = 0}, 23);
    expect_as_searched(donors, {.loci = {locus::DQB1, locus::C}, .max_mismatches = 2}, 97);
}

TEST(pool_matches, lists_new_alleles_nulls_and_untyped_donors) {
    const auto donors = make_pool({
        {"a", {{locus::A, {"02:01", "24:02"}}, {locus::B, {"40:01", "46:01"}}}},
        {"b", {{locus::A, {"02:01", "24:02"}}, {locus::B, {"40:01", "46:01"}}}},
        {"c", {{locus::A, {"A*02:01+A*24:02|A*11:01+A*11:01", "GL"}}, {locus::B, {"40:01/46:01", "46:01"}}}},
        {"new", {{locus::A, {"NEW", "24:02"}}, {locus::B, {"40:01", "46:01"}}}},
        {"null", {{locus::A, {"02:15N", "24:02"}}, {locus::B, {"40:01", ""}}}},
        {"nulls", {{locus::A, {"02:15N", "02:43N"}}, {locus::B, {"40:01", "46:01"}}}},
        {"B only", {{locus::B, {"40:01", "46:01"}}}},
        {"untyped", {}},
        {"untyped too", {}},
    });
    for (const unsigned most : {0U, 1U, 4U}) expect_as_searched(donors, {.loci = {locus::A, locus::B, locus::C}, .max_mismatches = most}, 1);
    expect_as_searched(donors, {.loci = {locus::DPB1}, .max_mismatches = 0}, 1);
    const pool_matches found = count_pool_matches(*donors, {.loci = {locus::A, locus::B}, .max_mismatches = 0});
    EXPECT_EQ(found.typings, 7U);
    EXPECT_EQ(found.certain.count(0, 0), 1U);
    EXPECT_EQ(found.certain.count(7, 0), 0U);
    EXPECT_EQ(found.potential.count(7, 0), 8U);
}

TEST(pool_matches, donors_who_cannot_be_had_are_patients_only) {
    const testing::typed_loci typing{{locus::A, {"02:01", "24:02"}}};
    const auto donors = make_pool({{"a", typing, {{"status", "AV"}, {"reserved_for", ""}}},
                                   {"b", typing, {{"status", "DE"}, {"reserved_for", ""}}},
                                   {"c", typing, {{"status", "OP"}, {"reserved_for", "P9"}}},
                                   {"d", typing, {{"status", "TU"}, {"reserved_for", ""}}}});
    const pool_match_options options{.loci = {locus::A}, .max_mismatches = 0};
    const pool_matches found = count_pool_matches(*donors, options);
    EXPECT_EQ(found.potential.count(0, 0), 1U);
    EXPECT_EQ(found.potential.count(1, 0), 2U);
    EXPECT_EQ(found.potential.count(2, 0), 2U);
    EXPECT_EQ(found.others, (std::vector<std::uint32_t>{1, 2, 2, 1}));
    expect_as_searched(donors, options, 1);
}

TEST(pool_matches, retired_donors_are_none_whatever_the_file_knows_of_reservations) {
    const testing::typed_loci typing{{locus::A, {"02:01", "24:02"}}};
    const auto donors = make_pool({{"a", typing, {{"status", "AV"}}}, {"b", typing, {{"status", "DE"}}}, {"c", typing, {{"status", "OP"}}}});
    const pool_match_options options{.loci = {locus::A}, .max_mismatches = 0};
    EXPECT_EQ(count_pool_matches(*donors, options).others, (std::vector<std::uint32_t>{1, 2, 1}));
    expect_as_searched(donors, options, 1);
}

TEST(pool_matches, threads_give_the_same) {
    const auto donors = simulated(1500);
    std::size_t last = 0;
    const pool_matches one = count_pool_matches(*donors, {.threads = 1, .progress = [&](std::size_t done, std::size_t all) {
                                                              EXPECT_GT(done, last);
                                                              EXPECT_LE(done, all);
                                                              last = done;
                                                          }});
    EXPECT_EQ(last, one.typings);
    const pool_matches four = count_pool_matches(*donors, {.threads = 4});
    for (donor_index d = 0; d < donors->size(); ++d)
        for (const unsigned k : {0U, 1U}) {
            EXPECT_EQ(one.potential.count(d, k), four.potential.count(d, k));
            EXPECT_EQ(one.certain.count(d, k), four.certain.count(d, k));
        }
}

TEST(pool_matches, refuses_what_does_not_fit) {
    const auto donors = make_pool({{"a", {}}});
    EXPECT_THROW((void)count_pool_matches(*donors, {.loci = {}}), format_error);
    EXPECT_THROW((void)count_pool_matches(*donors, {.max_mismatches = 19}), format_error);
    const std::vector<std::uint32_t> groups(2);
    EXPECT_THROW((void)count_pool_matches(*donors, {}, groups), format_error);
    EXPECT_EQ(count_pool_matches(*make_pool({}), {}).typings, 0U);
}

}  // namespace
}  // namespace allomatch
