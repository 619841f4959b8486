// SPDX-License-Identifier: Apache-2.0
#include <allomatch/typing/locus_text.hpp>

#include <algorithm>
#include <utility>

namespace allomatch {

namespace {
constexpr char cell_separator = '\t';

bool share_an_allele(const reading& a, const reading& b) {
    if (a.what != reading::kind::alleles || b.what != reading::kind::alleles)
        return a.what == reading::kind::blank || b.what == reading::kind::blank;
    const auto& left = a.alleles.ranges();
    const auto& right = b.alleles.ranges();
    for (auto i = left.begin(), j = right.begin(); i != left.end() && j != right.end();) {
        if (i->begin < j->end && j->begin < i->end) return true;
        if (i->end < j->end)
            ++i;
        else
            ++j;
    }
    return false;
}
/// The locus that an allele or antigen names: `A*02:01`, `HLA-B38`, `DR52`.
std::optional<locus> named_locus(std::string_view text) {
    if (text.starts_with("HLA-")) text.remove_prefix(4);
    const std::size_t star = text.find('*');
    if (star != std::string_view::npos) {
        const std::string_view prefix = text.substr(0, star);
        const auto g = prefix == "Cw" ? std::optional(gene::C) : gene_from_name(prefix);
        return g ? std::optional(locus_of(*g)) : std::nullopt;
    }
    const std::size_t letters = leading(text, is_letter);
    const auto family = family_from_name(text.substr(0, letters));
    if (!family) return std::nullopt;
    switch (*family) {
        case serology_family::A: return locus::A;
        case serology_family::B: return locus::B;
        case serology_family::Cw: return locus::C;
        case serology_family::DQ: return locus::DQB1;
        case serology_family::DR: break;
    }
    const std::string_view antigen = text.substr(letters);
    return antigen == "51" || antigen == "52" || antigen == "53" ? locus::DRB345 : locus::DRB1;
}

}  // namespace

std::string pair_text(std::string_view first, std::string_view second) {
    first = trim(first);
    second = trim(second);
    if (first.empty() && second.empty()) return {};
    std::string text(first);
    text += cell_separator;
    text += second;
    return text;
}

std::string shown_pair_text(std::string_view text) {
    const std::size_t at = text.find(cell_separator);
    if (at == std::string_view::npos) return std::string(text);
    std::string out(text.substr(0, at));
    const std::string_view second = text.substr(at + 1);
    if (!out.empty() && !second.empty()) out += " + ";
    out += second;
    return out;
}

result<typed_locus> read_locus(const typing_context& context, locus l, std::string_view text, null_policy nulls) {
    typed_locus out;
    typing_context here = context;
    here.genes = gene_set(l);
    const std::size_t at = text.find(cell_separator);
    if (text.empty()) {
        // untyped
    } else if (at == std::string_view::npos) {
        if (text.find('~') != std::string_view::npos) here.genes = gene_set::all();
        result<gl_reading> read = read_gl_string(here, text);
        if (!read) {
            read.error().column = name(l);
            return std::move(read.error());
        }
        out.readings = std::move(read->loci[index(l)]);
        if (out.readings.empty()) {
            return problem::with_value(name(l), text, "the text has no typing of locus " + std::string(name(l)));
        }
        out.warnings = std::move(read->warnings);
    } else {
        reading_pair pair;
        const std::array<std::string_view, 2> cells{text.substr(0, at), text.substr(at + 1)};
        for (std::size_t i = 0; i < 2; ++i) {
            result<reading> read = read_position(here, cells[i]);
            if (!read) {
                read.error().column = std::string(name(l)) + (i == 0 ? "_1" : "_2");
                return std::move(read.error());
            }
            for (std::string& w : read->warnings) out.warnings.push_back(std::move(w));
            pair[i] = std::move(*read);
        }
        if (pair[0].what == reading::kind::blank && pair[1].what != reading::kind::blank && l != locus::DRB345)
            out.warnings.emplace_back("the first position is blank and the second is not");
        if (pair[0].what != reading::kind::blank || pair[1].what != reading::kind::blank)
            out.readings.push_back(std::move(pair));
    }
    out.meaning = make_genotype(*context.names, l, out.readings, nulls);
    return out;
}

bool consistent(const typed_locus& dna, const typed_locus& serology) {
    if (dna.readings.empty() || serology.readings.empty()) return true;
    return std::any_of(dna.readings.begin(), dna.readings.end(), [&](const reading_pair& d) {
        return std::any_of(serology.readings.begin(), serology.readings.end(), [&](const reading_pair& s) {
            return (share_an_allele(d[0], s[0]) && share_an_allele(d[1], s[1])) ||
                   (share_an_allele(d[0], s[1]) && share_an_allele(d[1], s[0]));
        });
    });
}

result<std::array<std::string, locus_count>> split_gl_string(std::string_view text) {
    std::array<std::string, locus_count> texts;
    const auto fault = [](std::string_view part, std::string reason) {
        return problem::with_value("gl", part, std::move(reason));
    };
    text = trim(text);
    if (text.empty()) return texts;
    for (const std::string_view block : split(text, '^')) {
        if (block.empty()) return fault(text, "an empty locus between ^");
        std::array<bool, locus_count> named{};
        std::string_view rest = block;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find_first_of("~+|"), rest.size());
            const auto l = named_locus(rest.substr(0, end));
            if (!l) return fault(block, "a locus of a GL String starts with a prefix such as A* or DRB1*");
            named[index(*l)] = true;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        for (std::size_t l = 0; l < locus_count; ++l) {
            if (!named[l]) continue;
            std::string& whole = texts[l];
            if (!whole.empty() && static_cast<locus>(l) != locus::DRB345)
                return fault(block, "locus " + std::string(locus_names[l]) + " stands twice");
            if (!whole.empty()) whole += '^';
            whole += block;
        }
    }
    return texts;
}

}  // namespace allomatch
