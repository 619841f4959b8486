// SPDX-License-Identifier: Apache-2.0
// What a search says of one donor: listed and at which rank, or all that keeps the donor off the list.
#include "pool.hpp"

#include <allomatch/search/listing.hpp>

#include <cmath>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

class listing_pool : public ::testing::Test {
protected:
    listing_pool() {
        request.loci = {A, B, DRB1};
        request.on = read_date("2024-06-01").value();
    }
    static typed_loci typed(const cell_pair& a, const cell_pair& b, const cell_pair& dr) { return {{A, a}, {B, b}, {DRB1, dr}}; }
    [[nodiscard]] listing of(std::string_view id) const { return explain_listing(pool, who, request, *pool->find(id)); }
    /// Obstacles by their words, or the rank.
    [[nodiscard]] std::string told(std::string_view id) const {
        const listing found = of(id);
        EXPECT_EQ(found.listed, found.obstacles.empty());
        if (found.listed) return std::to_string(found.rank) + "/" + std::to_string(found.total);
        std::string out;
        for (const obstacle& o : found.obstacles) out += (out.empty() ? "" : "; ") + std::string(name(o.what)) + ": " + o.words;
        return out;
    }

    // Mismatches at A, B, DRB1 by the names; h is homozygous for one of the patient's A.
    std::shared_ptr<const registry> pool =
        make_pool({{"000", typed({"01:01", "02:01"}, {"07:02", "08:01"}, {"03:01", "15:01"}), {{"status", "AV"}, {"sex", "M"}}},
                   {"100", typed({"01:01", "02:06"}, {"07:02", "08:01"}, {"03:01", "15:01"}), {{"status", "AV"}, {"birth_date", "1980-01-01"}}},
                   {"h00", typed({"01:01", "01:01"}, {"07:02", "08:01"}, {"03:01", "15:01"}), {{"status", "DE"}, {"birth_date", "1999-01-01"}}},
                   {"211", typed({"03:01", "11:01"}, {"07:02", "35:01"}, {"04:01", "15:01"})},
                   {"---", {}}});
    std::shared_ptr<const patient> who = make_patient(typed({"01:01", "02:01"}, {"07:02", "08:01"}, {"03:01", "15:01"}));
    search_request request;
};

TEST_F(listing_pool, listed) {
    request.max_mismatches = 1;
    EXPECT_EQ(told("000"), "1/4");
    EXPECT_EQ(told("---"), "2/4");
    EXPECT_EQ(told("100"), "3/4");
    EXPECT_EQ(of("100").words, "Donor 100 is listed for patient P, rank 3 of 4.");
}

TEST_F(listing_pool, mismatches_in_all) {
    EXPECT_EQ(told("100"), "max_mismatches: 1 mismatch, none allowed (A AL)");
    request.max_mismatches = 2;
    const listing found = of("211");
    ASSERT_EQ(found.obstacles.size(), 1U);
    const obstacle& o = found.obstacles.front();
    EXPECT_EQ(o.what, obstacle_kind::max_mismatches);
    EXPECT_EQ(o.count, 4U);
    EXPECT_EQ(o.bound, 2U);
    ASSERT_EQ(o.loci.size(), 3U);
    EXPECT_EQ(o.loci[0].where, A);
    EXPECT_EQ(o.loci[0].mismatches, 2U);
    EXPECT_EQ(o.loci[1].mismatches, 1U);
    EXPECT_EQ(o.loci[2].where, DRB1);
    EXPECT_EQ(found.rank, 0U);
    EXPECT_EQ(found.total, 4U);
    EXPECT_EQ(found.words, "Donor 211 is not listed for patient P: 4 mismatches, at most 2 allowed (A MM, B AM, DRB1 MA).");
}

TEST_F(listing_pool, counts_in_the_direction_of_the_search) {
    request.count = direction::hvg;
    EXPECT_EQ(told("h00"), "3/3");
    request.count = direction::gvh;
    EXPECT_EQ(told("h00"), "max_mismatches: 1 GvH mismatch, none allowed (A AM)");
    request.count = direction::hvg;
    request.max_mismatches = 3;
    EXPECT_EQ(told("211"), "max_mismatches: 4 HvG mismatches, at most 3 allowed (A MM, B AM, DRB1 MA)");
    request.max_mismatches = request.min_mismatches = 1;
    EXPECT_EQ(told("h00"), "min_mismatches: no HvG mismatch, at least 1 asked for");
}

TEST_F(listing_pool, better_than_asked_for) {
    request.max_mismatches = request.min_mismatches = 2;
    EXPECT_EQ(told("000"), "min_mismatches: no mismatch, at least 2 asked for");
    EXPECT_EQ(told("100"), "min_mismatches: 1 mismatch, at least 2 asked for (A AL)");
}

