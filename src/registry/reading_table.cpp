// SPDX-License-Identifier: Apache-2.0
#include <allomatch/registry/reading_table.hpp>

namespace allomatch {

void reading_table::push_back(std::span<const reading_pair> pairs) {
    if (joined_.use_count() > 1) joined_ = std::make_shared<joined>();
    for (const reading_pair& pair : pairs)
        for (const reading& r : pair) {
            kinds_.push_back(static_cast<std::uint8_t>(r.what));
            ranges_.append({r.alleles.ranges().data(), r.alleles.ranges().size()});
            range_ends_.push_back(static_cast<std::uint32_t>(ranges_.size()));
        }
    pair_ends_.push_back(static_cast<std::uint32_t>(kinds_.size() / 2));
}

reading reading_table::reading_at(std::size_t i) const {
    reading r;
    r.what = static_cast<reading::kind>(kinds_[i]);
    for (std::size_t at = i == 0 ? 0 : range_ends_[i - 1]; at < range_ends_[i]; ++at)
        r.alleles.collect(allele_set(ranges_[at].begin, ranges_[at].end));
    return r;
}

std::span<const reading_pair> reading_table::operator[](std::size_t text) const {
    std::vector<reading_pair>& pairs = joined_->pairs;
    std::call_once(joined_->once, [&] {
        // In this thread: tasks of a parallel loop may ask, and must not wait for each other.
        std::vector<reading_pair> all(kinds_.size() / 2);
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = {reading_at(2 * i), reading_at(2 * i + 1)};
        pairs = std::move(all);
    });
    const std::size_t begin = text == 0 ? 0 : pair_ends_[text - 1];
    return std::span<const reading_pair>(pairs).subspan(begin, pair_ends_[text] - begin);
}

void reading_table::shrink_to_fit() {
    each_array(*this, [](std::string_view, auto& array) { array.shrink_to_fit(); });
}

std::size_t reading_table::memory() const noexcept {
    std::size_t bytes = 0;
    each_array(*this, [&bytes](std::string_view, const auto& array) { bytes += array.memory(); });
    return bytes;
}

}  // namespace allomatch
