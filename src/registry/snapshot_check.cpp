// SPDX-License-Identifier: Apache-2.0
#include "snapshot_check.hpp"

#include <allomatch/core/parallel.hpp>
#include <allomatch/core/utf8.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

namespace allomatch {

namespace {

constexpr std::size_t values_at_once = std::size_t{1} << 18;

/// Whether `holds(begin, end)` for all blocks that values are cut into.
template <class Test>
bool all_blocks(std::size_t size, Test holds) {
    std::atomic<bool> good = true;
    parallel_for_blocks(size, values_at_once, 0, [&](std::size_t begin, std::size_t end) {
        if (!holds(begin, end)) good = false;
    });
    return good;
}

template <class T>
bool all_below(std::span<const T> values, std::uint64_t limit) {
    if (limit > std::numeric_limits<T>::max()) return true;
    return all_blocks(values.size(), [&](std::size_t begin, std::size_t end) {
        T largest = 0;
        for (std::size_t i = begin; i < end; ++i) largest = std::max(largest, values[i]);
        return largest < limit;
    });
}

bool ascending(std::span<const std::uint32_t> values) {
    return values.empty() || all_blocks(values.size() - 1, [&](std::size_t begin, std::size_t end) {
        unsigned falls = 0;
        for (std::size_t i = begin; i < end; ++i) falls |= values[i + 1] < values[i] ? 1U : 0U;
        return falls == 0;
    });
}

/// Whether numbers below the number of them are all different.
bool all_there(std::span<const std::uint32_t> values) {
    if (values.empty()) return true;
    // A few threads, each with bits of its own, which fit into its cache.
    const std::size_t parts = std::clamp<std::size_t>(all_threads(), 1, 8);
    const std::size_t at_once = (values.size() + parts - 1) / parts;
    const std::size_t words = (values.size() + 63) / 64;
    std::vector<std::vector<std::uint64_t>> seen((values.size() + at_once - 1) / at_once);
    parallel_for_blocks(values.size(), at_once, 0, [&](std::size_t begin, std::size_t end) {
        std::vector<std::uint64_t>& here = seen[begin / at_once];
        here.resize(words);
        for (std::size_t i = begin; i < end; ++i) here[values[i] / 64] |= std::uint64_t{1} << values[i] % 64;
    });
    std::size_t there = 0;
    for (std::size_t w = 0; w < words; ++w) {
        std::uint64_t any = 0;
        for (const auto& bits : seen) any |= bits[w];
        there += static_cast<std::size_t>(std::popcount(any));
    }
    return there == values.size();
}

/// The rules, by names of sections.
class rules {
public:
    explicit rules(const snapshot_file& file) : file_(file) {}

