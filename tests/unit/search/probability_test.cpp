// SPDX-License-Identifier: Apache-2.0
// Searches with frequencies: filter on probabilities, ranking by them, columns of the results.
#include "unit/haplotype/predicted.hpp"

#include <allomatch/io/match_table.hpp>
#include <allomatch/search/ranker.hpp>

#include <bit>
#include <cmath>
#include <limits>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Donors who are A1,A2 at A and more or less likely B1,B2 at B, see `four_haplotypes`; C is outside the set.
struct small_world {
    std::shared_ptr<const registry> donors = predicted_pool({{"full", {{A, "A*01:01+A*02:01"}, {B, "B*01:01+B*02:01"}}},     // 1
                                                             {"open", {{A, "A*01:01+A*02:01"}}},                            // 28/48
                                                             {"homozygous", {{A, "A*01:01+A*02:01"}, {B, "B*02:01"}}},      // 0
                                                             {"strange", {{A, "A*01:01/A*01:02+A*03:01"}}},                 // unexplained
                                                             {"nothing", {}}});                                             // 0.28
    std::shared_ptr<const populations> sets = std::make_shared<const populations>(index_list{four_haplotypes()});
    std::shared_ptr<const donor_genotypes> genotypes = std::make_shared<const donor_genotypes>(donors, sets, 1);
    std::shared_ptr<const patient> who = std::make_shared<const patient>(
        typed_person({{A, "A*01:01+A*02:01"}, {B, "B*01:01+B*02:01"}}).who);

    [[nodiscard]] search_request request(const std::string& where = {}, std::vector<locus> loci = {A, B}) const {
        search_request r;
        r.loci = std::move(loci);
        r.max_mismatches = 4;
        r.where = where;
        r.order = {{{.by = "probability"}}};
        r.genotypes = genotypes;
        return r;
    }
    [[nodiscard]] std::string ids(const search_request& r) const {
        std::string out;
        const match_list found = search(donors, who, r);
        for (const hit& h : found.hits) out += (out.empty() ? "" : " ") + std::string(donors->id(h.donor));
        return out;
    }
    [[nodiscard]] std::string ids(const std::string& where) const { return ids(request(where)); }
};

TEST(probability_filter, total_and_single_loci) {
    const small_world w;
    EXPECT_EQ(w.ids(""), "full open nothing homozygous strange");
    EXPECT_EQ(w.ids("p0 = 1"), "full");
    EXPECT_EQ(w.ids("P0 >= 0.5"), "full open");
    EXPECT_EQ(w.ids("p0 = 0"), "homozygous");
    EXPECT_EQ(w.ids("p1 = 1"), "homozygous");
    EXPECT_EQ(w.ids("A_p0 = 1 and B_p0 < 1"), "open homozygous");
    EXPECT_EQ(w.ids("A_p1 > 0"), "nothing");
    EXPECT_EQ(w.ids("B_p1 = 1 or p0 is missing"), "homozygous strange");
    EXPECT_EQ(w.ids("p0 is not missing"), "full open nothing homozygous");
    // Not known is neither.
    EXPECT_EQ(w.ids("not p0 >= 0.5"), "nothing homozygous");
    EXPECT_EQ(w.ids("p2 in (0, 1)"), "full open homozygous");
    // The total counts those who pass.
    search_request r = w.request("p0 > 0.2");
    r.top = 1;
    EXPECT_EQ(search(w.donors, w.who, r).total, 3U);
}

TEST(probability_filter, refusals) {
    const small_world w;
    const auto refusal = [&](const std::string& where, bool with = true) {
        search_request r = w.request(where);
        if (!with) r.genotypes = nullptr;
        return thrown([&] { return search(w.donors, w.who, r); });
    };
    EXPECT_NE(refusal("p0 > 0.5", false).reason.find("needs haplotype frequencies"), std::string::npos);
    EXPECT_NE(refusal("A_p0 > 0.5", false).reason.find("needs haplotype frequencies"), std::string::npos);
    for (const char* where : {"p5 = 0", "p = 0", "A_p3 = 0", "C_p0 = 0", "X_p0 = 0", "p0 = 'x'", "p-1 = 0", "p99999999999999999999999 = 0", "A_p = 0"})
        EXPECT_EQ(refusal(where).column, "where") << where;
    const donor_filter f("p0 > 0.5", *w.donors, 0, std::vector<locus>{A, B});
    EXPECT_TRUE(f.asks_probabilities());
    EXPECT_FALSE(donor_filter("id = 'full'", *w.donors, 0, std::vector<locus>{A, B}).asks_probabilities());
    std::vector<double> row(match_probabilities::width_of(2), 0);
    EXPECT_FALSE(f(0, row));
    row[0] = 0.75;
    EXPECT_TRUE(f(0, row));
    row[0] = unknown;
    EXPECT_FALSE(f(0, row));
}

