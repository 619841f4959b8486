// SPDX-License-Identifier: Apache-2.0
#include "donor_record.hpp"

#include "column_names.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/text.hpp>

#include <algorithm>
#include <utility>

namespace allomatch::io {

std::vector<published_field> typing_fields() {
    std::vector<published_field> fields;
    for (const char* const gene : {"A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1"}) {
        const std::string name(gene);
        for (const char* const position : {"1", "2"})
            fields.push_back({"HLA/" + name + "/DNA/FIELD" + position, name + "_" + position});
    }
    for (const char* const gene : {"A", "B", "C", "DRB1", "DQB1"}) {
        const std::string name(gene);
        for (const char* const position : {"1", "2"})
            fields.push_back({"HLA/" + name + "/SER/FIELD" + position, name + "_ser_" + position});
    }
    return fields;
}

std::optional<std::string> date_part(std::string_view text) {
    constexpr std::size_t date_size = 10;
    if (text.size() > date_size && (text[date_size] == 'T' || text[date_size] == ' ')) text = text.substr(0, date_size);
    return std::string(text);
}

donor_record::donor_record(std::vector<std::string> columns, const std::vector<published_field>& fields, names compared)
    : columns_(std::move(columns)) {
    for (const published_field& f : fields) {
        for (std::size_t slash = f.path.find('/'); slash != std::string::npos; slash = f.path.find('/', slash + 1))
            add({f.path.substr(0, slash), 0, true, nullptr}, compared);
        const std::size_t column = at(f.column);
        if (column == columns_.size()) columns_.push_back(f.column);
        add({f.path, column, false, f.read}, compared);
    }
    met_.resize(entries_.size());
    cells_.resize(columns_.size());
    views_.resize(columns_.size());
}

void donor_record::add(path_entry e, names compared) {
    std::string key = compared == names::exact ? e.path : folded(e.path);
    if (by_path_.try_emplace(std::move(key), entries_.size()).second) entries_.push_back(std::move(e));
}

std::size_t donor_record::at(std::string_view column) const {
    return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), column) - columns_.begin());
}

void donor_record::begin(std::uint64_t line) {
    line_ = line;
    fault_.clear();
    std::fill(met_.begin(), met_.end(), false);
    clear_cells();
}

void donor_record::clear_cells() {
    for (std::string& cell : cells_) cell.clear();
}

std::optional<std::size_t> donor_record::find(std::string_view path) const {
    const auto it = by_path_.find(path);
    if (it == by_path_.end()) return std::nullopt;
    return it->second;
}

void donor_record::meet(std::size_t entry) {
    if (met_[entry]) fault(entries_[entry].path + " is there twice");
    met_[entry] = true;
}

void donor_record::put(std::size_t entry, std::string_view text) {
    const auto& [path, column, group, read] = entries_[entry];
    text = trim(text);
    if (text.empty()) return;
    if (text.find('\0') != std::string_view::npos) return fault(path + " holds a NUL character");
    std::string value(text);
    if (read != nullptr) {
        auto word = read(text);
        if (!word) return fault(path + ": '" + shown(text, 40) + "' is not a word of this field");
        value = *std::move(word);
    }
    std::string& cell = cells_[column];
    if (!cell.empty() && cell != value) return fault(path + ": '" + shown(text, 40) + "' contradicts '" + shown(cell, 40) + "'");
    cell = std::move(value);
}

void donor_record::fault(std::string reason) {
    if (fault_.empty()) fault_ = std::move(reason);
}

void donor_record::show(row_view& row) {
    for (std::size_t i = 0; i < cells_.size(); ++i) views_[i] = cells_[i];
    row.number = line_;
    row.cells = views_;
    row.fault = fault_;
}

}  // namespace allomatch::io
