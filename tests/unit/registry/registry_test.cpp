// SPDX-License-Identifier: Apache-2.0
#include "unit/search/pool.hpp"

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;
using texts = registry_builder::donor_texts;

texts donor(std::string_view id, std::string_view a = {}, std::vector<std::string_view> fields = {}) {
    texts d;
    d.id = id;
    d.typings[index(A)] = a;
    d.fields = std::move(fields);
    return d;
}

TEST(registry, gives_back_what_was_put_in) {
    const auto pool = make_pool({{"D1", {{A, {"01:01", "02:01"}}, {B, {"07:02", ""}}}, {{"sex", "F"}, {"Centre", "x"}}},
                                 {"D2", {}, {{"sex", ""}}},
                                 {"D3", {{A, {"A*01:01", "A*02:01"}}}, {{"Centre", "y"}}}});
    ASSERT_EQ(pool->size(), 3U);
    EXPECT_EQ(pool->id(1), "D2");
    EXPECT_EQ(pool->find("D3"), 2U);
    EXPECT_FALSE(pool->find("D4"));
    EXPECT_FALSE(pool->find(""));
    EXPECT_EQ(pool->typing_text(A, 0), pair_text("01:01", "02:01"));
    EXPECT_EQ(pool->typing_text(A, 1), "");
    EXPECT_EQ(pool->typing_text(A, 2), pair_text("A*01:01", "A*02:01"));  // as received
    EXPECT_EQ(pool->typing_text(DPB1, 0), "");
    EXPECT_EQ(pool->code(A, 0), pool->code(A, 2));  // one meaning
    EXPECT_EQ(pool->code(A, 1), untyped_code);
    EXPECT_EQ(pool->code(DPB1, 1), untyped_code);
    EXPECT_EQ(pool->column(A).typed, 2U);
    EXPECT_EQ(pool->column(DPB1).typed, 0U);
    ASSERT_NE(pool->field("SEX"), nullptr);
    EXPECT_EQ(pool->field("sex")->text(0), "F");
    EXPECT_TRUE(pool->field("sex")->is_missing(1));
    EXPECT_TRUE(pool->field("sex")->is_missing(2));
    EXPECT_EQ(pool->field("centre")->text(2), "y");
    EXPECT_EQ(pool->field("cmv"), nullptr);
    EXPECT_EQ(pool->names(), nomenclature::builtin());
}

TEST(registry, codes_lead_to_meanings) {
    std::vector<pool_donor> donors;
    for (int i = 0; i < 600; ++i) {
        const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
        donors.push_back({std::to_string(i), {{A, {two(1 + i % 24) + ":" + two(1 + i), two(2 + i % 7) + ":01"}}}});
    }
    const auto pool = make_pool(donors, nomenclature::names());
    const auto& column = pool->column(A);
    EXPECT_EQ(column.dictionary.genotype_count(), 601U);  // and untyped
    EXPECT_EQ(column.codes.width(), 2U);
    for (donor_index d = 0; d < pool->size(); ++d) {
        const auto alternatives = column.dictionary.alternatives(pool->code(A, d));
        ASSERT_EQ(alternatives.size(), 1U);
        const auto& cells = donors[d].typings.at(A);
        EXPECT_EQ(pool->names()->class_text(column.dictionary.at(alternatives[0].first).classes[0]), "A*" + cells.first);
        EXPECT_EQ(pool->names()->class_text(column.dictionary.at(alternatives[0].second).classes[0]), "A*" + cells.second);
    }
}

// The code columns are in the order of `places`, each donor at one place.
TEST(registry, places_are_a_permutation_clustered_by_one_locus) {
    std::vector<pool_donor> donors;
    for (int i = 0; i < 500; ++i) {
        const auto allele = [](int n) { return (n < 10 ? "01:0" : "01:") + std::to_string(n); };
        pool_donor d{std::to_string(i), {{A, {allele(1 + i % 5), ""}}}};
        if (i % 11 != 0) d.typings[B] = {allele(1 + i * i % 53), allele(1 + i % 7)};
        donors.push_back(d);
    }
    const auto pool = make_pool(donors, nomenclature::names());
    ASSERT_EQ(pool->places().size(), pool->size());
    EXPECT_EQ(pool->cluster_locus(), B);
    std::vector<bool> seen(pool->size());
    const auto begins = pool->cluster_begins();
    ASSERT_EQ(begins.size(), pool->column(B).dictionary.genotype_count() + 1);
    EXPECT_EQ(begins.back(), pool->size());
    for (genotype_code code = 0; code + 1 < begins.size(); ++code)
        for (std::uint32_t place = begins[code]; place < begins[code + 1]; ++place) {
            const donor_index d = pool->places()[place];
            EXPECT_EQ(pool->code(B, d), code);
            for (const locus l : {A, B}) EXPECT_EQ(pool->column(l).codes[place], pool->code(l, d));
            EXPECT_FALSE(seen[d]);
            seen[d] = true;
        }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), true), static_cast<std::ptrdiff_t>(pool->size()));
}

