// SPDX-License-Identifier: Apache-2.0
#include "unit/search/pool.hpp"

#include <allomatch/analytics/pool_matches.hpp>
#include <allomatch/analytics/simulate.hpp>
#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/search/donor_availability.hpp>

#include <numeric>
#include <random>

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

/// Typings of DPB1 as all their resolutions, and the rules as semantics.md section 5 says them.
struct dpb1_world {
    using allele_pair = std::array<std::string, 2>;
    using typing = std::vector<allele_pair>;  // none: untyped

    static int group(const std::string& allele) {
        static const std::map<std::string, int> groups{{"09:01", 1}, {"10:01", 1}, {"03:01", 2}, {"14:01", 2}, {"02:01", 3}, {"04:01", 3}};
        const auto it = groups.find(allele);
        return it == groups.end() ? 0 : it->second;
    }
    static int lowest(const allele_pair& p) {
        return group(p[0]) == 0 || group(p[1]) == 0 ? 0 : std::min(group(p[0]), group(p[1]));
    }
    static bool fits(const allele_pair& p, const allele_pair& d, dpb1_rule rule) {
        const bool is_new = p[0] == "NEW" || p[1] == "NEW";
        if (!is_new && (p == d || p == allele_pair{d[1], d[0]})) return true;
        return rule == dpb1_rule::permissive && lowest(p) != 0 && lowest(p) == lowest(d);
    }
    static std::pair<bool, bool> fits(const typing& p, const typing& d, dpb1_rule rule) {
        std::pair found{false, !p.empty() && !d.empty()};
        for (const allele_pair& a : p)
            for (const allele_pair& b : d) {
                found.first = found.first || fits(a, b, rule);
                found.second = found.second && fits(a, b, rule);
            }
        return found;
    }
    static std::string text(const typing& t) {
        std::string out;
        for (const auto& [a, b] : t) {
            const auto full = [](const std::string& allele) { return allele == "NEW" ? allele : "DPB1*" + allele; };
            out += (out.empty() ? "" : "|") + full(a) + "+" + full(b);
        }
        return out;
    }
};

TEST(pool_matches, dpb1_rules_equal_going_through_all_resolutions) {
    std::mt19937 random(3);
    const std::vector<std::string> alleles{"09:01", "10:01", "03:01", "14:01", "02:01", "04:01", "NEW"};
    const auto one_of = [&](const auto& all) { return all[random() % all.size()]; };
    for (int world = 0; world < 12; ++world) {
        std::vector<dpb1_world::typing> typings;
        std::vector<std::string> at_a;
        std::vector<testing::pool_donor> rows;
        for (int d = 0; d < 40; ++d) {
            auto& typing = typings.emplace_back();
            for (std::size_t n = random() % 8 == 0 ? 0 : random() % 3 + 1; n > 0; --n) typing.push_back({one_of(alleles), one_of(alleles)});
            at_a.push_back(one_of(std::vector<std::string>{"24:02", "11:01"}));
            testing::typed_loci typed{{locus::A, {"02:01", at_a.back()}}};
            if (!typing.empty()) typed[locus::DPB1] = {dpb1_world::text(typing), "GL"};
            rows.push_back({std::to_string(d), typed, {{"status", d % 9 == 0 ? "DE" : "AV"}}});
        }
        const auto donors = make_pool(rows);
        std::vector<std::uint32_t> groups;
        for (donor_index d = 0; d < donors->size(); ++d) groups.push_back(d % 4);
        for (const dpb1_rule rule : {dpb1_rule::match, dpb1_rule::permissive}) {
            const pool_matches found = count_pool_matches(*donors, {.loci = {locus::A}, .dpb1 = rule}, groups);
            for (donor_index p = 0; p < donors->size(); ++p) {
                plain_counts potential{std::vector<std::uint32_t>(2)};
                plain_counts certain = potential;
                std::uint32_t others = 0;
                for (donor_index d = 0; d < donors->size(); ++d) {
                    if (d == p || d % 9 == 0 || typings[d].empty()) continue;
                    ++others;
                    const auto [is_possible, is_certain] = dpb1_world::fits(typings[p], typings[d], rule);
                    const unsigned mismatches = at_a[p] == at_a[d] ? 0 : 1;
                    if (is_possible) potential.add(mismatches, groups[d]);
                    if (is_certain) certain.add(mismatches, groups[d]);
                }
                EXPECT_EQ(found.others[p], others);
                for (const auto& [counts, expected] : {std::pair(&found.potential, &potential), std::pair(&found.certain, &certain)}) {
                    for (unsigned k = 0; k <= 1; ++k) EXPECT_EQ(counts->count(p, k), expected->by_count[k]) << world << ' ' << p << ' ' << k;
                    EXPECT_EQ(counts->group(p), expected->group) << world << ' ' << p;
                }
            }
        }
    }
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
    EXPECT_THROW((void)count_pool_matches(*donors, {.loci = {locus::A, locus::DPB1}, .dpb1 = dpb1_rule::match}), format_error);
    EXPECT_THROW((void)count_pool_matches(*donors, {.dpb1 = dpb1_rule::permissive, .tce_version = "V9"}), format_error);
    EXPECT_NO_THROW((void)count_pool_matches(*donors, {.dpb1 = dpb1_rule::permissive, .tce_version = "V2"}));
    const std::vector<std::uint32_t> groups(2);
    EXPECT_THROW((void)count_pool_matches(*donors, {}, groups), format_error);
    EXPECT_EQ(count_pool_matches(*make_pool({}), {}).typings, 0U);
}

}  // namespace
}  // namespace allomatch
