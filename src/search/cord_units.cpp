// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/parallel.hpp>
#include <allomatch/search/cord_units.hpp>
#include <allomatch/search/field_comparison.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numeric>
#include <span>

namespace allomatch {

namespace {

/// Units whose partners are compared together.
constexpr std::size_t unit_block = 16;

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string reason) {
    throw format_error(problem::with_value(option, text, std::move(reason)));
}

/// A unit that fits alone.
struct unit {
    std::uint32_t row;  // of the list of units
    donor_index donor;
    std::uint8_t mismatches;
    bool abo_identical;
    double dose;       // TNC/kg, 0 where it is not known
    double dose_band;  // of a single dose
};

/// Number of the band that a dose is in; one on the edge is in the band that begins there.
double band_of(double dose, double width) { return std::floor(dose / width * (1 + dose_error)); }

/// Units of one match class, the larger dose first.
using unit_class = std::span<const unit>;

/// Two bands that pairs share, larger before smaller.
struct bands {
    double total;
    double lowest;
    friend auto operator<=>(const bands&, const bands&) = default;
};

/// The pairs of a class of units with a class that is no better.
///
/// For a unit of the better class its partners come in the order of their doses, so the total and its band and the
/// band of the lower dose only fall along them: the partners in given bands are an interval, found by bisection.
class class_pairs {
public:
    class_pairs(unit_class better, unit_class worse, const field_comparison& fields, const cord_pair_request& request)
        : better_(better), worse_(worse), fields_(&fields), band_(request.dose_band), least_(request.min_total_tnc_per_kg) {}

    struct interval {
        std::size_t begin;
        std::size_t end;
    };

    [[nodiscard]] std::size_t size() const noexcept { return better_.size(); }
    [[nodiscard]] const unit& better(std::size_t i) const { return better_[i]; }
    [[nodiscard]] const unit& worse(std::size_t j) const { return worse_[j]; }
    [[nodiscard]] double total(std::size_t i, std::size_t j) const {
        const double sum = fields_->tnc_per_kg(better_[i].donor, worse_[j].donor);
        return std::isnan(sum) ? 0 : sum;
    }

    /// Partners of a unit that fit.
    [[nodiscard]] interval fitting(std::size_t i) const {
        const std::size_t begin = better_.data() == worse_.data() ? i + 1 : 0;
        return {begin, least_ ? first_where(begin, worse_.size(), [&](std::size_t j) { return !reaches(total(i, j), *least_); })
                              : worse_.size()};
    }
    /// Partners of a unit in the given bands.
    [[nodiscard]] interval within(std::size_t i, const bands& in) const {
        const interval all = fitting(i);
        const std::size_t begin = first_where(all.begin, all.end, [&](std::size_t j) { return bands_of(i, j) <= in; });
        return {begin, first_where(begin, all.end, [&](std::size_t j) { return bands_of(i, j) < in; })};
    }
    /// The largest bands of a pair below the given ones, or of all.
    [[nodiscard]] std::optional<bands> below(const std::optional<bands>& last) const {
        std::optional<bands> next;
        for (std::size_t i = 0; i < size(); ++i) {
            const interval all = fitting(i);
            const std::size_t j = first_where(all.begin, all.end, [&](std::size_t k) { return !last || bands_of(i, k) < *last; });
            if (j != all.end) next = next ? std::max(*next, bands_of(i, j)) : bands_of(i, j);
        }
        return next;
    }

private:
    [[nodiscard]] bands bands_of(std::size_t i, std::size_t j) const {
        return {band_of(total(i, j), band_), std::min(better_[i].dose_band, worse_[j].dose_band)};
    }
    template <class Predicate>
    [[nodiscard]] static std::size_t first_where(std::size_t begin, std::size_t end, const Predicate& holds) {
        while (begin < end) {
            const std::size_t middle = begin + (end - begin) / 2;
            if (holds(middle))
                end = middle;
            else
                begin = middle + 1;
        }
        return begin;
    }

    unit_class better_;
    unit_class worse_;
    const field_comparison* fields_;
    double band_;
    std::optional<double> least_;
};

/// Mismatches between units, with the scratch memory of one thread.
class unit_comparison {
public:
    unit_comparison(const registry& donors, const search_request& request) : donors_(&donors), request_(&request) {}

