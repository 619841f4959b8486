// SPDX-License-Identifier: Apache-2.0
// Each kind of change by hand, with the reason that is given for it.
#include <allomatch/io/meaning_table.hpp>
#include <allomatch/io/table_writers.hpp>
#include <allomatch/nomenclature/release_tables.hpp>
#include <allomatch/registry/meaning_change.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <stdexcept>

using namespace allomatch;

namespace {

/// A release of few alleles of A and DPB1: "A*02:01:01".
class made_release {
public:
    made_release& alleles(std::initializer_list<const char*> names) {
        for (const char* name : names) tables_.alleles.push_back(key_of(name));
        return *this;
    }
    made_release& p_group(const char* name, std::initializer_list<const char*> members) {
        release_tables::group group{key_of(name), {}};
        for (const char* member : members) group.members.push_back(key_of(member));
        tables_.p_groups.push_back(group);
        return *this;
    }
    made_release& antigen(const char* allele, std::uint32_t number) {
        tables_.serology.push_back({key_of(allele), {number}});
        return *this;
    }
    made_release& renamed(const char* old, const char* current) {
        tables_.old_names.push_back({gene::A, old, current, "Renamed"});
        return *this;
    }
    made_release& tce(const char* version, const char* allele, std::uint8_t group) {
        if (tables_.tce_versions.empty()) tables_.tce_versions = {version};
        tables_.tce.push_back({key_of(allele), {group}, {}});
        return *this;
    }
    operator nomenclature::pointer() const { return std::make_shared<const nomenclature>(tables_); }

private:
    static std::uint64_t key_of(std::string_view name) {
        const std::size_t star = name.find('*');
        return read_allele_name(name.substr(star + 1))->key(*gene_from_name(name.substr(0, star)));
    }
    release_tables tables_;
};

struct people_read {
    std::shared_ptr<const registry> donors;
    std::vector<problem> problems;
};

using typed_people = std::vector<std::pair<std::string, std::string>>;  // id, text of a locus

people_read read(const nomenclature::pointer& names, const typed_people& people, locus l = locus::A,
                 const std::string& mac = {}, null_policy nulls = null_policy::ignore_inside_ambiguity) {
    registry_builder builder(names, mac.empty() ? nullptr : mac_table::from_text(mac), nulls);
    people_read out;
    for (const auto& [id, text] : people) {
        registry_builder::donor_texts row;
        row.id = id;
        row.typings[index(l)] = text;
        for (problem& p : builder.add(row)) {
            p.id = id;
            out.problems.push_back(std::move(p));
        }
    }
    out.donors = builder.finish();
    return out;
}

meaning_changes compare(const people_read& before, const people_read& after) {
    return meaning_changes::compare({.before = before.donors,
                                     .after = after.donors,
                                     .refused_before = before.problems,
                                     .refused_after = after.problems,
                                     .list_alleles_only = true});
}

/// "moved: A*02:99 + A*24:02 -> A*02:01P + A*24:02 (reason)", or "same".
std::string only_change(const meaning_changes& changes) {
    if (changes.rows().empty()) return "same";
    if (changes.rows().size() != 1) throw std::logic_error("more than one row");
    const auto& row = changes.rows().front();
    const meaning_words words = changes.words(row);
    return std::string(name(changes.kind(row))) + ": " + words.before + " -> " + words.after + " (" + words.reason + ")";
}

std::string change_of(const nomenclature::pointer& before, const nomenclature::pointer& after, const std::string& first,
                      const std::string& second, locus l = locus::A) {
    const typed_people one{{"D1", pair_text(first, second)}};
    return only_change(compare(read(before, one, l), read(after, one, l)));
}

made_release plain() {
    return made_release().alleles({"A*02:01:01", "A*02:01:02", "A*02:06", "A*02:99", "A*24:02:01"}).p_group("A*02:01", {"A*02:01:01", "A*02:01:02"});
}

TEST(meaning_change, the_same_release_changes_nothing) {
    EXPECT_EQ(change_of(plain(), plain(), "02:01", "24:02"), "same");
    const auto changes = compare(read(plain(), {{"D1", pair_text("02:01", "24:02")}, {"D2", ""}}), read(plain(), {{"D1", pair_text("02:01", "24:02")}, {"D2", ""}}));
    EXPECT_EQ(changes.donors()[static_cast<std::size_t>(meaning_kind::same)], 2U);
    EXPECT_EQ(changes.at(locus::A)[static_cast<std::size_t>(meaning_kind::same)], 1U);
}

TEST(meaning_change, an_allele_that_joins_a_group_moved) {
    const made_release joined = made_release()
                                    .alleles({"A*02:01:01", "A*02:01:02", "A*02:06", "A*02:99", "A*24:02:01"})
                                    .p_group("A*02:01", {"A*02:01:01", "A*02:01:02", "A*02:99"});
    EXPECT_EQ(change_of(plain(), joined, "02:99", "24:02"),
              "moved: A*02:99 + A*24:02:01 -> A*02:01P + A*24:02:01 "
              "(A*02:99 was in A*02:99 and is in A*02:01P; no longer A*02:99; new A*02:01P)");
    // The group that it joins is the same class as before.
    EXPECT_EQ(change_of(plain(), joined, "02:01", "24:02"), "same");
    // Beside a member of that group it only takes an outcome away.
    EXPECT_EQ(change_of(plain(), joined, "02:01/02:99", "24:02"),
              "narrowed: A*02:01P/A*02:99 + A*24:02:01 -> A*02:01P + A*24:02:01 "
              "(A*02:99 was in A*02:99 and is in A*02:01P; no longer A*02:99)");
}

TEST(meaning_change, an_allele_that_became_null_or_expressed_moved) {
    const made_release null = made_release()
                                  .alleles({"A*02:01:01", "A*02:01:02", "A*02:06", "A*02:99N", "A*24:02:01"})
                                  .p_group("A*02:01", {"A*02:01:01", "A*02:01:02"})
                                  .renamed("02:99", "02:99N");
    EXPECT_EQ(change_of(plain(), null, "02:99", "24:02"),
              "moved: A*02:99 + A*24:02:01 -> A*24:02:01 + A*24:02:01 (A*02:99 is null now (A*02:99N); no longer A*02:99)");
    EXPECT_EQ(change_of(null, plain(), "02:99", "24:02"),
              "moved: A*24:02:01 + A*24:02:01 -> A*02:99 + A*24:02:01 (A*02:99N (now A*02:99) was null and is in A*02:99; new A*02:99)");
    EXPECT_EQ(change_of(plain(), null, "02:01/02:99", "24:02"),
              "narrowed: A*02:01P/A*02:99 + A*24:02:01 -> A*02:01P + A*24:02:01 (A*02:99 is null now (A*02:99N); no longer A*02:99)");
}

TEST(meaning_change, an_allele_that_became_null_among_many_did_not_move) {
    const made_release next = made_release()
                                  .alleles({"A*02:01:01", "A*02:01:02", "A*02:06", "A*02:100", "A*02:99N", "A*24:02:01"})
                                  .p_group("A*02:01", {"A*02:01:01", "A*02:01:02"})
                                  .renamed("02:99", "02:99N");
    EXPECT_EQ(change_of(plain(), next, "02:XX", "24:02"),
              "changed: A*02:01P/A*02:06/A*02:99 + A*24:02:01 -> A*02:01P/A*02:06/A*02:100 + A*24:02:01 "
              "(A*02:99 is null now (A*02:99N); no longer A*02:99; new A*02:100)");
}

TEST(meaning_change, a_renamed_allele_or_group_is_the_same) {
    const made_release renamed = made_release()
                                     .alleles({"A*02:01:02", "A*02:06:01:01", "A*02:77", "A*24:02:01"})
                                     .p_group("A*02:01", {"A*02:01:02", "A*02:77"})
                                     .renamed("02:99", "02:77");
    // A*02:06 got further fields, and loses them on the way back.
    EXPECT_EQ(change_of(plain(), renamed, "02:06", "24:02"), "same");
    EXPECT_EQ(change_of(renamed, plain(), "02:06", "24:02"), "same");
    // The group of A*02:07 is called by another allele of it.
    const made_release group = made_release().alleles({"A*02:07:01", "A*02:07:02", "A*24:02:01"}).p_group("A*02:07", {"A*02:07:01", "A*02:07:02"});
    const made_release called = made_release().alleles({"A*02:07:02", "A*02:05", "A*02:07:01", "A*24:02:01"}).p_group("A*02:05", {"A*02:05", "A*02:07:01", "A*02:07:02"});
    EXPECT_EQ(change_of(group, called, "02:07", "24:02"), "same");
}

TEST(meaning_change, new_members_widen_gone_ones_narrow) {
    const made_release more = made_release()
                                  .alleles({"A*02:01:01", "A*02:01:02", "A*02:06", "A*02:99", "A*24:02:01", "A*24:03"})
                                  .p_group("A*02:01", {"A*02:01:01", "A*02:01:02"});
    EXPECT_EQ(change_of(plain(), more, "02:01", "24:XX"),
              "widened: A*02:01P + A*24:02:01 -> A*02:01P + A*24:02:01/A*24:03 (new A*24:03)");
    EXPECT_EQ(change_of(more, plain(), "02:01", "24:XX"),
              "narrowed: A*02:01P + A*24:02:01/A*24:03 -> A*02:01P + A*24:02:01 (no longer A*24:03)");
}

TEST(meaning_change, another_table_of_codes) {
    const typed_people one{{"D1", pair_text("02:ZZ", "24:02")}};
    const std::string head = "LAST UPDATED: 1\n*\tCODE\tSUBTYPE\n\n";
    EXPECT_EQ(only_change(compare(read(plain(), one, locus::A, head + "\tZZ\t06/99\n"), read(plain(), one, locus::A, head + "\tZZ\t01/06\n"))),
              "changed: A*02:06/A*02:99 + A*24:02:01 -> A*02:01P/A*02:06 + A*24:02:01 (no longer A*02:99; new A*02:01P)");
}

TEST(meaning_change, more_alleles_of_the_same_class) {
    const made_release more = made_release()
                                  .alleles({"A*02:01:01", "A*02:01:02", "A*02:01:03", "A*24:02:01", "A*24:02:02N"})
                                  .p_group("A*02:01", {"A*02:01:01", "A*02:01:02", "A*02:01:03"});
    EXPECT_EQ(change_of(plain(), more, "02:01", "24:02:01"),
              "alleles_only: 2 alleles + 1 allele -> 3 alleles + 1 allele (the same classes)");
    EXPECT_EQ(change_of(plain(), more, "24:XX", ""), "alleles_only: 1 allele + blank -> 2 alleles + blank (the same classes)");
}

TEST(meaning_change, antigens_and_tce_groups_are_facts) {
    EXPECT_EQ(change_of(plain().antigen("A*02:06", 2), plain().antigen("A*02:06", 203), "02:06", "24:02"),
              "facts: A2 + no antigen -> A203 + no antigen (the same classes)");
    const auto dpb1 = [](std::uint8_t group, const char* version) {
        return made_release().alleles({"DPB1*02:01:02", "DPB1*04:01:01"}).tce(version, "DPB1*02:01:02", group);
    };
    EXPECT_EQ(change_of(dpb1(3, "V1"), dpb1(2, "V2"), "02:01", "04:01", locus::DPB1),
              "facts: TCE group 3, core, low expression + no TCE group, low expression -> "
              "TCE group 2, low expression + no TCE group, low expression (the same classes)");
    EXPECT_EQ(change_of(dpb1(3, "V1"), dpb1(3, "V2"), "02:01", "04:01", locus::DPB1), "same");
}

TEST(meaning_change, who_cannot_be_read_is_lost_or_gained) {
    const made_release without = made_release().alleles({"A*02:01:01", "A*02:01:02", "A*02:06", "A*24:02:01"}).p_group("A*02:01", {"A*02:01:01", "A*02:01:02"});
    const typed_people one{{"D1", pair_text("02:99", "24:02")}};
    const auto full = read(plain(), one);
    const auto less = read(without, one);
    ASSERT_EQ(less.problems.size(), 1U);
    EXPECT_EQ(only_change(compare(full, less)), "lost:  ->  (" + less.problems.front().reason + ")");
    EXPECT_EQ(only_change(compare(less, full)), "gained:  ->  (could not be read before: " + less.problems.front().reason + ")");
    const auto lost = compare(full, less);
    EXPECT_EQ(lost.at(locus::A)[static_cast<std::size_t>(meaning_kind::lost)], 1U);
    EXPECT_EQ(io::to_text(io::meaning_table(lost), io::table_format::csv),
              "donor_id,locus,text,change,before,after,reason\nD1,A,02:99,lost,,," + less.problems.front().reason + "\n");
    // Without the problems the donor is missing all the same.
    EXPECT_EQ(only_change(compare({full.donors, {}}, {less.donors, {}})), "lost:  ->  (is not among the donors any more)");
    EXPECT_EQ(only_change(compare({less.donors, {}}, {full.donors, {}})), "gained:  ->  (was not among the donors before)");
}

TEST(meaning_change, a_locus_that_is_not_typed_any_more) {
    const auto typed = read(plain(), {{"D1", pair_text("02:06", "24:02")}});
    const auto untyped = read(plain(), {{"D1", ""}});
    EXPECT_EQ(only_change(compare(typed, untyped)), "lost: A*02:06 + A*24:02:01 ->  (is not typed any more)");
    EXPECT_EQ(only_change(compare(untyped, typed)), "gained:  -> A*02:06 + A*24:02:01 (was not typed before)");
}

TEST(meaning_change, the_rule_for_nulls) {
    const made_release names = made_release().alleles({"A*02:01:01", "A*02:99N", "A*24:02:01"});
    const typed_people one{{"D1", pair_text("02:01/02:99N", "24:02")}};
    EXPECT_EQ(only_change(compare(read(names, one), read(names, one, locus::A, {}, null_policy::consider))),
              "widened: A*02:01:01 + A*24:02:01 -> A*02:01:01 + A*24:02:01 | A*24:02:01 + A*24:02:01 (other pairs of the same classes)");
}

TEST(meaning_change, pairs_may_cover_a_pair_together) {
    // 02:01 or 02:06 beside 02:99, written as one pair and as two that overlap elsewhere.
    const auto one = read(plain(), {{"D1", pair_text("02:01/02:06", "02:99")}});
    const auto two = read(plain(), {{"D1", "A*02:01/A*02:99+A*02:06/A*02:99"}});
    const auto changes = compare(one, two);
    EXPECT_EQ(name(changes.kind(changes.rows().front())), "widened");
    const auto back = compare(two, one);
    EXPECT_EQ(name(back.kind(back.rows().front())), "narrowed");
}

TEST(meaning_change, rows_are_the_gravest_first) {
    const made_release next = made_release().alleles({"A*02:01:01", "A*02:01:02", "A*02:06", "A*24:02:01", "A*24:03"}).p_group("A*02:01", {"A*02:01:01", "A*02:01:02", "A*02:06"});
    const typed_people people{{"D1", pair_text("02:01", "24:XX")}, {"D2", pair_text("02:06", "24:02")}, {"D3", pair_text("02:99", "24:02")}, {"D4", pair_text("02:01", "24:02")}};
    const auto changes = compare(read(plain(), people), read(next, people));
    std::string seen;
    for (const auto& row : changes.rows()) seen += std::string(changes.donor_id(row)) + " " + std::string(name(changes.kind(row))) + "; ";
    EXPECT_EQ(seen, "D3 lost; D2 moved; D1 widened; ");
    EXPECT_EQ(io::meaning_table(changes, 1, 1).rows(), 1U);
    EXPECT_EQ(io::meaning_table(changes, 3).rows(), 0U);
}

}  // namespace
