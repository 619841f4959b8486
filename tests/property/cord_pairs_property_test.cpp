// SPDX-License-Identifier: Apache-2.0
// Pairs of cord units against the plain way: every two units that fit, sorted by all that counts.
#include "model/miniature.hpp"
#include "unit/search/pool.hpp"

#include <allomatch/search/cord_units.hpp>

#include <algorithm>
#include <optional>
#include <tuple>

using namespace allomatch;
using namespace allomatch::testing;
using allomatch::model::dice;

namespace {

using enum locus;
using words = std::vector<std::string>;

/// A unit with its doses for a patient of 50 kg in hundredths, so that bands are whole numbers.
struct plain_unit {
    pool_donor donor;
    bool cord = true;
    std::optional<int> tnc{};
    std::optional<int> cd34{};
    bool abo_identical = false;
    unsigned mismatches = 0;

    [[nodiscard]] int dose() const { return tnc.value_or(0); }
};

struct plain_request {
    std::string match;
    std::optional<int> min_tnc{};
    std::optional<int> min_cd34{};
    std::optional<int> min_total{};
    int half_band = 50;  // hundredths
    std::size_t top = 0;
};

const typed_loci patient_typing{{A, {"02:01", "24:02"}}, {B, {"40:01", "46:01"}}, {C, {"01:02", "07:02"}}, {DRB1, {"09:01", "15:01"}}};

plain_unit random_unit(dice& roll, std::size_t number) {
    const auto cell = [&](const words& from) { return roll.pick(from); };
    plain_unit u;
    u.donor.id = cell({"U", "u", "1", "\xC3\xA9"}) + std::to_string(number * 7919 % 1009);
    u.donor.typings = {{A, {cell({"02:01", "02:07", "02:01/02:06", "A2", "11:01"}), cell({"24:02", "24:02", "33:03", "NEW"})}},
                       {B, {cell({"40:01", "39:01/40:01", "07:02"}), cell({"46:01", "46:01", "40:01"})}},
                       {DRB1, {cell({"09:01", "09:01", "04:05"}), cell({"15:01", "15:01/15:02", "15:02"})}}};
    if (!roll.once_in(3)) u.donor.typings[C] = {"01:02", cell({"07:02", "07:02/07:04", "03:04"})};
    const std::string abo = cell({"A", "A", "O", ""});
    u.abo_identical = abo == "A";
    const std::string tnc = cell({"5", "10", "55", "62.5", "75", "75.5", "110", "125", ""});
    const std::string cd34 = cell({"2.5", "5", "7.5", "15", ""});
    if (!tnc.empty()) u.tnc = static_cast<int>(std::stod(tnc) * 2);
    if (!cd34.empty()) u.cd34 = static_cast<int>(std::stod(cd34) * 20);
    u.cord = !roll.once_in(10);
    u.donor.fields = {{"type", u.cord ? cell({"cord", "C"}) : "adult"}, {"tnc", tnc}, {"cd34", cd34}, {"abo", abo}};
    return u;
}

plain_request random_request(dice& roll) {
    plain_request r;
    r.match = roll.pick(words{"3/6", "4/6", "4/6", "5/6", "6/6", "3/8", "4/8", "6/8"});
    const auto some = [&](const std::vector<int>& from) { return roll.once_in(2) ? std::optional<int>() : roll.pick(from); };
    r.min_tnc = some({0, 20, 110, 150});
    r.min_cd34 = some({0, 100, 150});
    r.min_total = some({0, 220, 275, 300});
    r.half_band = roll.pick(std::vector<int>{1, 5, 15, 25, 50, 100, 5000});
    r.top = roll.pick(std::vector<std::size_t>{1, 7, 40, 100, search_request::all_hits});
    return r;
}

cord_pair_request request_of(const plain_request& r) {
    const auto dose = [](std::optional<int> hundredths) { return hundredths ? std::optional(*hundredths / 100.0) : std::nullopt; };
    cord_pair_request request{.units = cord_request(r.match), .min_total_tnc_per_kg = dose(r.min_total), .dose_band = r.half_band / 50.0, .top = r.top};
    request.units.min_tnc_per_kg = dose(r.min_tnc);
    request.units.min_cd34_per_kg = dose(r.min_cd34);
    return request;
}

/// Mismatches of two typings by direct comparison; those seen before are kept.
class direct_comparison {
public:
    explicit direct_comparison(const search_request& request) : loci_(request.loci), compare_{.rules = request.rules} {}