TEST(registry_builder, names_all_that_is_wrong_with_a_donor) {
    registry_builder builder(nomenclature::builtin(), nullptr);
    builder.declare_fields({"sex", "birth_date"});
    texts bad = donor(" ", "x", {"Q", "1990-02-30"});
    bad.typings[index(B)] = "B*99:99";
    const auto problems = builder.add(bad);
    ASSERT_EQ(problems.size(), 5U);
    std::string columns;
    for (const problem& p : problems) columns += p.column + " ";
    EXPECT_EQ(columns, "id A B sex birth_date ");
    EXPECT_EQ(builder.size(), 0U);
}

TEST(registry_builder, refused_donors_leave_no_trace) {
    const auto build = [](bool with_refused) {
        registry_builder builder(nomenclature::builtin(), nullptr);
        builder.declare_fields({"branch", "sex"});
        const auto add = [&](const texts& d, bool good) { EXPECT_EQ(builder.add(d).empty(), good) << d.id; };
        add(donor("D1", "A*01:01+A*02:01", {"Ningbo", "F"}), true);
        if (with_refused) {
            texts half = donor("D9", "A*03:01+A*11:01", {"Wenzhou", "F"});
            half.typings[index(DPB1)] = "nonsense";
            add(half, false);
            add(donor("D8", "A*24:02", {"Jiaxing", "Q"}), false);
            add(donor("D1", "A*25:01", {"Huzhou", "M"}), false);
            texts other = donor("", "", {"Quzhou", "M"});
            other.typings[index(C)] = "C*07:01";
            add(other, false);
        }
        add(donor("D9", "A*02:01", {"Hangzhou", "M"}), true);  // the id is free again
        EXPECT_EQ(builder.size(), 2U);
        return builder.finish();
    };
    const auto plain = build(false);
    const auto tried = build(true);
    ASSERT_EQ(tried->size(), 2U);
    EXPECT_FALSE(tried->find("D8"));
    for (std::size_t l = 0; l < locus_count; ++l) {
        const auto& a = plain->column(static_cast<locus>(l));
        const auto& b = tried->column(static_cast<locus>(l));
        EXPECT_EQ(a.texts.texts(), b.texts.texts()) << locus_names[l];
        EXPECT_EQ(a.typed, b.typed);
        EXPECT_EQ(a.passing, b.passing);
        EXPECT_EQ(a.dictionary.genotype_count(), b.dictionary.genotype_count());
        EXPECT_EQ(a.dictionary.position_count(), b.dictionary.position_count());
        for (donor_index d = 0; d < 2; ++d) EXPECT_EQ(plain->code(static_cast<locus>(l), d), tried->code(static_cast<locus>(l), d));
    }
    EXPECT_EQ(plain->field("branch")->word_count(), tried->field("branch")->word_count());
    EXPECT_EQ(tried->field("branch")->size(), 2U);
    EXPECT_EQ(plain->memory().total(), tried->memory().total());
}

TEST(registry_builder, ids) {
    registry_builder builder(nomenclature::builtin(), nullptr);
    const auto refused = [&](std::string_view id) { return !builder.add(donor(id)).empty(); };
    EXPECT_FALSE(refused("D1"));
    EXPECT_FALSE(refused(" D2 "));
    EXPECT_TRUE(refused("D2"));
    EXPECT_TRUE(refused(""));
    EXPECT_TRUE(refused(" \t"));
    EXPECT_FALSE(refused("d1"));  // ids keep their case
    EXPECT_FALSE(refused(std::string(64, 'x')));
    EXPECT_TRUE(refused(std::string(65, 'x')));
    EXPECT_TRUE(refused("\xFF"));
    EXPECT_FALSE(refused("\xE6\x9D\xAD"));
    EXPECT_FALSE(refused("0"));
    EXPECT_FALSE(refused("00"));
    const auto pool = builder.finish();
    EXPECT_EQ(pool->size(), 7U);
    EXPECT_EQ(pool->find("D2"), 1U);
    EXPECT_EQ(pool->find("d1"), 2U);
    EXPECT_EQ(pool->find("00"), 6U);
    EXPECT_EQ(builder.size(), 0U);
}