    void start(donor_index one) {
        for (std::size_t l = 0; l < request_->loci.size(); ++l) {
            const locus where = request_->loci[l];
            const genotype_code code = donors_->code(where, one);
            if (started_[l] == code) continue;
            const locus_dictionary& dictionary = donors_->column(where).dictionary;
            genotypes_[l] = dictionary.genotype_at(code);
            queries_[l].start(*donors_->names(), where, genotypes_[l], dictionary, request_->rules);
            started_[l] = code;
        }
    }
    [[nodiscard]] outcome_sums compare_with(donor_index other) {
        outcome_sums sums;
        for (std::size_t l = 0; l < request_->loci.size(); ++l)
            sums += outcome_sums(queries_[l].outcome(donors_->code(request_->loci[l], other)));
        return sums;
    }

private:
    const registry* donors_;
    const search_request* request_;
    std::array<locus_query, locus_count> queries_;
    std::array<genotype, locus_count> genotypes_;
    std::array<std::optional<genotype_code>, locus_count> started_;
};

/// Pairs of one search.
class pair_search {
public:
    pair_search(const match_list& units, const cord_pair_request& request, const field_comparison& fields)
        : list_(&units), request_(&request), fields_(&fields) {
        for (std::uint32_t row = 0; row < units.hits.size(); ++row) {
            const hit& h = units.hits[row];
            const double known = fields.tnc_per_kg(h.donor);
            const double dose = std::isnan(known) ? 0 : known;
            units_.push_back({row, h.donor, h.mismatches, fields.abo(h.donor) == abo_match::identical, dose,
                              band_of(dose, request.dose_band / 2)});
        }
        std::sort(units_.begin(), units_.end(), [&](const unit& a, const unit& b) {
            if (a.mismatches != b.mismatches) return a.mismatches < b.mismatches;
            if (a.dose != b.dose) return a.dose > b.dose;
            return id(a) < id(b);
        });
    }

    void run(cord_pair_list& found) const {
        std::vector<unit_class> classes;
        for (auto begin = units_.begin(); begin != units_.end();) {
            const auto end = std::find_if(begin, units_.end(), [&](const unit& u) { return u.mismatches != begin->mismatches; });
            classes.emplace_back(begin, end);
            begin = end;
        }
        for (std::size_t worse = 0; worse < classes.size(); ++worse)
            for (std::size_t better = 0; better <= worse; ++better)
                add({classes[better], classes[worse], *fields_, *request_}, found);
    }

private:
    [[nodiscard]] std::string_view id(const unit& u) const { return list_->donors->id(u.donor); }

    void add(const class_pairs& pairs, cord_pair_list& found) const {
        for (std::size_t i = 0; i < pairs.size(); ++i) found.total += pairs.fitting(i).end - pairs.fitting(i).begin;
        std::optional<bands> last;
        while (found.pairs.size() < request_->top) {
            const auto next = pairs.below(last);
            if (!next) return;
            const auto best = best_within(pairs, *next, request_->top - found.pairs.size());
            found.pairs.insert(found.pairs.end(), best.begin(), best.end());
            last = next;
        }
    }

    /// Within bands, which pair comes first.
    [[nodiscard]] bool before(const cord_pair& a, const cord_pair& b) const {
        if (a.unit_mismatches != b.unit_mismatches) return a.unit_mismatches < b.unit_mismatches;
        if (a.abo_not_identical != b.abo_not_identical) return a.abo_not_identical < b.abo_not_identical;
        if (a.total_tnc_per_kg != b.total_tnc_per_kg) return a.total_tnc_per_kg > b.total_tnc_per_kg;
        const auto id_of = [&](std::uint32_t row) { return list_->donors->id(list_->hits[row].donor); };
        if (a.first != b.first) return id_of(a.first) < id_of(b.first);
        return id_of(a.second) < id_of(b.second);
    }

