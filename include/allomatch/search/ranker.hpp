// SPDX-License-Identifier: Apache-2.0
/// \file
/// A ranking at work on one list.
#pragma once

#include <allomatch/search/match_list.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace allomatch {

/// The ranking of a list, ready to be asked about its rows. Borrows the list. Not thread-safe.
class ranker {
public:
    /// `probability` and `exact_probability`, which presets have, separate nobody when the list has no probabilities.
    /// \throws format_error naming a criterion that the donors or the search do not have.
    explicit ranker(const match_list& list);
    ranker(ranker&&) noexcept;
    ~ranker();

    /// Numbers of the `top` best rows, best first. Does not depend on the order of the rows.
    [[nodiscard]] std::vector<std::uint32_t> best(std::size_t top) const;
    /// All criteria of a row in their order, in words: "age 26-30", "CMV equal".
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> describe(std::size_t row) const;
    /// Why a row stands below another one: the first criterion that separates them, in words.
    [[nodiscard]] std::string place_reason(std::size_t above, std::size_t row) const;

    struct term;

private:
    const match_list* list_;
    std::vector<term> terms_;      // in their order, those with weights too
    std::vector<std::size_t> places_;  // of the terms without weight
    bool weighted_ = false;
    [[nodiscard]] double score(std::size_t row) const;
};

}  // namespace allomatch