    template <class T>
    stored_array<T> array(const std::string& name) const {
        return file_.array<T>(name);
    }
    void require(bool holds, const std::string& name, std::string_view reason) const {
        if (!holds) file_.fail(name, reason);
    }
    void has_size(const std::string& name, std::size_t size, std::size_t expected) const {
        if (size != expected)
            file_.fail(name, "has " + std::to_string(size) + " elements instead of " + std::to_string(expected));
    }
    /// Numbers below `limit`.
    template <class T>
    void below(const std::string& name, const stored_array<T>& values, std::uint64_t limit) const {
        require(all_below(std::span(values), limit), name, "a number is too large");
    }
    void codes(const std::string& name, std::size_t size, std::uint64_t limit) const {
        const packed_column column = file_.codes(name);
        has_size(name, column.size(), size);
        require(column.visit([limit](auto values) { return all_below(values, limit); }), name, "a code is too large");
    }
    /// Ends of the parts of `total` elements; returns how many there are.
    std::size_t ends(const std::string& name, std::size_t total) const {
        const auto values = array<std::uint32_t>(name);
        require(ascending(values) && (values.empty() ? 0 : values.back()) == total, name, "the ends do not fit");
        return values.size();
    }
    /// Begins of parts and the end of the last; returns how many there are.
    std::size_t begins(const std::string& name, std::size_t total) const {
        const auto values = array<std::uint32_t>(name);
        require(!values.empty() && values[0] == 0 && ascending(values) && values.back() == total, name, "the begins do not fit");
        return values.size() - 1;
    }
    /// Returns how many texts there are.
    std::size_t texts(const std::string& name) const {
        return ends(name + ".ends", array<char>(name + ".bytes").size());
    }
    std::size_t dictionary(const std::string& name) const {
        const std::size_t size = texts(name);
        slots(name + ".slots", size);
        return size;
    }
    /// An index: what its slots hold is looked at with care whenever it is used.
    void slots(const std::string& name, std::size_t items) const {
        const std::size_t size = array<std::uint32_t>(name).size();
        require(size == 0 ? items == 0 : std::has_single_bit(size) && size > items, name, "the number of slots does not fit");
    }

private:
    const snapshot_file& file_;
};

/// Positions of a locus; returns how many there are.
std::size_t check_positions(const rules& in, const std::string& name, locus l, const nomenclature& names) {
    const auto kinds = in.array<std::uint8_t>(name + ".kinds");
    in.require(!kinds.empty(), name + ".kinds", "there are no positions");
    in.below(name + ".kinds", kinds, 4);
    const auto classes = in.array<class_id>(name + ".classes");
    in.has_size(name + ".class_ends", in.ends(name + ".class_ends", classes.size()), kinds.size());
    in.require(std::all_of(classes.begin(), classes.end(), [&](class_id c) { return names.has_class(l, c); }),
               name + ".classes", "the nomenclature has no such class");

    const auto antigens = in.array<antigen_set>(name + ".antigens");
    in.has_size(name + ".antigens", antigens.size(), kinds.size());
    antigen_set known;
    for (std::size_t g = 0; g < gene_count; ++g)
        if (const auto family = family_of(static_cast<gene>(g)); family && locus_of(static_cast<gene>(g)) == l)
            for (std::size_t i = 0; i < names.antigens(*family).size(); ++i) known.insert(i);
    const auto antigens_of_one = in.array<antigen_set>(name + ".antigens_of_one");
    in.has_size(name + ".antigens_of_one_ends", in.ends(name + ".antigens_of_one_ends", antigens_of_one.size()), kinds.size());
    const auto all_known = [&known](const stored_array<antigen_set>& sets) {
        return std::all_of(sets.begin(), sets.end(), [&](const antigen_set& s) { return known.contains_all(s); });
    };
    in.require(all_known(antigens), name + ".antigens", "the nomenclature has no such antigen");
    in.require(all_known(antigens_of_one), name + ".antigens_of_one", "the nomenclature has no such antigen");

    const auto first_fields = in.array<std::uint16_t>(name + ".first_fields");
    in.has_size(name + ".first_field_ends", in.ends(name + ".first_field_ends", first_fields.size()), kinds.size());
    in.below(name + ".first_fields", first_fields, gene_count << 12);
    in.has_size(name + ".traits", in.array<std::uint32_t>(name + ".traits").size(), kinds.size());
    in.slots(name + ".position_slots", kinds.size());
    return kinds.size();
}

/// Genotypes and lists of positions; returns how many genotypes there are.
std::size_t check_dictionary(const rules& in, const std::string& name, std::size_t positions) {
    const auto alternatives = in.array<stored_alternative>(name + ".alternatives");
    in.require(std::all_of(alternatives.begin(), alternatives.end(), [&](const stored_alternative& a) {
                   return a.first < positions && a.second < positions && a.common < positions;
               }), name + ".alternatives", "there is no such position");
    const std::size_t genotypes = in.begins(name + ".begins", alternatives.size());
    const auto begins = in.array<std::uint32_t>(name + ".begins");
    in.require(genotypes > 0 && std::adjacent_find(begins.begin(), begins.end()) == begins.end(), name + ".begins",
               "a genotype has no alternatives");
    in.slots(name + ".genotype_slots", genotypes);

    const auto listed = in.array<class_id>(name + ".class_list");
    in.require(std::adjacent_find(listed.begin(), listed.end(), std::greater_equal()) == listed.end(), name + ".class_list",
               "the classes are not in order");
    const auto positions_of = in.array<position_id>(name + ".class_positions");
    in.has_size(name + ".class_begins", in.begins(name + ".class_begins", positions_of.size()), listed.size());
    in.below(name + ".class_positions", positions_of, positions);
    for (const char* list : {".blanks", ".no_products"}) in.below(name + list, in.array<position_id>(name + list), positions);
    return genotypes;
}

void check_readings(const rules& in, const std::string& name, std::size_t texts, locus l, const nomenclature& names) {
    const auto kinds = in.array<std::uint8_t>(name + ".kinds");
    in.require(kinds.size() % 2 == 0, name + ".kinds", "half a pair");
    in.below(name + ".kinds", kinds, 3);
    in.has_size(name + ".pair_ends", in.ends(name + ".pair_ends", kinds.size() / 2), texts);
    const auto ranges = in.array<allele_set::range>(name + ".ranges");
    in.has_size(name + ".range_ends", in.ends(name + ".range_ends", ranges.size()), kinds.size());
    const bool known = all_blocks(ranges.size(), [&](std::size_t begin, std::size_t end) {
        return std::all_of(ranges.begin() + begin, ranges.begin() + end,
                           [&](const allele_set::range& r) { return names.has_alleles(l, r.begin, r.end); });
    });
    in.require(known, name + ".ranges", "the nomenclature has no such alleles");
}

/// Returns how many genotypes there are.
std::size_t check_locus(const rules& in, locus l, std::size_t donors, const nomenclature& names) {
    const std::string name(allomatch::name(l));
    const std::size_t genotypes = check_dictionary(in, name, check_positions(in, name, l, names));
    const std::size_t texts = in.dictionary(name + ".texts");
    const auto code_of_text = in.array<genotype_code>(name + ".code_of_text");
    in.has_size(name + ".code_of_text", code_of_text.size(), texts);
    in.below(name + ".code_of_text", code_of_text, genotypes);
    in.codes(name + ".text_codes", donors, texts);
    in.codes(name + ".codes", donors, genotypes);
    check_readings(in, name + ".readings", texts, l, names);
    return genotypes;
}

void check_words(const rules& in, const std::string& name, const field_definition* definition, std::size_t donors) {
    in.codes(name + ".codes", donors, in.dictionary(name));
    if (definition == nullptr || definition->kind != field_kind::category) return;
    text_table words;
    text_table::each_array(words, [&](const std::string& part, auto& array) {
        array = in.array<typename std::remove_reference_t<decltype(array)>::value_type>(name + '.' + part);
    });
    bool known = words.size() == definition->words.size() + 1;
    for (std::size_t i = 1; known && i < words.size(); ++i) known = words[i] == definition->words[i - 1];
    in.require(known, name + ".bytes", "other words than this program knows for " + std::string(definition->name));
}

void check_field(const rules& in, const std::string& name, field_kind kind, const field_definition* definition,
                 std::size_t donors) {
    switch (kind) {
        case field_kind::text:
        case field_kind::category: return check_words(in, name, definition, donors);
        case field_kind::date: return in.has_size(name + ".days", in.array<day_number>(name + ".days").size(), donors);
        case field_kind::number:
        case field_kind::count: return in.has_size(name + ".numbers", in.array<float>(name + ".numbers").size(), donors);
    }
}

}  // namespace

snapshot_frame checked_frame(const snapshot_file& file) {
    const rules in(file);
    snapshot_frame frame;
    snapshot_frame::each_array(frame, borrow(file));
    in.has_size("loci", frame.loci.size(), locus_count);
    for (const auto& l : frame.loci)
        in.require(l.typed <= file.head().donors && std::isfinite(l.passing), "loci", "a number cannot be");
    in.has_size("field_kinds", frame.field_kinds.size(), in.texts("field_names"));
    for (std::size_t f = 0; f < frame.field_kinds.size(); ++f) {
        const field_definition* definition = find_field(frame.field_names[f]);
        const auto expected = definition != nullptr ? definition->kind : field_kind::text;
        in.require(is_utf8(frame.field_names[f]), "field_names.bytes", "a name is not valid UTF-8");
        in.require(frame.field_kinds[f] == static_cast<std::uint8_t>(expected), "field_kinds", "a field is of another kind");
    }
    return frame;
}

void check_contents(const snapshot_file& file, const snapshot_frame& frame, const nomenclature& names) {
    const rules in(file);
    const std::size_t donors = file.head().donors;
    std::size_t clusters = 1;
    for (std::size_t l = 0; l < locus_count; ++l) {
        if (frame.loci[l].typed == 0) continue;
        const std::size_t genotypes = check_locus(in, static_cast<locus>(l), donors, names);
        if (l == file.head().cluster_locus) clusters = genotypes;
    }
    for (std::size_t f = 0; f < frame.field_kinds.size(); ++f)
        check_field(in, "field" + std::to_string(f + 1), static_cast<field_kind>(frame.field_kinds[f]),
                    find_field(frame.field_names[f]), donors);
    in.has_size("ids.ends", in.dictionary("ids"), donors);
    const auto places = in.array<donor_index>("places");
    in.has_size("places", places.size(), donors);
    in.below("places", places, donors);
    in.require(all_there(places), "places", "a donor is at two places");
    in.has_size("cluster_begins", in.begins("cluster_begins", donors), clusters);
}

}  // namespace allomatch