TEST(probability_ranking, bands_and_exact_values) {
    const small_world w;
    const match_list one = search(w.donors, w.who, w.request("id = 'full'"));
    // A list with any probabilities that the test likes.
    const auto list_of = [&](const std::vector<std::pair<double, bool>>& rows, const std::vector<criterion>& by) {
        match_list list = one;
        list.order = {by};
        list.probabilities = match_probabilities(w.genotypes, 2);
        list.probabilities->resize(rows.size());
        list.probabilities->patient_explained = true;
        list.hits.assign(rows.size(), one.hits.front());
        list.facts.assign(rows.size(), one.facts.front());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            prediction p;
            p.has_total = !std::isnan(rows[i].first);
            p.total[0] = rows[i].first;
            p.donor_explained = rows[i].second;
            list.probabilities->set(i, p);
        }
        return list;
    };
    const std::vector<std::pair<double, bool>> values{
        {unknown, false}, {1, true},    {std::nextafter(1.0, 0.0), true}, {0.95, true}, {0.9, true},    {0.89999, true}, {0.5, true},
        {0.45, true},     {0.05, true}, {5e-324, true},                   {0, true},    {unknown, true}};
    const match_list exact = list_of(values, {{.by = "probability"}, {.by = "exact_probability"}});
    EXPECT_EQ(ranker(exact).best(100), (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0}));
    const match_list bands = list_of(values, {{.by = "probability"}});
    const ranker rank(bands);
    const auto words = [&](std::size_t row) { return rank.describe(row).at(0).second; };
    EXPECT_EQ(words(1), "probability 90-100 %");
    EXPECT_EQ(words(4), "probability 90-100 %");
    EXPECT_EQ(words(5), "probability 80-90 %");
    EXPECT_EQ(words(10), "probability 0-10 %");
    EXPECT_EQ(words(11), "probability not known");
    EXPECT_EQ(words(0), "not explained by the frequencies");
    const auto percent = [&](double p) {
        const match_list list = list_of({{p, true}}, {{.by = "exact_probability"}});
        return ranker(list).describe(0).at(0).second;
    };
    EXPECT_EQ(percent(0.5), "50 %");
    EXPECT_EQ(percent(0.123456789), "12.3457 %");
    EXPECT_EQ(percent(1), "100 %");
    EXPECT_EQ(percent(0), "0 %");
    EXPECT_EQ(percent(unknown), "probability not known");
    // Without frequencies, nobody is separated by them.
    match_list without = exact;
    without.probabilities.reset();
    EXPECT_TRUE(ranker(without).describe(0).empty());
}

TEST(probability_ranking, after_the_match_class) {
    const small_world w;
    search_request r = w.request();
    r.order = ranking::preset("default");
    // "homozygous" and "strange" have a potential mismatch each.
    EXPECT_EQ(w.ids(r), "full open nothing homozygous strange");
    const match_list found = search(w.donors, w.who, r);
    EXPECT_EQ(found.place_reason(1), "probability 50-60 % after probability 90-100 %");
    EXPECT_EQ(found.place_reason(4), "not explained by the frequencies after probability 0-10 %");
    EXPECT_TRUE(found.explained(0));
    EXPECT_FALSE(found.explained(4));
    EXPECT_EQ(found.probabilities->unexplained(), 1U);
    r.genotypes = nullptr;
    EXPECT_EQ(w.ids(r), "full nothing open homozygous strange");
    EXPECT_FALSE(search(w.donors, w.who, r).probabilities);
}

TEST(match_probabilities, rows) {
    const small_world w;
    match_probabilities all(w.genotypes, 2);
    EXPECT_EQ(all.width(), 16U);
    all.resize(2);
    prediction p;
    p.total[0] = 0.25;
    p.total[4] = 0.75;
    p.at[1] = {0.5, 0.25, 0.25};
    p.has_locus[1] = true;
    p.donor_explained = true;
    all.set(1, p);
    EXPECT_TRUE(std::isnan(all.full_match(1)));
    EXPECT_TRUE(std::isnan(all.at(1, 0)[2]));
    EXPECT_EQ(all.at(1, 1)[0], 0.5);
    p.has_total = true;
    all.set(0, p);
    EXPECT_EQ(all.full_match(0), 0.25);
    EXPECT_EQ(all.total(0).size(), 5U);
    EXPECT_EQ(all.total(0)[4], 0.75);
    const match_probabilities turned = all.rows(std::vector<std::uint32_t>{1, 0, 0});
    EXPECT_TRUE(std::isnan(turned.full_match(0)));
    EXPECT_EQ(turned.full_match(1), 0.25);
    EXPECT_EQ(turned.full_match(2), 0.25);
    EXPECT_EQ(turned.unexplained(), 0U);
    EXPECT_EQ(turned.donor_population(2), "X");
}

