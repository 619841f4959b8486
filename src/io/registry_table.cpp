// SPDX-License-Identifier: Apache-2.0
#include <allomatch/io/registry_table.hpp>

#include <charconv>
#include <cmath>

namespace allomatch::io {

namespace {

constexpr char cell_separator = '\t';  // of `pair_text`

void add_text(column& to, std::string_view text) {
    std::get<column::strings>(to.values).emplace_back(text);
    to.valid.push_back(!text.empty());
}

void add_locus(table& to, const registry& donors, locus l) {
    const std::string stem(name(l));
    std::vector<column> columns{{stem + "_1", column::strings{}, {}}, {stem + "_2", column::strings{}, {}}, {stem, column::strings{}, {}}};
    bool has_pairs = false;
    bool has_lists = false;
    for (donor_index d = 0; d < donors.size(); ++d) {
        const std::string_view text = donors.typing_text(l, d);
        const std::size_t at = text.find(cell_separator);
        const bool pair = at != std::string_view::npos;
        has_pairs = has_pairs || pair;
        has_lists = has_lists || (!pair && !text.empty());
        add_text(columns[0], pair ? text.substr(0, at) : std::string_view{});
        add_text(columns[1], pair ? text.substr(at + 1) : std::string_view{});
        add_text(columns[2], pair ? std::string_view{} : text);
    }
    if (has_pairs) {
        to.columns.push_back(std::move(columns[0]));
        to.columns.push_back(std::move(columns[1]));
    }
    if (has_lists) to.columns.push_back(std::move(columns[2]));
}

/// The double with the same shortest text.
double widened(float value) {
    const std::string text = number_text(value);
    double out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

column field_of(const field_column& field, std::size_t donors) {
    column out{field.name(), column::strings{}, {}};
    if (field.kind() == field_kind::count) out.values = std::vector<std::int64_t>{};
    if (field.kind() == field_kind::number) out.values = std::vector<double>{};
    for (std::size_t d = 0; d < donors; ++d) {
        const bool missing = field.is_missing(d);
        if (auto* counts = std::get_if<std::vector<std::int64_t>>(&out.values)) {
            counts->push_back(missing ? 0 : std::llround(field.value(d)));
            out.valid.push_back(!missing);
        } else if (auto* numbers = std::get_if<std::vector<double>>(&out.values)) {
            numbers->push_back(missing ? 0 : widened(field.value(d)));
            out.valid.push_back(!missing);
        } else {
            add_text(out, field.text(d));
        }
    }
    return out;
}

}  // namespace

table registry_table(const registry& donors) {
    table out;
    column ids{"id", column::strings{}, {}};
    for (donor_index d = 0; d < donors.size(); ++d) add_text(ids, donors.id(d));
    out.columns.push_back(std::move(ids));
    for (std::size_t l = 0; l < locus_count; ++l) add_locus(out, donors, static_cast<locus>(l));
    if (out.columns.size() == 1)  // a donor file has typing columns
        for (const char* name : {"A_1", "A_2"}) out.columns.push_back({name, column::strings(donors.size()), std::vector<bool>(donors.size(), false)});
    for (const field_column& field : donors.fields()) out.columns.push_back(field_of(field, donors.size()));
    return out;
}

}  // namespace allomatch::io
