// SPDX-License-Identifier: Apache-2.0
#include <allomatch/typing/description.hpp>

#include <algorithm>
#include <set>

namespace allomatch {

namespace {

std::vector<std::string> class_names(const nomenclature& names, const reading& r) {
    if (r.what == reading::kind::new_allele) return {"NEW"};
    std::vector<std::string> out;
    for (const class_id c : classes_of(names, r.alleles)) out.push_back(names.class_text(c));
    return out;
}

void add_alternatives(const nomenclature& names, const gl_reading& read, typing_description& out) {
    out.has_alternatives = true;
    for (std::size_t l = 0; l < locus_count; ++l) {
        if (read.loci[l].empty()) continue;
        std::vector<std::array<std::vector<std::string>, 2>> pairs;
        for (const reading_pair& pair : read.loci[l]) {
            const bool copy = pair[1].what == reading::kind::blank && static_cast<locus>(l) != locus::DRB345;
            pairs.push_back({class_names(names, pair[0]), class_names(names, pair[copy ? 0 : 1])});
        }
        out.alternatives.emplace_back(locus_names[l], std::move(pairs));
    }
}

void add_reading(const nomenclature& names, const reading& r, typing_description& out) {
    out.classes = class_names(names, r);
    if (r.what == reading::kind::new_allele) {
        out.alleles = {"NEW"};
        return;
    }
    antigen_set antigens;
    std::optional<serology_family> family;
    std::set<std::string> seen;
    r.alleles.for_each([&](allele_id id) {
        out.alleles.push_back(names.allele_text(id));
        if (std::string g = names.g_group_text(id); !g.empty() && seen.insert(g).second) out.g_groups.push_back(std::move(g));
        antigens |= names.serology(id);
        family = family_of(names.gene_of(id));
    });
    if (family)
        antigens.for_each([&](std::size_t i) {
            out.serology.push_back(std::string(name(*family)) + std::to_string(names.antigens(*family).number(i)));
        });
    std::sort(out.serology.begin(), out.serology.end(), [](const std::string& a, const std::string& b) {
        return std::pair(a.size(), a) < std::pair(b.size(), b);
    });
    out.is_null = null_only(names, r);
    if (!r.alleles.empty()) out.locus = name(names.gene_of(r.alleles.ranges()[0].begin));
}

}  // namespace

typing_description describe(const typing_context& context, std::string_view asked, std::string_view text) {
    typing_description out;
    out.locus = asked;
    const auto take_error = [&out](const problem& p) {
        out.error = p.reason;
        out.suggestion = p.suggestion;
    };
    if (text.find_first_of("+^|~") != std::string_view::npos) {
        const auto read = read_gl_string(context, text);
        if (!read) {
            take_error(read.error());
            return out;
        }
        out.ok = true;
        out.warnings = read->warnings;
        add_alternatives(*context.names, *read, out);
        if (out.locus.empty() && out.alternatives.size() == 1) out.locus = out.alternatives.front().first;
        return out;
    }
    const auto read = read_position(context, text);
    if (!read) {
        take_error(read.error());
        return out;
    }
    out.ok = true;
    out.warnings = read->warnings;
    add_reading(*context.names, *read, out);
    if (read->what == reading::kind::new_allele) {
        std::string_view prefix = trim(text);
        if (prefix.starts_with("HLA-")) prefix.remove_prefix(4);
        prefix = prefix.substr(0, prefix.find('*'));
        if (gene_from_name(prefix)) out.locus = prefix;
    }
    return out;
}

}  // namespace allomatch