    /// The best `wanted` pairs within bands, best first.
    [[nodiscard]] std::vector<cord_pair> best_within(const class_pairs& pairs, const bands& in, std::size_t wanted) const {
        const auto order = [this](const cord_pair& a, const cord_pair& b) { return before(a, b); };
        std::vector<cord_pair> best;
        std::mutex mutex;
        parallel_for_blocks_with(
            pairs.size(), unit_block, request_->units.threads,
            [&] { return unit_comparison(*list_->donors, request_->units); },
            [&](unit_comparison& comparison, std::size_t begin, std::size_t end) {
                std::vector<cord_pair> heap;  // the worst on top
                for (std::size_t i = begin; i < end; ++i) {
                    const auto partners = pairs.within(i, in);
                    if (partners.begin == partners.end) continue;
                    const unit& one = pairs.better(i);
                    comparison.start(one.donor);
                    for (std::size_t j = partners.begin; j < partners.end; ++j) {
                        const unit& other = pairs.worse(j);
                        const outcome_sums between = comparison.compare_with(other.donor);
                        const cord_pair p{one.row, other.row, static_cast<std::uint8_t>(between.mismatches()),
                                          static_cast<std::uint8_t>(between.mismatches_max()),
                                          static_cast<std::uint8_t>((one.abo_identical ? 0 : 1) + (other.abo_identical ? 0 : 1)),
                                          pairs.total(i, j), std::min(one.dose, other.dose)};
                        if (heap.size() == wanted) {
                            if (!before(p, heap.front())) continue;
                            std::pop_heap(heap.begin(), heap.end(), order);
                            heap.pop_back();
                        }
                        heap.push_back(p);
                        std::push_heap(heap.begin(), heap.end(), order);
                    }
                }
                const std::lock_guard lock(mutex);
                best.insert(best.end(), heap.begin(), heap.end());
            });
        std::sort(best.begin(), best.end(), order);
        if (best.size() > wanted) best.resize(wanted);
        return best;
    }

    const match_list* list_;
    const cord_pair_request* request_;
    const field_comparison* fields_;
    std::vector<unit> units_;  // by match class, then by dose
};

}  // namespace

search_request cord_request(std::string_view match) {
    constexpr std::string_view expected = "expected agreeing positions of 6 or of 8, such as 4/6 or 7/8";
    if (match.size() != 3 || match[1] != '/' || match[0] < '0' || match[0] > match[2] || (match[2] != '6' && match[2] != '8'))
        refuse("match", match, std::string(expected));
    search_request request;
    request.loci = {locus::A, locus::B, locus::DRB1};
    if (match[2] == '8')
        request.loci = {locus::A, locus::B, locus::C, locus::DRB1};
    else
        request.rules.antigen_level.set(index(locus::A)).set(index(locus::B));
    request.max_mismatches = static_cast<unsigned>(match[2] - match[0]);
    request.cord_units = true;
    request.order = ranking::preset("cord");
    return request;
}

cord_pair_list search_cord_pairs(std::shared_ptr<const registry> donors, std::shared_ptr<const patient> who,
                                 const cord_pair_request& request) {
    if (!(request.dose_band / 2 > 0) || !std::isfinite(request.dose_band))
        refuse("dose_band", number_text(static_cast<float>(request.dose_band)), "expected a number above 0");
    const field_comparison fields(*donors, *who, request.units.on);
    if (request.min_total_tnc_per_kg) {
        if (!(*request.min_total_tnc_per_kg >= 0 && std::isfinite(*request.min_total_tnc_per_kg)))
            refuse("min_total_tnc_per_kg", number_text(static_cast<float>(*request.min_total_tnc_per_kg)), "expected a number from 0");
        if (!fields.patient_has_weight())
            refuse("min_total_tnc_per_kg", who->id, "the patient has no weight_kg, and doses are asked for each kilogram");
    }
    search_request alone = request.units;
    alone.top = search_request::all_hits;
    alone.also.emplace();
    alone.order = {};
    cord_pair_list found;
    found.units = search(donors, who, alone);
    pair_search(found.units, request, fields).run(found);
    if (!fields.patient_has_weight())
        for (cord_pair& p : found.pairs) p.total_tnc_per_kg = p.lowest_tnc_per_kg = std::numeric_limits<double>::quiet_NaN();
    return found;
}

}  // namespace allomatch
