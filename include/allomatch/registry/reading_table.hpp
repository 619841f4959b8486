// SPDX-License-Identifier: Apache-2.0
/// \file
/// What the texts of one locus were read as, nulls kept, as probabilities need it.
#pragma once

#include <allomatch/core/stored_array.hpp>
#include <allomatch/typing/genotype.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace allomatch {

/// Readings by number of the text, taken apart into arrays; warnings are not kept. Text 0 is the empty one, which has
/// none. Thread-safe once filled.
class reading_table {
public:
    reading_table() { push_back({}); }

    [[nodiscard]] std::size_t size() const noexcept { return pair_ends_.size(); }
    void push_back(std::span<const reading_pair> pairs);
    /// The pairs of a text. The first call puts those of all texts together: some 0.1 us a pair.
    [[nodiscard]] std::span<const reading_pair> operator[](std::size_t text) const;

    void shrink_to_fit();
    [[nodiscard]] std::size_t memory() const noexcept;

    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        visit("pair_ends", self.pair_ends_);
        visit("kinds", self.kinds_);
        visit("range_ends", self.range_ends_);
        visit("ranges", self.ranges_);
    }

private:
    struct joined {
        std::once_flag once;
        std::vector<reading_pair> pairs;
    };
    [[nodiscard]] reading reading_at(std::size_t i) const;

    stored_array<std::uint32_t> pair_ends_;   // by text
    stored_array<std::uint8_t> kinds_;        // two a pair
    stored_array<std::uint32_t> range_ends_;  // the same
    stored_array<allele_set::range> ranges_;
    std::shared_ptr<joined> joined_ = std::make_shared<joined>();  // of all copies with the same texts
};

}  // namespace allomatch