const io::column& column_of(const io::table& t, std::string_view name) {
    for (const io::column& c : t.columns)
        if (c.name == name) return c;
    throw std::logic_error("no column " + std::string(name));
}

TEST(match_table, columns_of_probabilities) {
    const small_world w;
    const match_list found = search(w.donors, w.who, w.request({}, {A, C, B}));
    const io::table t = io::match_table(std::span(&found, 1));
    std::string names;
    for (const io::column& c : t.columns) names += c.name + " ";
    EXPECT_EQ(names,
              "patient_id donor_id rank mismatches mismatches_max gvh hvg A C B A_mm C_mm B_mm p0 p1 p2 p3 p4 p5 p6 A_p0 A_p1 A_p2 C_p0 C_p1 "
              "C_p2 B_p0 B_p1 B_p2 patient_explained donor_explained patient_population donor_population b_leader ");
    const auto row = [&](std::string_view id) {
        for (std::size_t i = 0; i < found.hits.size(); ++i)
            if (w.donors->id(found.hits[i].donor) == id) return i;
        throw std::logic_error("not found");
    };
    const auto value = [&](std::string_view column, std::string_view id) -> std::optional<double> {
        const io::column& c = column_of(t, column);
        return c.is_valid(row(id)) ? std::optional(std::get<std::vector<double>>(c.values)[row(id)]) : std::nullopt;
    };
    EXPECT_FALSE(value("p0", "full"));  // C is not typed and not in the set
    EXPECT_FALSE(value("C_p0", "full"));
    EXPECT_EQ(value("A_p0", "full"), 1);
    EXPECT_NEAR(value("B_p0", "open").value(), 28.0 / 48, 1e-15);
    EXPECT_FALSE(value("A_p0", "strange"));
    EXPECT_FALSE(std::get<std::vector<bool>>(column_of(t, "donor_explained").values)[row("strange")]);
    EXPECT_TRUE(std::get<std::vector<bool>>(column_of(t, "donor_explained").values)[row("open")]);
    EXPECT_TRUE(std::get<std::vector<bool>>(column_of(t, "patient_explained").values)[0]);
    EXPECT_EQ(std::get<io::column::strings>(column_of(t, "donor_population").values)[0], "X");
    EXPECT_EQ(std::get<io::column::strings>(column_of(t, "patient_population").values)[0], "X");
    search_request plain = w.request();
    plain.genotypes = nullptr;
    const match_list without = search(w.donors, w.who, plain);
    EXPECT_EQ(io::match_table(std::span(&without, 1)).columns.size(), 12U);
}

TEST(search_agent, predicts_by_the_rules_of_each_request) {
    // Used again with other rules, or other frequencies, an agent predicts as a new one does.
    const small_world w;
    search_agent used(w.donors);
    const auto other = std::make_shared<const donor_genotypes>(
        w.donors, std::make_shared<const populations>(index_list{make_set("Y", {B, A}, {{"B*01:01~A*01:01", 0.5}, {"B*02:01~A*02:01", 0.5}})}), 1);
    const auto who = std::make_shared<const patient>(typed_person({{A, "A*01:01+A*02:01"}, {B, "B*01:01+B*01:01"}}).who);
    for (int round = 0; round < 2; ++round)
        for (const auto& genotypes : {w.genotypes, other})
            for (const bool once : {false, true}) {
                search_request r = w.request();
                r.rules.homozygous_once = once;
                r.genotypes = genotypes;
                const match_list again = used.compare(who, r);
                const match_list fresh = search_agent(w.donors).compare(who, r);
                for (std::size_t i = 0; i < again.hits.size(); ++i)
                    for (std::size_t k = 0; k < again.probabilities->width(); ++k) {
                        const double x = again.probabilities->row(i)[k];
                        const double y = fresh.probabilities->row(i)[k];
                        ASSERT_TRUE(x == y || (std::isnan(x) && std::isnan(y))) << i << " " << k << " " << x << " " << y << " once " << once;
                    }
            }
}

TEST(search_agent, frequencies_of_another_registry) {
    const small_world one;
    const small_world two;
    search_request r = one.request();
    r.genotypes = two.genotypes;
    EXPECT_EQ(thrown([&] { return search(one.donors, one.who, r); }).column, "frequencies");
}

}  // namespace
