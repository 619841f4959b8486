// SPDX-License-Identifier: Apache-2.0
#include "unit/shared_data.hpp"

#include <allomatch/analytics/simulate.hpp>
#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/read_frequencies.hpp>
#include <allomatch/typing/reading.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace allomatch {
namespace {

using testing::real_release;
using testing::shared_folder;

simulation::pointer east_asian(simulation_options options = {},
                               const nomenclature::pointer& names = nomenclature::builtin()) {
    return simulation::prepare(std::move(options), builtin_east_asian(names));
}

std::string text_of(row_source& rows) {
    std::string text;
    row_view row;
    while (rows.next(row)) {
        for (const std::string_view cell : row.cells) (text += cell) += ',';
        text += '\n';
    }
    return text;
}

template <class Source, class... Arguments>
std::string text_of(Arguments&&... arguments) {
    Source source(std::forward<Arguments>(arguments)...);
    return text_of(source);
}

/// FNV-1a, 64 bits.
std::uint64_t digest(std::string_view text) {
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3U;
    return hash;
}

// The bytes must be the same on every machine. The digests come from the first run; they change with the starter
// nomenclature, the East Asian set or the drawing, which is then to be said in the change log.
TEST(simulation, same_bytes_everywhere) {
    const auto plan = east_asian({.donors = 1000, .patients = 1000});
    EXPECT_EQ(digest(text_of<donor_simulator>(plan)), 5'063'241'909'427'597'080U);
    EXPECT_EQ(digest(text_of<patient_simulator>(plan)), 8'287'681'208'814'827'280U);
    EXPECT_EQ(digest(text_of<truth_simulator>(plan, simulated_people::donors)), 2'128'485'257'483'773'195U);
    EXPECT_EQ(digest(plan->mac_text()), 4'510'636'593'237'472'585U);
}

TEST(simulation, a_person_depends_on_the_seed_and_its_number_only) {
    const auto small = east_asian({.donors = 100, .patients = 20});
    const auto large = east_asian({.donors = 5000, .patients = 300});
    EXPECT_EQ(text_of<donor_simulator>(small), text_of<donor_simulator>(large, 0U, 100U));
    EXPECT_EQ(text_of<patient_simulator>(small), text_of<patient_simulator>(large, 0U, 20U));
    EXPECT_EQ(text_of<donor_simulator>(large, 0U, 70U) + text_of<donor_simulator>(large, 70U, 100U),
              text_of<donor_simulator>(small));
    EXPECT_NE(text_of<donor_simulator>(small), text_of<donor_simulator>(east_asian({.donors = 100, .seed = 2})));
    // Truth does not depend on how people are typed.
    simulation_options serological{.donors = 100};
    serological.donor_typing.serology.share = 1000;
    EXPECT_EQ(text_of<truth_simulator>(small, simulated_people::donors),
              text_of<truth_simulator>(east_asian(serological), simulated_people::donors));
}

std::map<std::string, std::size_t> column_numbers(const row_source& rows) {
    std::map<std::string, std::size_t> numbers;
    for (const std::string& column : rows.columns()) numbers.emplace(column, numbers.size());
    return numbers;
}

/// Checks that every typing can be read and holds the truth, and every field fits its definition.
void check_people(const simulation& plan, const nomenclature& names, row_source& people, row_source& truth) {
    std::vector<std::optional<field_column>> fields;
    for (const std::string& column : people.columns()) {
        const field_definition* known = find_field(column);
        fields.emplace_back();
        if (known != nullptr) fields.back().emplace(column, known->kind, known);
    }
    std::map<std::pair<locus, std::string>, allele_set> read;
    row_view person;
    row_view known;
    while (people.next(person)) {
        ASSERT_TRUE(truth.next(known));
        ASSERT_EQ(person.cells[0], known.cells[0]);
        for (std::size_t i = 0; i < plan.loci().size(); ++i) {
            const locus l = plan.loci()[i];
            std::array<const allele_set*, 2> typed{};
            for (std::size_t side = 0; side < 2; ++side) {
                const std::string text(person.cells[1 + 2 * i + side]);
                const auto [it, added] = read.try_emplace({l, text});
                if (added && !text.empty()) {
                    auto r = read_position({&names, plan.mac().get(), gene_set(l), column_kind::dna}, text);
                    ASSERT_TRUE(r) << text << ": " << r.error().reason;
                    it->second = r->alleles;
                }
                typed[side] = &it->second;
            }
            if (typed[0]->empty()) {
                ASSERT_TRUE(typed[1]->empty());  // untyped
                continue;
            }
            if (typed[1]->empty()) typed[1] = typed[0];
            const auto fits = [&](const allele_set& set, std::size_t side) {
                return set.any([&](allele_id id) { return names.allele_text(id) == known.cells[1 + 2 * i + side]; });
            };
            ASSERT_TRUE((fits(*typed[0], 0) && fits(*typed[1], 1)) || (fits(*typed[0], 1) && fits(*typed[1], 0)))
                << person.cells[0] << ' ' << person.cells[1 + 2 * i] << ' ' << person.cells[2 + 2 * i];
        }
        for (std::size_t at = 0; at < fields.size(); ++at) {
            if (fields[at]) {
                ASSERT_FALSE(fields[at]->check(person.cells[at])) << person.cells[at];
            }
        }
    }
    EXPECT_FALSE(truth.next(known));
}

void check_both(const simulation::pointer& plan, const nomenclature& names) {
    donor_simulator donors(plan);
    truth_simulator donor_truth(plan, simulated_people::donors);
    check_people(*plan, names, donors, donor_truth);
    patient_simulator patients(plan);
    truth_simulator patient_truth(plan, simulated_people::patients);
    check_people(*plan, names, patients, patient_truth);
}

simulation_options many_kinds() {
    simulation_options options{.donors = 4000, .patients = 1000, .seed = 7, .other_members = 0.5, .null_alleles = 0.5};
    options.donor_typing.serology = {.share = 0.3, .untyped_dpb1 = 0.5};
    options.donor_typing.xx.share = 0.2;
    return options;
}

TEST(simulation, typings_hold_the_truth) {
    check_both(east_asian(many_kinds()), *nomenclature::builtin());
    check_both(east_asian(many_kinds(), nomenclature::names()), *nomenclature::names());
}

TEST(simulation, typings_hold_the_truth_under_real_releases) {
    for (const char* version : {"3.33.0", "3.58.0"}) {
        const auto release = real_release(version);
        if (release == nullptr) GTEST_SKIP() << "no release " << version << " in " << shared_folder();
        const auto sets =
            io::read_frequencies(shared_folder() / "data" / "frequencies" / "family_Global_dpb1.csv", release);
        check_both(simulation::prepare(many_kinds(), sets.sets.front()), *release);
        check_both(east_asian(many_kinds(), release), *release);
    }
}

TEST(simulation, hardy_weinberg_proportions) {
    const frequency_set set = builtin_east_asian(nomenclature::builtin());
    constexpr std::size_t people = 50'000;
    const auto plan = simulation::prepare({.donors = people}, set);
    truth_simulator truth(plan, simulated_people::donors);
    const auto column = column_numbers(truth);
    const std::string common = set.haplotype_text(0);
    const double f = set.rows().frequency(0);
    double copies = 0;
    double both = 0;
    std::size_t homozygous_a = 0;
    row_view row;
    while (truth.next(row)) {
        const int n = (row.cells[column.at("haplotype_1")] == common) + (row.cells[column.at("haplotype_2")] == common);
        copies += n;
        both += n == 2;
        homozygous_a += row.cells[column.at("A_1")].substr(0, 7) == row.cells[column.at("A_2")].substr(0, 7);
    }
    const auto near = [](double seen, double expected, double trials) {
        const double error = std::sqrt(expected * (1 - expected) / trials);
        EXPECT_NEAR(seen / trials, expected, 4 * error);
    };
    near(copies, f, 2.0 * people);
    near(both, f * f, people);
    std::map<std::string, double> a;
    for (std::size_t r = 0; r < set.rows().size(); ++r)
        a[set.haplotype_text(r).substr(0, 7)] += set.rows().frequency(r) / set.sum_as_read();
    double expected = 0;
    for (const auto& [name, frequency] : a) expected += frequency * frequency;
    near(static_cast<double>(homozygous_a), expected, people);
}

/// How a text is written.
std::string kind_of(std::string_view text) {
    if (text.empty()) return "blank";
    if (text.front() >= 'A') return "serology";
    if (text.ends_with(":XX")) return "xx";
    if (text.find("SIM") != std::string_view::npos) return "mac";
    if (text.back() == 'G') return "g";
    return text.find(':') == text.rfind(':') ? "two" : "three";
}

TEST(simulation, quality_shares_are_as_configured) {
    simulation_options options{.donors = 20'000, .null_alleles = 0};
    options.donor_typing = {
        .serology = {.share = 1, .untyped_c = 1},
        .xx = {.share = 2, .untyped_c = 0.5},
        .mac = {.share = 3},
        .g_group = {.share = 0},
        .two_field = {.share = 2},
        .three_field = {.share = 2},
        .retyped = 0,
        .blank_homozygotes = 0.25,
    };
    const auto plan = east_asian(options);
    donor_simulator donors(plan);
    const auto column = column_numbers(donors);
    std::map<std::string, double> kinds;
    double homozygous = 0;
    double blanks = 0;
    double untyped_c = 0;
    row_view row;
    while (donors.next(row)) {
        const std::string_view first = row.cells[column.at("A_1")];
        const std::string_view second = row.cells[column.at("A_2")];
        kinds[kind_of(first)] += 1;
        homozygous += second.empty() || first == second;
        blanks += second.empty();
        untyped_c += row.cells[column.at("C_1")].empty();
        EXPECT_FALSE(row.cells[column.at("DQB1_1")].empty());
    }
    const double n = static_cast<double>(options.donors);
    EXPECT_NEAR(kinds["serology"] / n, 0.1, 0.01);
    EXPECT_NEAR(kinds["xx"] / n, 0.2, 0.012);
    EXPECT_NEAR(kinds["mac"] / n, 0.3, 0.013);
    EXPECT_EQ(kinds["g"], 0);
    EXPECT_NEAR(kinds["two"] / n, 0.2, 0.012);
    EXPECT_NEAR(kinds["three"] / n, 0.2, 0.012);
    EXPECT_NEAR(untyped_c / n, 0.2, 0.012);
    EXPECT_NEAR(blanks / homozygous, 0.25, 0.035);
}

TEST(simulation, null_alleles_are_in_the_truth) {
    const auto count = [](double share) {
        const auto plan = east_asian({.donors = 20'000, .null_alleles = share});
        truth_simulator truth(plan, simulated_people::donors);
        std::size_t people = 0;
        row_view row;
        while (truth.next(row)) {
            bool null = false;
            for (std::size_t i = 1; i + 2 < row.cells.size(); ++i) null = null || row.cells[i].back() == 'N';
            people += null;
        }
        return static_cast<double>(people) / 20'000;
    };
    const double base = count(0);
    EXPECT_NEAR(count(0.1) - base, 0.1, 0.01);
}

TEST(simulation, ages_and_dates) {
    const auto plan = east_asian({.donors = 20'000, .patients = 2'000});
    const day_number now = plan->options().reference_date;
    donor_simulator donors(plan);
    const auto column = column_numbers(donors);
    std::map<std::string, std::size_t, std::less<>> branches;
    row_view row;
    while (donors.next(row)) {
        const auto day = [&](const char* name) { return *read_date(row.cells[column.at(name)]); };
        const int age = age_in_years(day("birth_date"), now);
        ASSERT_TRUE(age >= 18 && age <= 55) << age;
        ASSERT_GE(age_in_years(day("birth_date"), day("registered")), 18);
        ASSERT_LE(day("registered"), day("last_contact"));
        ASSERT_LE(day("last_contact"), now);
        if (row.cells[column.at("sex")] == "M") {
            ASSERT_TRUE(row.cells[column.at("pregnancies")].empty());
        }
        ++branches[std::string(row.cells[column.at("branch")])];
    }
    EXPECT_EQ(branches.size(), 11U);
    EXPECT_GT(branches["杭州"], branches["舟山"]);
    patient_simulator patients(plan);
    const auto patient_column = column_numbers(patients);
    while (patients.next(row)) {
        const int age = age_in_years(*read_date(row.cells[patient_column.at("birth_date")]), now);
        ASSERT_TRUE(age >= 1 && age <= 70) << age;
    }
}

TEST(simulation, options_are_checked) {
    const auto refused = [](auto change) {
        simulation_options options;
        change(options);
        try {
            validate(options);
        } catch (const format_error& error) {
            return error.details().column;
        }
        return std::string();
    };
    EXPECT_EQ(refused([](auto&) {}), "");
    EXPECT_EQ(refused([](auto& o) { o.null_alleles = 1.5; }), "null_alleles");
    EXPECT_EQ(refused([](auto& o) { o.other_members = std::nan(""); }), "other_members");
    EXPECT_EQ(refused([](auto& o) { o.donor_typing.mac.share = -1; }), "donor_typing.mac.share");
    EXPECT_EQ(refused([](auto& o) { o.patient_typing.xx.years_ago_from = 38; }), "patient_typing.xx.years_ago_from");
    EXPECT_EQ(refused([](auto& o) { o.donor_typing = {{}, {}, {}, {}, {}, {}, 0, 0}; }), "donor_typing");
    EXPECT_EQ(refused([](auto& o) { o.donor_prefix.assign(41, 'D'); }), "donor_prefix");
    EXPECT_EQ(refused([](auto& o) { o.branches = {{"X", 0}}; }), "branches");
    EXPECT_EQ(refused([](auto& o) { o.reference_date = no_day; }), "reference_date");
    EXPECT_EQ(refused([](auto& o) { o.branches.clear(); }), "");
}

}  // namespace
}  // namespace allomatch
