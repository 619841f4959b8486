// SPDX-License-Identifier: Apache-2.0
/// \file
/// Which columns of an input carry the id, the typings and the fields of a person.
#pragma once

#include <allomatch/core/row_source.hpp>
#include <allomatch/registry/registry.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch::io {

/// The texts of one person, cut out of a row. Reused from row to row.
struct person_texts {
    std::string_view id;
    std::array<std::string, locus_count> typings;   ///< DNA, or serology where there is no DNA
    std::array<std::string, locus_count> serology;  ///< serology beside DNA, to be checked against it
    std::vector<std::string_view> fields;
    std::vector<problem> problems;                  ///< faults of the cells as such

    void clear();
};

class person_layout {
public:
    /// \throws format_error naming the source and the column.
    explicit person_layout(const row_source& rows);

    void cut(const row_view& row, person_texts& out) const;

    /// Columns that are not typings or the id, in their order: known fields and those carried along.
    [[nodiscard]] const std::vector<std::string>& field_columns() const { return field_columns_; }
    /// All columns by their names in formats.md.
    [[nodiscard]] std::vector<std::string> canonical_columns() const;
    /// The column of the input that a problem's "A_1" stands for.
    [[nodiscard]] std::string source_column(std::string_view canonical) const;

private:
    using cell = std::optional<std::size_t>;
    struct pair_columns {
        cell first;
        cell second;
        [[nodiscard]] bool present() const { return first || second; }
    };
    bool take_typing(std::string_view column, std::size_t i);

    std::string place_;
    std::vector<std::string> columns_;
    cell id_;
    cell gl_;
    std::array<pair_columns, locus_count> dna_;
    std::array<pair_columns, locus_count> serology_;
    std::array<cell, locus_count> locus_gl_;
    std::array<pair_columns, gene_count> drb_;  // DRB3, DRB4, DRB5 in columns of their own
    bool has_drb_ = false;
    std::vector<std::size_t> field_cells_;
    std::vector<std::string> field_columns_;
};

}  // namespace allomatch::io
