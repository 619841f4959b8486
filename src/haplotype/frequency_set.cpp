// SPDX-License-Identifier: Apache-2.0
#include <allomatch/haplotype/frequency_set.hpp>
#include <allomatch/typing/reading.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <map>

namespace allomatch {

namespace {

[[noreturn]] void refuse_set(const std::string& name, std::string text, std::string reason) {
    problem p;
    p.column = "frequency";
    p.id = name;
    p.text = std::move(text);
    p.reason = std::move(reason);
    throw format_error(std::move(p));
}

std::string shortest(double value) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

problem refused(locus l, std::string_view text, std::string reason) {
    return problem::with_value(std::string(name(l)), text, std::move(reason));
}

/// The part behind the gene, which has to be one allele or group by its form.
std::optional<std::string> wrong_form(const nomenclature& names, std::string_view text) {
    const std::size_t star = text.find('*');
    const std::string_view body = star == std::string_view::npos ? text : text.substr(star + 1);
    if (body.find('/') != std::string_view::npos) return "a haplotype has one allele or group a locus, not a list";
    const std::size_t digits = leading(body, [](char c) { return is_digit(c) || c == ':'; });
    const std::string_view tail = body.substr(digits);
    const bool known_tail = tail.empty() || (tail.size() == 1 && std::string_view("NLSCAQGPg").find(tail[0]) !=
                                                                      std::string_view::npos);
    if (digits == 0 || !known_tail) return "neither an allele nor a G, P or g group";
    constexpr std::size_t shortest_old_name = 4;
    const bool one_field = body.find(':') == std::string_view::npos && digits < shortest_old_name;
    if (one_field && !names.names_only()) return "one field is no allele: two fields at least";
    return std::nullopt;
}

/// Gene and first two fields of a written name.
struct two_fields {
    gene g;
    allele_name name;
};
std::optional<two_fields> first_two_fields(gene_set genes, std::string_view text) {
    const std::size_t star = text.find('*');
    const auto g = star == std::string_view::npos || star == 0 ? genes.only() : gene_from_name(text.substr(0, star));
    const std::string_view body = star == std::string_view::npos ? text : text.substr(star + 1);
    std::string_view tail;
    const auto name = read_allele_fields(body, tail);
    if (!g || !name || name->count < 2) return std::nullopt;
    two_fields two{*g, {}};
    two.name.fields = {name->fields[0], name->fields[1], 0, 0};
    two.name.count = 2;
    return two;
}

class_id class_with_most(const nomenclature& names, const allele_set& alleles) {
    std::map<class_id, std::size_t> sizes;
    alleles.for_each([&](allele_id id) {
        if (!names.is_null(id)) ++sizes[names.class_of(id)];
    });
    class_id best = no_class;
    std::size_t most = 0;
    alleles.for_each([&](allele_id id) {
        if (names.is_null(id) || sizes[names.class_of(id)] <= most) return;
        best = names.class_of(id);
        most = sizes[best];
    });
    return best;
}

class_id class_of_name(const nomenclature& names, gene_set genes, std::string_view text, const allele_set& alleles,
                       bool* spans_classes) {
    class_id first = no_class;
    const bool several = alleles.any([&](allele_id id) {
        if (names.is_null(id)) return false;
        if (first == no_class) first = names.class_of(id);
        return names.class_of(id) != first;
    });
    if (spans_classes != nullptr) *spans_classes = several;
    if (!several) return first;
    if (const auto two = first_two_fields(genes, text)) {
        const allele_set* group = names.names_only() ? nullptr : names.p_group(two->g, two->name);
        class_id wanted = no_class;
        if (group != nullptr)
            group->for_each([&](allele_id id) {
                if (wanted == no_class) wanted = names.class_of(id);
            });
        const bool has = alleles.any([&](allele_id id) { return names.class_of(id) == wanted; });
        if (wanted != no_class && has) return wanted;
    }
    return class_with_most(names, alleles);
}

}  // namespace

std::string frequency_set::haplotype_text(std::size_t row) const {
    std::string text;
    const auto codes = rows_.codes(row);
    for (std::size_t at = 0; at < codes.size(); ++at) {
        if (at != 0) text += '~';
        text += allele(at, codes[at]).name;
    }
    return text;
}

frequency_set_builder::frequency_set_builder(std::string name, std::vector<locus> loci, nomenclature::pointer names) {
    if (loci.empty()) refuse_set(name, {}, "a frequency set needs a locus");
    for (std::size_t i = 0; i < loci.size(); ++i)
        if (std::find(loci.begin(), loci.begin() + static_cast<std::ptrdiff_t>(i), loci[i]) !=
            loci.begin() + static_cast<std::ptrdiff_t>(i))
            refuse_set(name, std::string(allomatch::name(loci[i])), "a locus is given twice");
    set_.name_ = std::move(name);
    set_.names_ = std::move(names);
    set_.rows_ = haplotype_table(loci.size());
    set_.alleles_.resize(loci.size());
    set_.outcomes_.resize(loci.size());
    code_of_.resize(loci.size());
    outcome_of_class_.resize(loci.size());
    set_.loci_ = std::move(loci);
}

result<haplotype_allele> frequency_set_builder::read_allele(const nomenclature& names, locus l, std::string_view text,
                                                            std::vector<std::string>* warnings, bool* spans_classes) {
    text = trim(text);
    constexpr std::string_view hla = "HLA-";
    if (text.starts_with(hla)) text.remove_prefix(hla.size());
    if (text.empty()) return refused(l, text, "no allele at this locus");
    if (auto reason = wrong_form(names, text)) return refused(l, text, *std::move(reason));
    const gene_set genes(l);
    auto read = read_position({&names, nullptr, genes, column_kind::dna}, text);
    if (!read) {
        problem p = read.error();
        p.column = std::string(name(l));
        return p;
    }
    if (warnings != nullptr) *warnings = std::move(read->warnings);
    haplotype_allele a;
    if (text.find('*') == std::string_view::npos) a.name = std::string(name(l)) + '*';
    if (text.front() == '*') a.name = std::string(name(l));
    a.name += text;
    a.matched = class_of_name(names, genes, text, read->alleles, spans_classes);
    a.alleles = std::move(read->alleles);
    return a;
}

result<std::uint32_t> frequency_set_builder::code_of(std::size_t at, std::string_view text) {
    auto& known = code_of_[at];
    if (const auto it = known.find(text); it != known.end()) return it->second;
    std::vector<std::string> warnings;
    bool spans = false;
    auto read = read_allele(*set_.names_, set_.loci_[at], text, &warnings, &spans);
    if (!read) return std::move(read.error());
    for (std::string& w : warnings) warnings_.push_back(refused(set_.loci_[at], text, std::move(w)));
    if (spans) ++set_.spanning_;
    auto& alleles = set_.alleles_[at];
    const auto code = static_cast<std::uint32_t>(alleles.size());
    alleles.push_back(std::move(read.value()));
    known.emplace(text, code);
    return code;
}

std::optional<problem> frequency_set_builder::add(std::span<const std::string_view> haplotype, double frequency) {
    if (haplotype.size() != set_.loci_.size()) {
        problem p;
        p.reason = "a haplotype of this set has " + std::to_string(set_.loci_.size()) + " loci";
        return p;
    }
    if (!(frequency > 0 && frequency <= 1)) {
        problem p;
        p.column = "frequency";
        p.text = shortest(frequency);
        p.reason = "a frequency is above 0 and at most 1";
        return p;
    }
    auto& codes = set_.rows_.codes_;
    const std::size_t before = codes.size();
    for (std::size_t at = 0; at < haplotype.size(); ++at) {
        auto code = code_of(at, haplotype[at]);
        if (!code) {
            codes.resize(before);
            return std::move(code.error());
        }
        codes.push_back(*code);
    }
    set_.rows_.frequencies_.push_back(frequency);
    set_.sum_ += frequency;
    return std::nullopt;
}

std::uint32_t frequency_set_builder::outcome_of(std::size_t at, const haplotype_allele& a) {
    auto& outcomes = set_.outcomes_[at];
    const auto next = static_cast<std::uint32_t>(outcomes.size());
    if (!a.is_null()) {
        const auto [it, added] = outcome_of_class_[at].try_emplace(a.matched, next);
        if (added) outcomes.push_back({a.matched, {}});
        return it->second;
    }
    const haplotype_outcome wanted{no_class, a.alleles};
    const auto it = std::find(outcomes.begin(), outcomes.end(), wanted);
    if (it != outcomes.end()) return static_cast<std::uint32_t>(it - outcomes.begin());
    outcomes.push_back(wanted);
    return next;
}

void frequency_set_builder::merge() {
    const std::size_t width = set_.loci_.size();
    std::vector<std::vector<std::uint32_t>> outcome_of_code(width);
    for (std::size_t at = 0; at < width; ++at)
        for (const haplotype_allele& a : set_.alleles_[at]) outcome_of_code[at].push_back(outcome_of(at, a));

    const haplotype_table& rows = set_.rows_;
    haplotype_table& merged = set_.merged_;
    merged = haplotype_table(width);
    merged.codes_.reserve(rows.codes_.size());
    merged.frequencies_.reserve(rows.size());
    // Open addressing: each slot is vacant or holds the number of a merged row.
    constexpr std::size_t vacant = static_cast<std::size_t>(-1);
    std::vector<std::size_t> slots(std::bit_ceil(rows.size() * 2), vacant);
    std::vector<std::uint32_t> key(width);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto codes = rows.codes(row);
        std::uint64_t hash = 0;
        for (std::size_t at = 0; at < width; ++at) {
            key[at] = outcome_of_code[at][codes[at]];
            hash = (hash ^ key[at]) * 0x9E3779B97F4A7C15U;
            hash ^= hash >> 32;
        }
        std::size_t slot = hash & (slots.size() - 1);
        while (slots[slot] != vacant && !std::ranges::equal(merged.codes(slots[slot]), key))
            slot = (slot + 1) & (slots.size() - 1);
        if (slots[slot] == vacant) {
            slots[slot] = merged.size();
            merged.codes_.insert(merged.codes_.end(), key.begin(), key.end());
            merged.frequencies_.push_back(0);
        }
        merged.frequencies_[slots[slot]] += rows.frequencies_[row];
    }
    merged.codes_.shrink_to_fit();
    merged.frequencies_.shrink_to_fit();
}

frequency_set frequency_set_builder::build(bool normalise) && {
    if (set_.rows_.size() == 0) refuse_set(set_.name_, {}, "the frequency set has no haplotype");
    if (!normalise && set_.sum_ > largest_sum)
        refuse_set(set_.name_, shortest(set_.sum_),
                   "the frequencies of the set sum to more than 1; normalise to take it");
    if (normalise)
        for (double& f : set_.rows_.frequencies_) f = std::max(f / set_.sum_, std::numeric_limits<double>::denorm_min());
    merge();
    return std::move(set_);
}

}  // namespace allomatch
