// SPDX-License-Identifier: Apache-2.0
/// \file
/// Tables going out, whatever the file format behind them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace allomatch::io {

/// Values of one output column; an empty `valid` means that no value is missing.
struct column {
    using strings = std::vector<std::string>;
    std::string name;
    std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<bool>, strings> values;
    std::vector<bool> valid;

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool is_valid(std::size_t row) const { return valid.empty() || valid[row]; }
};

/// A result table: columns of equal length.
struct table {
    std::vector<column> columns;
    [[nodiscard]] std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
};

}  // namespace allomatch::io