    unsigned operator()(const typed_loci& one, const typed_loci& other) {
        unsigned sum = 0;
        for (const locus l : loci_) {
            const auto key = std::tuple(l, cells(one, l), cells(other, l));
            const auto [at, added] = known_.try_emplace(key, 0U);
            if (added) at->second = compare_.outcome(l, std::get<1>(key), std::get<2>(key)).mismatches;
            sum += at->second;
        }
        return sum;
    }

private:
    static cell_pair cells(const typed_loci& typing, locus l) {
        const auto at = typing.find(l);
        return at == typing.end() ? cell_pair{} : at->second;
    }
    std::vector<locus> loci_;
    compared compare_;
    std::map<std::tuple<locus, cell_pair, cell_pair>, unsigned> known_;
};

struct plain_answer {
    words pairs;
    std::size_t total = 0;
};

plain_answer plain_pairs(std::vector<plain_unit> all, const plain_request& r) {
    const search_request units = cord_request(r.match);
    direct_comparison mismatches(units);
    for (plain_unit& u : all) u.mismatches = mismatches(patient_typing, u.donor.typings);
    const auto lacks = [](std::optional<int> least, std::optional<int> dose) { return least && (!dose || *dose < *least); };
    std::erase_if(all, [&](const plain_unit& u) {
        return !u.cord || u.mismatches > units.max_mismatches || lacks(r.min_tnc, u.tnc) || lacks(r.min_cd34, u.cd34);
    });
    const auto place = [](const plain_unit& u) { return std::tuple(u.mismatches, -u.dose(), u.donor.id); };
    std::vector<std::pair<std::tuple<unsigned, unsigned, int, int, unsigned, int, int, std::string, std::string>, std::string>> pairs;
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const auto [first, second] = place(all[i]) < place(all[j]) ? std::tie(all[i], all[j]) : std::tie(all[j], all[i]);
            const int total = first.dose() + second.dose();
            const int lowest = std::min(first.dose(), second.dose());
            if (total < r.min_total.value_or(0)) continue;
            const unsigned between = mismatches(first.donor.typings, second.donor.typings);
            const int other_abo = (first.abo_identical ? 0 : 1) + (second.abo_identical ? 0 : 1);
            pairs.push_back({{second.mismatches, first.mismatches, -(total / (2 * r.half_band)), -(lowest / r.half_band), between, other_abo,
                              -total, first.donor.id, second.donor.id},
                             first.donor.id + "+" + second.donor.id + " " + std::to_string(between) + " " + std::to_string(other_abo) + " " +
                                 std::to_string(total) + " " + std::to_string(lowest)});
        }
    std::sort(pairs.begin(), pairs.end());
    plain_answer answer{{}, pairs.size()};
    for (const auto& [key, text] : pairs)
        if (answer.pairs.size() < r.top) answer.pairs.push_back(text);
    return answer;
}

plain_answer texts_of(const cord_pair_list& found) {
    plain_answer answer{{}, found.total};
    const auto id = [&](std::uint32_t row) { return std::string(found.units.donors->id(found.units.hits[row].donor)); };
    const auto hundredths = [](double dose) { return std::to_string(std::lround(dose * 100)); };
    for (const cord_pair& p : found.pairs)
        answer.pairs.push_back(id(p.first) + "+" + id(p.second) + " " + std::to_string(p.unit_mismatches) + " " +
                               std::to_string(p.abo_not_identical) + " " + hundredths(p.total_tnc_per_kg) + " " + hundredths(p.lowest_tnc_per_kg));
    return answer;
}

/// Checks `rounds` random requests on one pool; gives how many pairs were compared.
std::size_t check(unsigned seed, std::size_t size, int rounds) {
    dice roll(seed);
    std::vector<plain_unit> units;
    for (std::size_t i = 0; i < size; ++i) units.push_back(random_unit(roll, i));
    std::vector<pool_donor> donors;
    for (const plain_unit& u : units) donors.push_back(u.donor);
    const auto pool = make_pool(donors);
    const auto who = make_patient(patient_typing, {{"weight_kg", "50"}, {"abo", "A"}});
    std::size_t compared_pairs = 0;
    for (int round = 0; round < rounds; ++round) {
        const plain_request r = random_request(roll);
        const plain_answer expected = plain_pairs(units, r);
        cord_pair_request request = request_of(r);
        for (const std::size_t threads : {1U, 2U, 0U}) {
            request.units.threads = threads;
            const plain_answer found = texts_of(search_cord_pairs(pool, who, request));
            EXPECT_EQ(found.total, expected.total);
            EXPECT_EQ(found.pairs, expected.pairs);
            if (::testing::Test::HasFailure()) {
                ADD_FAILURE() << "seed " << seed << " round " << round << ": " << r.match << ", half band " << r.half_band << ", top " << r.top
                              << ", threads " << threads;
                return compared_pairs;
            }
        }
        compared_pairs += expected.pairs.size();
    }
    return compared_pairs;
}

TEST(cord_pairs_property, small_pools) {
    std::size_t pairs = 0;
    for (unsigned seed = 0; seed < 40 && !HasFailure(); ++seed) pairs += check(seed, 2 + seed, 6);
    EXPECT_GT(pairs, 5000U);
}

TEST(cord_pairs_property, some_hundred_units) {
    EXPECT_GT(check(77, 300, 12), 10000U);
}

}  // namespace