TEST_F(listing_pool, limits_at_single_loci) {
    request.max_mismatches = 6;
    request.limits = {{A, 0}, {B, 0}, {DRB1, 1}};
    EXPECT_EQ(told("211"), "limit: 2 mismatches at A, none allowed there (MM); limit: 1 mismatch at B, none allowed there (AM)");
    const listing found = of("100");
    ASSERT_EQ(found.obstacles.size(), 1U);
    ASSERT_EQ(found.obstacles[0].loci.size(), 1U);
    EXPECT_EQ(found.obstacles[0].loci[0].where, A);
    EXPECT_EQ(found.obstacles[0].count, 1U);
    EXPECT_EQ(found.obstacles[0].bound, 0U);
}

TEST_F(listing_pool, conditions) {
    request.where = "status = 'AV' and age < 40";
    EXPECT_EQ(told("100"), "max_mismatches: 1 mismatch, none allowed (A AL); where: age < 40 does not hold (age is 44)");
    request.max_mismatches = 1;
    EXPECT_EQ(told("h00"), "where: status = 'AV' does not hold (status is DE)");
    EXPECT_EQ(told("000"), "where: age < 40 is not known (age is missing)");
    EXPECT_EQ(told("---"), "where: status = 'AV' is not known (status is missing); where: age < 40 is not known (age is missing)");
    request.where = "status = 'AV' and (sex = 'M' or age < 40)";
    EXPECT_EQ(told("000"), "1/1");
    EXPECT_EQ(told("100"), "where: sex = 'M' or age < 40 is not known (sex is missing, age is 44)");
}

TEST_F(listing_pool, cut_by_top) {
    request.max_mismatches = 1;
    request.top = 2;
    EXPECT_EQ(told("---"), "2/4");
    EXPECT_EQ(told("100"), "top: rank 3 of 4, and the list ends at 2");
    const listing found = of("h00");
    EXPECT_EQ(found.rank, 4U);
    EXPECT_EQ(found.obstacles.at(0).count, 4U);
    EXPECT_EQ(found.obstacles.at(0).bound, 2U);
}

TEST_F(listing_pool, doses) {
    const typed_loci same = typed({"01:01", "02:01"}, {"07:02", "08:01"}, {"03:01", "15:01"});
    pool = make_pool({{"enough", same, {{"tnc", "75"}, {"cd34", "4.5"}}},
                      {"small", same, {{"tnc", "60"}, {"cd34", "3"}}},
                      {"none", typed({"01:01", "02:06"}, {"07:02", "08:01"}, {"03:01", "15:01"})}});
    who = make_patient(same, {{"weight_kg", "30"}});
    request.min_tnc_per_kg = 2.5;
    EXPECT_EQ(told("enough"), "1/1");
    EXPECT_EQ(told("small"), "min_tnc_per_kg: TNC 2 x 10^7/kg, at least 2.5 x 10^7/kg asked for");
    request.min_cd34_per_kg = 1.5;
    EXPECT_EQ(told("enough"), "1/1");
    EXPECT_EQ(told("small"), "min_tnc_per_kg: TNC 2 x 10^7/kg, at least 2.5 x 10^7/kg asked for; "
                             "min_cd34_per_kg: CD34 1 x 10^5/kg, at least 1.5 x 10^5/kg asked for");
    EXPECT_EQ(told("none"), "max_mismatches: 1 mismatch, none allowed (A AL); min_tnc_per_kg: TNC not known, at least 2.5 x 10^7/kg asked for; "
                            "min_cd34_per_kg: CD34 not known, at least 1.5 x 10^5/kg asked for");
    const listing found = of("small");
    ASSERT_EQ(found.obstacles.size(), 2U);
    EXPECT_DOUBLE_EQ(found.obstacles[1].dose, 1);
    EXPECT_DOUBLE_EQ(found.obstacles[1].least_dose, 1.5);
    EXPECT_TRUE(std::isnan(of("none").obstacles.at(1).dose));
    request.min_cd34_per_kg = -1;
    EXPECT_THROW((void)of("enough"), format_error);
}

// 25.3 / 10.12 is 2.5, as binary fractions less.
TEST_F(listing_pool, a_donor_of_exactly_the_dose_is_listed) {
    const typed_loci same = typed({"01:01", "02:01"}, {"07:02", "08:01"}, {"03:01", "15:01"});
    pool = make_pool({{"exact", same, {{"tnc", "25.3"}}}});
    who = make_patient(same, {{"weight_kg", "10.12"}});
    request.min_tnc_per_kg = 2.5;
    EXPECT_EQ(told("exact"), "1/1");
}

TEST_F(listing_pool, refuses_what_a_search_refuses) {
    request.where = "colour = 'red'";
    EXPECT_THROW((void)of("000"), format_error);
    request.where.clear();
    request.min_mismatches = 1;
    EXPECT_THROW((void)of("000"), format_error);
}

}  // namespace