TEST(registry_builder, many_ids_are_found) {
    registry_builder builder(nomenclature::builtin(), nullptr);
    for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(builder.add(donor("donor-" + std::to_string(i * 7))).empty());
    for (int i = 0; i < 20'000; i += 3) ASSERT_FALSE(builder.add(donor("donor-" + std::to_string(i * 7))).empty());
    const auto pool = builder.finish();
    ASSERT_EQ(pool->size(), 20'000U);
    for (donor_index d = 0; d < pool->size(); d += 11) ASSERT_EQ(pool->find(pool->id(d)), d);
    EXPECT_FALSE(pool->find("donor-1"));
}

TEST(registry_builder, a_field_is_declared_once) {
    for (const std::vector<std::string>& columns : {std::vector<std::string>{"sex", "sex"}, {"sex", "SEX"}, {"HF_SET", "population"},
                                                    {"Centre", "centre"}}) {
        registry_builder builder(nomenclature::builtin(), nullptr);
        EXPECT_THROW(builder.declare_fields(columns), format_error) << columns[1];
    }
}

TEST(registry_builder, reads_and_warns) {
    registry_builder builder(nomenclature::builtin(), nullptr);
    const std::string text = pair_text("", "24:09");
    EXPECT_TRUE(builder.add(donor("D1", text)).empty());
    EXPECT_EQ(builder.warnings(A, text).size(), 2U);
    EXPECT_FALSE(builder.read(A, "nonsense").ok());
    EXPECT_TRUE(builder.read(A, "A*01:01").ok());
    const auto pool = builder.finish();
    EXPECT_EQ(pool->column(A).texts.size(), 2U);  // reading alone leaves no text
}

TEST(registry_builder, is_as_new_after_finish) {
    registry_builder builder(nomenclature::builtin(), nullptr, null_policy::consider);
    builder.declare_fields({"sex"});
    ASSERT_TRUE(builder.add(donor("D1", "A*01:01+A*02:01", {"F"})).empty());
    const auto first = builder.finish();
    EXPECT_EQ(builder.size(), 0U);
    EXPECT_FALSE(builder.find("D1"));

    builder.declare_fields({"branch", "sex"});
    ASSERT_TRUE(builder.add(donor("D0", "A*03:01", {"Ningbo", "M"})).empty());
    ASSERT_TRUE(builder.add(donor("D1", "A*01:01+A*02:01", {"Huzhou", "F"})).empty());
    const auto second = builder.finish();
    ASSERT_EQ(second->size(), 2U);
    EXPECT_EQ(second->names(), nomenclature::builtin());
    EXPECT_EQ(second->nulls(), first->nulls());
    ASSERT_EQ(second->fields().size(), 2U);
    EXPECT_EQ(second->field("branch")->text(0), "Ningbo");
    EXPECT_EQ(second->typing_text(A, 1), "A*01:01+A*02:01");
    EXPECT_EQ(second->column(A).typed, 2U);
    EXPECT_EQ(second->places().size(), 2U);

    ASSERT_EQ(first->size(), 1U);  // and the first is untouched
    EXPECT_EQ(first->fields().size(), 1U);
    EXPECT_EQ(first->typing_text(A, 0), "A*01:01+A*02:01");

    const auto none = builder.finish();
    EXPECT_EQ(none->size(), 0U);
    EXPECT_EQ(none->names(), nomenclature::builtin());
    EXPECT_TRUE(none->fields().empty());
}

TEST(registry, blanks_in_a_locus_text_are_untyped) {
    registry_builder builder(nomenclature::builtin(), nullptr);
    EXPECT_TRUE(builder.add(donor("D1", pair_text(" ", ""))).empty());
    EXPECT_TRUE(builder.add(donor("D2", "  ")).empty());
    const auto pool = builder.finish();
    EXPECT_EQ(pool->column(A).typed, 0U);
    EXPECT_EQ(pool->code(A, 1), untyped_code);
}

TEST(registry, an_empty_one_works) {
    registry_builder builder(nomenclature::builtin(), nullptr);
    const auto pool = builder.finish();
    EXPECT_EQ(pool->size(), 0U);
    EXPECT_FALSE(pool->find("D1"));
    EXPECT_EQ(search(pool, make_patient({{A, {"01:01", ""}}}), {}).total, 0U);
}

TEST(registry, memory_is_counted) {
    const auto bytes = [](std::size_t donors, const std::string& branch) {
        registry_builder builder(nomenclature::builtin(), nullptr);
        builder.declare_fields({"branch"});
        for (std::size_t i = 0; i < donors; ++i)
            EXPECT_TRUE(builder.add(donor(std::to_string(1'000'000 + i), "A*01:01+A*02:01", {branch + std::to_string(i % 100)})).empty());
        return builder.finish()->memory();
    };
    const registry_memory small = bytes(1000, "b");
    const registry_memory large = bytes(9000, "b");
    EXPECT_GE(large.ids - small.ids, 8000U * 7);
    EXPECT_GE(large.typings, 9000U);
    EXPECT_GE(large.typing_texts, 9000U);
    EXPECT_GE(large.fields, 9000U);
    EXPECT_EQ(large.total(), large.typings + large.typing_texts + large.fields + large.ids + large.order + large.dictionaries);
    // registry.hpp: dictionaries hold distinct genotypes, texts and words.
    const registry_memory wordy = bytes(1000, std::string(1000, 'w'));
    EXPECT_GE(wordy.dictionaries + wordy.fields, small.dictionaries + small.fields + 100U * 999);
}

}  // namespace
