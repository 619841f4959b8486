// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/utf8.hpp>
#include <allomatch/search/patient.hpp>

namespace allomatch {

patient::patient() {
    for (genotype& g : genotypes) g.alternatives.emplace_back();
}

std::string_view patient::field(std::string_view name) const noexcept {
    for (const auto& [field_name, text] : fields)
        if (field_name == name) return text;
    return {};
}

person_typing patient::typing() const {
    person_typing typed;
    for (std::size_t l = 0; l < locus_count; ++l)
        if (!readings[l].empty()) typed.add(static_cast<locus>(l), readings[l], texts[l]);
    return typed;
}

std::vector<problem> read_patient(const typing_context& context, null_policy nulls, std::string_view id,
                                  const std::array<std::string, locus_count>& texts,
                                  const std::vector<std::pair<std::string, std::string>>& fields, patient& out) {
    std::vector<problem> problems;
    out = patient();
    out.id = trim(id);
    if (out.id.empty() || out.id.size() > 64 || !is_utf8(out.id)) {
        problems.push_back(problem::with_value("id", id,
            out.id.empty() ? "the id is empty" : out.id.size() > 64 ? "the id is longer than 64 bytes" : "the id is not valid UTF-8"));
    }
    for (std::size_t l = 0; l < locus_count; ++l) {
        if (texts[l].empty()) continue;
        auto read = read_locus(context, static_cast<locus>(l), texts[l], nulls);
        if (!read) {
            problems.push_back(std::move(read.error()));
            continue;
        }
        out.texts[l] = texts[l];
        out.genotypes[l] = std::move(read->meaning);
        out.readings[l] = std::move(read->readings);
        for (std::string& w : read->warnings) out.warnings.push_back(std::string(locus_names[l]) + ": " + w);
    }
    for (const auto& [column, text] : fields) {
        const field_definition* definition = find_field(column);
        field_column one(definition != nullptr ? std::string(definition->name) : column,
                         definition != nullptr ? definition->kind : field_kind::text, definition);
        if (auto p = one.check(text)) {
            problems.push_back(*std::move(p));
            continue;
        }
        one.push_back(text);
        if (!one.is_missing(0)) out.fields.emplace_back(one.name(), one.text(0));
    }
    for (problem& p : problems) p.id = out.id;
    return problems;
}

}  // namespace allomatch
