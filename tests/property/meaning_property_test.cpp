// SPDX-License-Identifier: Apache-2.0
// What changed in the meaning of typings, against the slow, obvious model.
#include "model/miniature.hpp"
#include "model/slow_meaning.hpp"
#include "unit/shared_data.hpp"

#include <gtest/gtest.h>

using namespace allomatch;
using namespace allomatch::model;

namespace {

struct reading_of_donors {
    nomenclature::pointer names;
    mac_table::pointer mac;
    null_policy nulls = null_policy::ignore_inside_ambiguity;
    std::shared_ptr<const registry> donors{};
    std::vector<problem> problems{};

    void read(const std::map<std::string, std::array<std::string, locus_count>>& people) {
        registry_builder builder(names, mac, nulls);
        for (const auto& [id, texts] : people) {
            registry_builder::donor_texts row;
            row.id = id;
            for (std::size_t l = 0; l < locus_count; ++l) row.typings[l] = texts[l];
            for (problem& p : builder.add(row)) {
                p.id = id;
                problems.push_back(std::move(p));
            }
        }
        donors = builder.finish();
    }
};

using people_texts = std::map<std::string, std::array<std::string, locus_count>>;
using all_kinds = std::array<std::size_t, meaning_kind_count>;

/// Reads the people twice and compares every number and every row with the model; adds what was seen to `seen`.
void expect_equal(reading_of_donors before, reading_of_donors after, const people_texts& people, all_kinds& seen) {
    before.read(people);
    after.read(people);
    const auto changes = meaning_changes::compare({.before = before.donors,
                                                   .after = after.donors,
                                                   .refused_before = before.problems,
                                                   .refused_after = after.problems,
                                                   .list_alleles_only = true,
                                                   .threads = 2});
    const slow_succession s(*before.names, *after.names);
    meaning_counts donors{};
    std::array<meaning_counts, locus_count> loci{};
    std::multiset<std::tuple<meaning_kind, std::string, std::optional<locus>>> rows;
    const auto refused_at = [](const reading_of_donors& r, const std::string& id) {
        std::vector<locus> at;
        for (const problem& p : r.problems)
            if (p.id == id) at.push_back(*locus_from_name(p.column.substr(0, p.column.find('_'))));
        return at;
    };
    for (const auto& [id, texts] : people) {
        const bool was = before.donors->find(id).has_value();
        const bool is = after.donors->find(id).has_value();
        if (!was && !is) continue;
        if (!was || !is) {
            const meaning_kind k = was ? meaning_kind::lost : meaning_kind::gained;
            ++donors[static_cast<std::size_t>(k)];
            const auto at = refused_at(was ? after : before, id);
            for (const locus l : at) rows.emplace(k, id, l);
            for (const locus l : std::set<locus>(at.begin(), at.end())) ++loci[index(l)][static_cast<std::size_t>(k)];
            continue;
        }
        meaning_kind gravest = meaning_kind::same;
        for (std::size_t l = 0; l < locus_count; ++l) {
            if (texts[l].empty()) continue;
            const auto here = static_cast<locus>(l);
            const meaning_kind k = slow_kind(slow_read(s, *before.names, true, here, texts[l], before.mac.get(), before.nulls),
                                             slow_read(s, *after.names, false, here, texts[l], after.mac.get(), after.nulls));
            gravest = std::min(gravest, k);
            ++loci[l][static_cast<std::size_t>(k)];
            if (k != meaning_kind::same) rows.emplace(k, id, here);
        }
        ++donors[static_cast<std::size_t>(gravest)];
    }
    EXPECT_EQ(changes.donors(), donors);
    for (std::size_t l = 0; l < locus_count; ++l) EXPECT_EQ(changes.at(static_cast<locus>(l)), loci[l]) << locus_names[l];
    decltype(rows) listed;
    std::optional<meaning_kind> last;
    for (const auto& row : changes.rows()) {
        const meaning_kind k = changes.kind(row);
        EXPECT_LE(last.value_or(k), k);
        last = k;
        listed.emplace(k, changes.donor_id(row), changes.where(row));
        const meaning_words words = changes.words(row);
        EXPECT_FALSE(words.reason.empty());
        EXPECT_FALSE(words.text.empty());
        ++seen[static_cast<std::size_t>(k)];
    }
    seen[static_cast<std::size_t>(meaning_kind::same)] += donors[static_cast<std::size_t>(meaning_kind::same)];
    EXPECT_EQ(listed, rows);
}

/// The next release: a few alleles deleted, renamed, added, put into other groups or typed by other antigens.
release_tables next_release(release_tables t, dice& roll) {
    const auto some_group = [&]() -> release_tables::group& { return t.p_groups[roll(static_cast<unsigned>(t.p_groups.size()))]; };
    for (unsigned n = roll(14); n > 0; --n) {
        const unsigned at = roll(static_cast<unsigned>(t.alleles.size()));
        const std::uint64_t key = t.alleles[at];
        const gene g = allele_name::gene_of_key(key);
        const auto leave = [&] {
            for (auto& group : t.p_groups) std::erase(group.members, key);
        };
        switch (roll(6)) {
            case 0: {
                t.alleles.erase(t.alleles.begin() + at);
                const std::uint64_t heir = t.alleles[roll(static_cast<unsigned>(t.alleles.size()))];
                const bool has_heir = allele_name::gene_of_key(heir) == g;
                t.old_names.push_back({g, allele_name::from_key(key).text(), has_heir ? allele_name::from_key(heir).text() : "", "Renamed"});
                break;
            }
            case 1: leave(); break;
            case 2: {
                auto& group = some_group();
                if (allele_name::gene_of_key(group.key) != g) break;
                leave();
                group.members.push_back(key);
                break;
            }
            case 3: {
                for (auto& row : t.serology)
                    if (row.key == key) row.antigens = {roll.once_in(2) ? 2U : 7U};
                break;
            }
            case 4: {
                allele_name added = allele_name::from_key(key);
                if (added.count != 3) break;
                added.fields[2] = static_cast<std::uint16_t>(7 + n);
                added.suffix = roll.once_in(4) ? 'N' : char{0};
                t.alleles.push_back(added.key(g));
                for (auto& group : t.p_groups)
                    if (std::find(group.members.begin(), group.members.end(), key) != group.members.end() && added.suffix == 0) {
                        group.members.push_back(added.key(g));
                        break;
                    }
                break;
            }
            default: {
                allele_name longer = allele_name::from_key(key);
                if (longer.count != 2) break;
                longer.count = 3;
                longer.fields[2] = 1;
                for (auto& group : t.p_groups) std::replace(group.members.begin(), group.members.end(), key, longer.key(g));
                t.alleles[at] = longer.key(g);
            }
        }
    }
    return t;
}

void add_tce(release_tables& t, dice& roll) {
    t.tce_versions = {"V1", "V2"};
    for (const std::uint64_t key : t.alleles)
        if (allele_name::gene_of_key(key) == gene::DPB1)
            t.tce.push_back({key, {static_cast<std::uint8_t>(roll(4)), static_cast<std::uint8_t>(roll(4))}, {}});
}

people_texts some_people(const std::vector<const miniature*>& from, unsigned count, dice& roll) {
    people_texts people;
    for (unsigned i = 0; i < count; ++i)
        for (std::size_t l = 0; l < locus_count; ++l)
            if (!roll.once_in(3)) people["D" + std::to_string(i)][l] = random_locus_text(*roll.pick(from), static_cast<locus>(l), roll);
    return people;
}

TEST(meaning_changes_of_generated_releases, equal_the_model) {
    all_kinds seen{};
    for (unsigned seed = 0; seed < 120; ++seed) {
        const miniature m = make_miniature(seed);
        const miniature other = make_miniature(seed + 7000);
        dice roll(seed + 300);
        release_tables first = m.tables;
        release_tables second = next_release(m.tables, roll);
        if (roll.once_in(2)) add_tce(first, roll);
        second.tce_versions = first.tce_versions;
        second.tce = first.tce;
        if (roll.once_in(3)) add_tce(second, roll);
        reading_of_donors before{std::make_shared<const nomenclature>(first), nullptr};
        reading_of_donors after{std::make_shared<const nomenclature>(second), nullptr};
        std::vector<const miniature*> sources{&m};
        if (roll.once_in(6)) {
            after.names = other.names;
            sources.push_back(&other);
        }
        if (roll.once_in(8)) after.names = before.names;
        if (roll.once_in(4)) after.nulls = null_policy::consider;
        if (roll.once_in(4)) before.nulls = null_policy::consider;
        expect_equal(before, after, some_people(sources, 60, roll), seen);
        ASSERT_FALSE(HasFailure()) << "seed " << seed;
    }
    for (std::size_t k = 0; k < meaning_kind_count; ++k) EXPECT_GT(seen[k], 0U) << meaning_kind_names[k];
}

/// Texts of real names: of two fields, lists, G groups, now and then all of a first field.
people_texts people_of(const nomenclature& names, unsigned count, dice& roll) {
    std::array<std::vector<allele_id>, locus_count> alleles;
    for (allele_id id = 0; id < names.allele_count(); ++id) alleles[index(locus_of(names.gene_of(id)))].push_back(id);
    const auto cut = [&](allele_id id, std::uint8_t fields) {
        allele_name n = names.name_of(id);
        n.count = std::min(n.count, fields);
        if (n.count < names.name_of(id).count) n.suffix = 0;
        for (std::size_t f = n.count; f < 4; ++f) n.fields[f] = 0;
        return std::string(name(names.gene_of(id))) + "*" + n.text();
    };
    const auto one = [&](std::size_t l) {
        const allele_id id = roll.pick(alleles[l]);
        switch (roll(12)) {
            case 0: return names.allele_text(id);
            case 1: return names.allele_text(id) + "/" + names.allele_text(roll.pick(alleles[l]));
            case 2: return names.g_group_text(id).empty() ? names.allele_text(id) : names.g_group_text(id);
            case 3: return l == index(locus::DQA1) ? cut(id, 1) + ":XX" : cut(id, 2);
            default: return cut(id, 2);
        }
    };
    people_texts people;
    for (unsigned i = 0; i < count; ++i)
        for (unsigned n = 1 + roll(2); n > 0; --n) {
            const std::size_t l = roll(locus_count);
            people["D" + std::to_string(i)][l] = pair_text(one(l), roll.once_in(9) ? "" : one(l));
        }
    return people;
}

nomenclature::pointer release_called(const std::string& word) {
    return word == "builtin" || word == "names" ? nomenclature::open(word) : allomatch::testing::real_release(word);
}

class meaning_changes_of_releases : public ::testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(meaning_changes_of_releases, equal_the_model) {
    reading_of_donors before{release_called(GetParam().first), nullptr};
    reading_of_donors after{release_called(GetParam().second), nullptr};
    if (before.names == nullptr || after.names == nullptr) GTEST_SKIP() << "releases not found; set ALLOMATCH_SHARED";
    all_kinds seen{};
    dice roll(11);
    const auto source = !before.names->names_only() ? before.names : !after.names->names_only() ? after.names : nomenclature::builtin();
    expect_equal(before, after, people_of(*source, 1500, roll), seen);
    if (before.names != after.names) return;
    for (std::size_t k = 0; k < meaning_kind_count; ++k)
        EXPECT_EQ(seen[k] != 0, static_cast<meaning_kind>(k) == meaning_kind::same) << meaning_kind_names[k];
}

INSTANTIATE_TEST_SUITE_P(all, meaning_changes_of_releases,
                         ::testing::Values(std::pair("3.33.0", "3.51.0"), std::pair("3.51.0", "3.58.0"), std::pair("3.33.0", "3.58.0"),
                                           std::pair("3.58.0", "3.33.0"), std::pair("3.58.0", "3.58.0"), std::pair("names", "3.58.0"),
                                           std::pair("3.58.0", "names"), std::pair("builtin", "builtin"), std::pair("builtin", "3.58.0"),
                                           std::pair("names", "builtin"), std::pair("names", "names")),
                         [](const auto& tested) {
                             std::string text = tested.param.first + "_to_" + tested.param.second;
                             std::erase(text, '.');
                             return text;
                         });

}  // namespace
