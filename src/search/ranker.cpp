// SPDX-License-Identifier: Apache-2.0
#include "criteria.hpp"

#include <algorithm>
#include <numeric>

namespace allomatch {

ranker::ranker(const match_list& list) : list_(&list) {
    validate(list.order);
    const auto fields = std::make_shared<const field_comparison>(*list.donors, *list.who, list.on);
    std::vector<const criterion*> seen;
    for (const criterion& c : list.order.criteria) {
        // Named again, a criterion separates nobody.
        if (std::any_of(seen.begin(), seen.end(), [&](const criterion* other) { return *other == c; })) continue;
        seen.push_back(&c);
        if (auto t = compile(c, list, fields)) terms_.push_back(std::move(*t));
    }
    for (std::size_t i = 0; i < terms_.size(); ++i) {
        if (terms_[i].weight)
            weighted_ = true;
        else
            places_.push_back(i);
    }
}

ranker::ranker(ranker&&) noexcept = default;
ranker::~ranker() = default;

double ranker::score(std::size_t row) const {
    double sum = 0;
    for (const term& t : terms_)
        if (t.weight) sum += *t.weight * static_cast<double>(t.ordinal(t.value(row)));
    return sum;
}

std::vector<std::uint32_t> ranker::best(std::size_t top) const {
    const std::size_t rows = list_->hits.size();
    unsigned all_bits = weighted_ ? 64 : 0;
    for (const std::size_t i : places_) all_bits += terms_[i].bits();
    const std::size_t width = std::max<std::size_t>(1, (all_bits + 63) / 64);

    // The criteria of a row one behind the other, as the bits of a long number.
    std::vector<std::uint64_t> keys(rows * width);
    unsigned used = 0;
    const auto add = [&](unsigned bits, const auto& value) {
        const std::size_t word = used / 64;
        const unsigned end = used % 64 + bits;
        for (std::size_t row = 0; row < rows; ++row) {
            const std::uint64_t v = value(row);
            std::uint64_t* const key = keys.data() + row * width + word;
            if (end <= 64) {
                key[0] |= v << (64 - end);
            } else {
                key[0] |= v >> (end - 64);
                key[1] |= v << (128 - end);
            }
        }
        used += bits;
    };
    if (weighted_) add(64, [this](std::size_t row) { return sortable(score(row)); });
    for (const std::size_t i : places_)
        add(terms_[i].bits(), [&t = terms_[i]](std::size_t row) { return t.ordinal(t.value(row)); });

    struct entry {
        std::uint64_t first;
        std::uint32_t row;
    };
    std::vector<entry> entries(rows);
    for (std::uint32_t row = 0; row < rows; ++row) entries[row] = {keys[row * width], row};
    const registry& donors = *list_->donors;
    const auto better = [&](const entry& a, const entry& b) {
        if (a.first != b.first) return a.first < b.first;
        const std::uint64_t* const x = keys.data() + a.row * width;
        const std::uint64_t* const y = keys.data() + b.row * width;
        for (std::size_t w = 1; w < width; ++w)
            if (x[w] != y[w]) return x[w] < y[w];
        return donors.id(list_->hits[a.row].donor) < donors.id(list_->hits[b.row].donor);
    };
    const auto cut = entries.begin() + static_cast<std::ptrdiff_t>(std::min(top, rows));
    if (cut != entries.end()) std::nth_element(entries.begin(), cut, entries.end(), better);
    std::sort(entries.begin(), cut, better);
    std::vector<std::uint32_t> order;
    order.reserve(static_cast<std::size_t>(cut - entries.begin()));
    for (auto e = entries.begin(); e != cut; ++e) order.push_back(e->row);
    return order;
}

std::vector<std::pair<std::string, std::string>> ranker::describe(std::size_t row) const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const term& t : terms_) all.emplace_back(t.name, t.words(t.value(row)));
    return all;
}

std::string match_list::place_reason(std::size_t i) const {
    return i == 0 || !has_ranks ? std::string() : ranker(*this).place_reason(i - 1, i);
}

std::string ranker::place_reason(std::size_t above, std::size_t row) const {
    if (weighted_ && score(above) != score(row)) return "score " + number_text(static_cast<float>(score(row))) + " after " +
                                                        number_text(static_cast<float>(score(above)));
    for (const std::size_t i : places_) {
        const term& t = terms_[i];
        const double better = t.value(above);
        const double own = t.value(row);
        if (t.ordinal(better) != t.ordinal(own)) return t.words(own) + " after " + t.words(better);
    }
    return "donor id";
}

}  // namespace allomatch
