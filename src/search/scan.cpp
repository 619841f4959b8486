// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace allomatch {

namespace {

/// Places looked at together: the scratch memory stays in the first-level cache.
constexpr std::size_t block_size = 2048;

/// Places kept so far and the sums of their counts.
class block {
public:
    block(const scan_plan& plan, std::vector<std::uint32_t>& found) : plan_(plan), found_(found) {}

    void collect(std::size_t from, std::size_t to, std::uint8_t sum) {
        while (from < to) {
            const std::size_t more = std::min(to - from, block_size - size_);
            std::uint32_t* const kept = kept_.data() + size_;
            std::uint8_t* const sums = sums_.data() + size_;
            for (std::size_t i = 0; i < more; ++i) kept[i] = static_cast<std::uint32_t>(from + i);
            for (std::size_t i = 0; i < more; ++i) sums[i] = sum;
            size_ += more;
            from += more;
            if (size_ == block_size) finish();
        }
    }

    /// Looks at the places collected at the other loci, reports those that stay, and starts anew.
    void finish() {
        for (const scan_plan::column& c : plan_.columns) {
            if (size_ == 0) return;
            c.codes->visit([&](auto codes) { look_up(codes.data(), c.counts); });
        }
        for (std::size_t i = 0; i < size_; ++i)
            if (sums_[i] >= plan_.min_mismatches) found_.push_back(kept_[i]);
        size_ = 0;
    }

private:
    template <class Code>
    void look_up(const Code* codes, const std::uint8_t* counts) {
        const unsigned limit = plan_.max_mismatches;
        std::uint32_t* const kept = kept_.data();
        std::uint8_t* const sums = sums_.data();
        const std::size_t size = size_;
        std::size_t n = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const std::uint32_t place = kept[i];
            const unsigned sum = unsigned{sums[i]} + counts[codes[place]];
            kept[n] = place;
            sums[n] = static_cast<std::uint8_t>(sum);
            n += sum <= limit ? 1 : 0;
        }
        size_ = n;
    }

    const scan_plan& plan_;
    std::vector<std::uint32_t>& found_;
    std::size_t size_ = 0;
    std::array<std::uint32_t, block_size> kept_;
    std::array<std::uint8_t, block_size> sums_;
};

}  // namespace

void scan_places(const scan_plan& plan, std::size_t begin, std::size_t end, std::vector<std::uint32_t>& found) {
    block places(plan, found);
    if (plan.cluster_counts.empty()) {
        places.collect(begin, end, 0);
    } else {
        const auto begins = plan.cluster_begins;
        auto code = static_cast<std::size_t>(std::upper_bound(begins.begin(), begins.end(), begin) - begins.begin()) - 1;
        for (; code < plan.cluster_counts.size() && begins[code] < end; ++code)
            if (plan.cluster_counts[code] <= plan.max_mismatches)
                places.collect(std::max<std::size_t>(begin, begins[code]), std::min<std::size_t>(end, begins[code + 1]),
                               plan.cluster_counts[code]);
    }
    places.finish();
}

}  // namespace allomatch
