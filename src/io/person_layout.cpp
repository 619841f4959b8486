// SPDX-License-Identifier: Apache-2.0
#include "person_layout.hpp"

#include <algorithm>

namespace allomatch::io {

namespace {

constexpr std::array<std::string_view, 6> id_columns{"id", "donor_id", "patient_id", "sample", "sample_id", "grid"};

std::string upper_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = upper(c);
    return out;
}

problem fault(std::string_view column, std::string_view text, std::string reason) {
    return problem::with_value(column, text, std::move(reason));
}

/// A cell of a DRB3, DRB4 or DRB5 column with its gene in front, as the joint locus needs it.
std::string with_gene(gene g, std::string_view text) {
    std::string out(name(g));
    if (text.starts_with("HLA-")) text.remove_prefix(4);
    if (text.empty() || (is_letter(text[0]) && text != "NEW")) return std::string(text);
    return out + (text[0] == '*' ? "" : "*") + std::string(text);
}

/// A plain number in a serology column as the antigen it means.
std::string as_antigen(locus l, std::string_view text) {
    text = trim(text);
    if (text.empty() || !all_of(text, is_digit)) return std::string(text);
    constexpr std::array<std::string_view, locus_count> families{"A", "B", "Cw", "DR", "DR", "", "DQ", "", ""};
    return std::string(families[index(l)]) + std::string(text);
}

}  // namespace

void person_texts::clear() {
    for (auto& text : typings) text.clear();
    for (auto& text : serology) text.clear();
    fields.clear();
    problems.clear();
}

bool person_layout::take_typing(std::string_view column, std::size_t i) {
    std::string stem = upper_case(trim(column));
    int position = 0;
    if (stem.ends_with("_1") || stem.ends_with("_2")) {
        position = stem.back() - '0';
        stem.resize(stem.size() - 2);
    }
    bool serology = false;
    if (position != 0 && stem.ends_with("_SER")) {
        serology = true;
        stem.resize(stem.size() - 4);
    }
    const auto l = locus_from_name(stem);
    const auto g = gene_from_name(stem);
    if (!l && !g) return false;
    if (position == 0) {
        if (!l) return false;
        locus_gl_[index(*l)] = i;
        return true;
    }
    pair_columns* pair = nullptr;
    if (l) {
        pair = &(serology ? serology_ : dna_)[index(*l)];
    } else if (!serology) {
        pair = &drb_[index(*g)];
        has_drb_ = true;
    } else {
        return false;
    }
    (position == 1 ? pair->first : pair->second) = i;
    return true;
}

person_layout::person_layout(const row_source& rows) : place_(rows.name()) {
    columns_.assign(rows.columns().begin(), rows.columns().end());
    for (const std::string_view wanted : id_columns) {
        for (std::size_t i = 0; i < columns_.size() && !id_; ++i)
            if (same_ignoring_case(trim(columns_[i]), wanted)) id_ = i;
    }
    bool typed = false;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const std::string_view column = trim(columns_[i]);
        if (i == id_ || column.empty()) continue;
        if (same_ignoring_case(column, "gl")) {
            gl_ = i;
            typed = true;
        } else if (take_typing(column, i)) {
            typed = true;
        } else {
            field_cells_.push_back(i);
            field_columns_.emplace_back(column);
        }
    }
    const auto refuse = [this](std::string reason) {
        throw format_error(problem::with_input(place_, std::move(reason)));
    };
    if (!id_) refuse("no column id (or donor_id, patient_id, sample, grid)");
    if (!typed) refuse("no typing columns such as A_1, A_2, B_1 .. DRB1_2, or gl");
}

std::vector<std::string> person_layout::canonical_columns() const {
    std::vector<std::string> names;
    for (const std::string& column : columns_) names.emplace_back(trim(column));
    const auto set = [&names](cell c, std::string name) {
        if (c) names[*c] = std::move(name);
    };
    const auto set_pair = [&set](const pair_columns& pair, const std::string& stem) {
        set(pair.first, stem + "_1");
        set(pair.second, stem + "_2");
    };
    set(id_, "id");
    set(gl_, "gl");
    for (std::size_t l = 0; l < locus_count; ++l) {
        const std::string stem(locus_names[l]);
        set(locus_gl_[l], stem);
        set_pair(dna_[l], stem);
        set_pair(serology_[l], stem + "_ser");
    }
    for (std::size_t g = 0; g < gene_count; ++g) set_pair(drb_[g], std::string(name(static_cast<gene>(g))));
    for (const std::size_t i : field_cells_)
        if (const field_definition* definition = find_field(names[i])) names[i] = definition->name;
    return names;
}

std::string person_layout::source_column(std::string_view canonical) const {
    std::string_view stem = canonical;
    int position = 0;
    if (stem.ends_with("_1") || stem.ends_with("_2")) {
        position = stem.back() - '0';
        stem.remove_suffix(2);
    }
    const auto l = locus_from_name(stem);
    if (!l) return std::string(canonical);
    if (position == 0) {
        if (locus_gl_[index(*l)]) return columns_[*locus_gl_[index(*l)]];
        return gl_ ? columns_[*gl_] : std::string(canonical);
    }
    for (const auto* pairs : {&dna_, &serology_}) {
        const pair_columns& pair = (*pairs)[index(*l)];
        const cell c = position == 1 ? pair.first : pair.second;
        if (c) return columns_[*c];
    }
    return std::string(canonical);
}

void person_layout::cut(const row_view& row, person_texts& out) const {
    out.clear();
    const auto text_of = [&row](cell c) { return c ? trim(row.cells[*c]) : std::string_view{}; };
    out.id = text_of(id_);
    for (const std::size_t i : field_cells_) out.fields.push_back(row.cells[i]);

    const auto give = [&](std::size_t l, std::string text, std::string_view column) {
        if (text.empty()) return;
        if (!out.typings[l].empty())
            out.problems.push_back(fault(column, text, "locus " + std::string(locus_names[l]) + " is given twice"));
        else
            out.typings[l] = std::move(text);
    };
    for (std::size_t l = 0; l < locus_count; ++l) {
        if (dna_[l].present()) out.typings[l] = pair_text(text_of(dna_[l].first), text_of(dna_[l].second));
        if (locus_gl_[l]) give(l, std::string(text_of(locus_gl_[l])), columns_[*locus_gl_[l]]);
    }
    if (has_drb_) {
        std::vector<std::string> present;
        std::string_view column = "DRB345";
        for (const gene g : {gene::DRB3, gene::DRB4, gene::DRB5}) {
            for (const cell c : {drb_[index(g)].first, drb_[index(g)].second}) {
                const std::string_view text = text_of(c);
                if (text.empty()) continue;
                column = columns_[*c];
                present.push_back(with_gene(g, text));
                const std::size_t star = present.back().find('*');
                if (star != std::string::npos && std::string_view(present.back()).substr(0, star) != name(g))
                    out.problems.push_back(fault(column, text, "names another gene than the column does"));
            }
        }
        if (present.size() > 2)
            out.problems.push_back(fault(column, present.back(), "more than two alleles of DRB3, DRB4 and DRB5"));
        else if (!present.empty())
            give(index(locus::DRB345), pair_text(present[0], present.size() > 1 ? present[1] : ""), column);
    }
    if (gl_ && !text_of(gl_).empty()) {
        auto texts = split_gl_string(text_of(gl_));
        if (!texts) {
            texts.error().column = columns_[*gl_];
            out.problems.push_back(std::move(texts.error()));
        } else {
            for (std::size_t l = 0; l < locus_count; ++l) give(l, std::move((*texts)[l]), columns_[*gl_]);
        }
    }
    for (std::size_t l = 0; l < locus_count; ++l) {
        if (!serology_[l].present()) continue;
        const auto antigen = [&](cell c) { return as_antigen(static_cast<locus>(l), text_of(c)); };
        std::string text = pair_text(antigen(serology_[l].first), antigen(serology_[l].second));
        (out.typings[l].empty() ? out.typings : out.serology)[l] = std::move(text);
    }
}

}  // namespace allomatch::io
