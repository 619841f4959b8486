// SPDX-License-Identifier: Apache-2.0
// The slow, obvious comparison of one locus: sets and loops written from semantics.md sections 3 and 4 alone, with
// every resolution of both typings enumerated.
#pragma once

#include "miniature.hpp"

#include <allomatch/search/comparison.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace allomatch::model {

struct slow_position {
    std::set<int> classes;   ///< what it may resolve to; a NEW has a number of its own
    bool blank = false;      ///< fits anything
    bool is_new = false;
    bool nothing = false;    ///< no expressed product
    std::set<std::uint32_t> antigens;
    std::set<std::pair<gene, std::uint32_t>> first_fields;
};
using slow_pair = std::array<slow_position, 2>;

struct slow_result {
    unsigned mismatches = 2;
    unsigned mismatches_max = 0;
    unsigned gvh = 2;
    unsigned hvg = 2;
    std::string letters;
    bool crossed = false;
    friend bool operator==(const slow_result&, const slow_result&) = default;
};

class slow_locus {
public:
    slow_locus(const miniature& m, locus l, null_policy nulls, comparison_rules rules = {})
        : names_(*m.names), locus_(l), nulls_(nulls), rules_(rules) {}

    /// The alternatives of a typing, with the rules for blanks and nulls applied.
    [[nodiscard]] std::vector<slow_pair> alternatives(const std::vector<reading_pair>& readings) {
        std::vector<slow_pair> all;
        for (const reading_pair& r : readings) {
            reading_pair pair = r;
            const auto blank = [&](int i) { return pair[static_cast<std::size_t>(i)].what == reading::kind::blank; };
            if (locus_ != locus::DRB345 && blank(0) != blank(1)) (blank(0) ? pair[0] : pair[1]) = blank(0) ? pair[1] : pair[0];
            const slow_position first = expressed(pair[0]);
            const slow_position second = expressed(pair[1]);
            const bool null_first = only_null(pair[0]);
            const bool null_second = only_null(pair[1]);
            const bool may_null_first = null_first || (nulls_ == null_policy::consider && lists_null(pair[0]));
            const bool may_null_second = null_second || (nulls_ == null_policy::consider && lists_null(pair[1]));
            if (!null_first && !null_second) all.push_back({first, second});
            if (may_null_first && !null_second) copies(pair[1], second, all);
            if (may_null_second && !null_first) copies(pair[0], first, all);
            if (may_null_first && may_null_second) {
                slow_position product_free;
                product_free.nothing = true;
                all.push_back({product_free, product_free});
            }
        }
        if (all.empty()) {
            slow_position untyped;
            untyped.blank = true;
            all.push_back({untyped, untyped});
        }
        return all;
    }

    [[nodiscard]] slow_result compare(const std::vector<slow_pair>& patient, const std::vector<slow_pair>& donor) const {
        slow_result out;
        std::tuple<int, int, int> best{-1, 0, 0};
        std::array<bool, 2> always{true, true};
        for (const slow_pair& p : patient)
            for (const slow_pair& d : donor) {
                resolve_all(p, d, out);
                const auto direct = lettered(p, d, false);
                const auto crossed = lettered(p, d, true);
                const bool cross = crossed.first > direct.first;
                const auto& [score, letters] = cross ? crossed : direct;
                for (std::size_t i = 0; i < 2; ++i) always[i] = always[i] && letters[i] == 'A';
                if (score <= best) continue;
                best = score;
                out.letters = letters;
                out.crossed = cross;
            }
        for (std::size_t i = 0; i < 2; ++i)
            if (out.letters[i] == 'A' && !always[i]) out.letters[i] = 'P';
        return out;
    }

    /// At antigen level: positions that neither share a class nor match in antigens, the fewest over the alternatives
    /// and orientations.
    [[nodiscard]] unsigned antigen_mismatches(const std::vector<slow_pair>& patient, const std::vector<slow_pair>& donor) const {
        unsigned fewest = 2;
        for (const slow_pair& p : patient)
            for (const slow_pair& d : donor)
                for (const std::size_t other : {0U, 1U}) {
                    const unsigned n = (letter_of(p[other], d[0]) == 'M' ? 1U : 0U) + (letter_of(p[1 - other], d[1]) == 'M' ? 1U : 0U);
                    fewest = std::min(fewest, n);
                }
        return fewest;
    }

private:
    static bool only_null(const reading& r, const nomenclature& names) {
        return r.what == reading::kind::alleles && !r.alleles.any([&](allele_id id) { return names.name_of(id).suffix != 'N'; });
    }
    [[nodiscard]] bool only_null(const reading& r) const { return only_null(r, names_); }
    [[nodiscard]] bool lists_null(const reading& r) const {
        return r.alleles.any([&](allele_id id) { return names_.name_of(id).suffix == 'N'; });
    }

    /// All expressed alleles of a reading, or those of one class.
    slow_position expressed(const reading& r, std::optional<int> only = std::nullopt) const {
        slow_position p;
        p.blank = r.what == reading::kind::blank;
        p.is_new = r.what == reading::kind::new_allele;
        r.alleles.for_each([&](allele_id id) {
            if (names_.name_of(id).suffix == 'N') return;
            if (only && static_cast<int>(names_.class_of(id)) != *only) return;
            p.classes.insert(static_cast<int>(names_.class_of(id)));
            p.first_fields.emplace(names_.gene_of(id), names_.first_field(id));
            if (names_.gene_of(id) == gene::C && names_.first_field(id) > 10) {
                p.antigens.insert(names_.first_field(id));
            } else if (const auto family = family_of(names_.gene_of(id))) {
                names_.serology(id).for_each([&](std::size_t i) { p.antigens.insert(names_.antigens(*family).number(i)); });
            }
        });
        return p;
    }

    /// Both copies are the same class, whatever that resolves to; classes in the order of their names.
    void copies(const reading& r, const slow_position& p, std::vector<slow_pair>& all) const {
        if (p.blank || p.is_new) all.push_back({p, p});
        std::vector<std::pair<std::string, int>> named;
        for (const int c : p.classes) named.emplace_back(names_.class_text(static_cast<class_id>(c)), c);
        std::sort(named.begin(), named.end());
        for (const auto& [text, c] : named) {
            const slow_position one = expressed(r, c);
            all.push_back({one, one});
        }
    }

    static bool above(std::uint32_t a, std::uint32_t b) {
        const auto it = children().find(a);
        if (it == children().end()) return false;
        return std::any_of(it->second.begin(), it->second.end(), [b](std::uint32_t c) { return c == b || above(c, b); });
    }

    [[nodiscard]] char letter_of(const slow_position& p, const slow_position& d) const {
        if (p.blank || d.blank) return '-';
        if (p.nothing && d.nothing) return 'A';
        if (!p.nothing && !d.nothing && !p.is_new && !d.is_new) {
            const bool shared = std::any_of(p.classes.begin(), p.classes.end(), [&](int c) { return d.classes.contains(c); });
            if (shared) return p.classes.size() == 1 && d.classes.size() == 1 ? 'A' : 'P';
            if (locus_ == locus::DPB1) return 'M';
            bool match = false;
            if (!p.antigens.empty() && !d.antigens.empty()) {
                for (const auto a : p.antigens)
                    for (const auto b : d.antigens) match = match || a == b || above(a, b) || above(b, a);
            } else {
                for (const auto& f : p.first_fields) match = match || d.first_fields.contains(f);
            }
            if (match) return 'L';
        }
        return 'M';
    }

    /// Matched, certain, antigen-matched positions; and the letters in donor order.
    [[nodiscard]] std::pair<std::tuple<int, int, int>, std::string> lettered(const slow_pair& p, const slow_pair& d, bool crossed) const {
        std::string letters;
        for (std::size_t i = 0; i < 2; ++i) letters += letter_of(p[crossed ? 1 - i : i], d[i]);
        const auto count = [&](std::string_view which) {
            return static_cast<int>(std::count_if(letters.begin(), letters.end(), [&](char c) { return which.find(c) != std::string_view::npos; }));
        };
        return {{count("AP-"), count("A"), count("L")}, letters};
    }

    using resolution = std::array<int, 2>;
    static constexpr int none = -1000;  ///< no product

    /// All that a pair may resolve to. A blank may be any class of the other side, one that both may share, or one of
    /// its own; every NEW is a class of its own.
    static std::vector<resolution> resolutions(const slow_pair& p, const slow_pair& other, int side) {
        std::array<std::set<int>, 2> values;
        for (std::size_t i = 0; i < 2; ++i) {
            const int own = -10 * (side + 1) - static_cast<int>(i);
            values[i] = p[i].classes;
            if (p[i].nothing) values[i] = {none};
            if (p[i].is_new) values[i] = {own};
            if (!p[i].blank) continue;
            values[i] = {-1, -2, own};
            for (std::size_t j = 0; j < 2; ++j) {
                values[i].insert(other[j].classes.begin(), other[j].classes.end());
                values[i].insert(p[j].classes.begin(), p[j].classes.end());
                if (other[j].is_new) values[i].insert(-10 * (2 - side) - static_cast<int>(j));
            }
        }
        std::vector<resolution> all;
        for (const int a : values[0])
            for (const int b : values[1]) all.push_back({a, b});
        return all;
    }

    void resolve_all(const slow_pair& p, const slow_pair& d, slow_result& out) const {
        const bool untyped = (p[0].blank && p[1].blank) || (d[0].blank && d[1].blank);
        if (untyped) {
            out.mismatches = out.gvh = out.hvg = 0;
            out.mismatches_max = 2;
            return;
        }
        for (const resolution& a : resolutions(p, d, 0))
            for (const resolution& b : resolutions(d, p, 1)) {
                const unsigned direct = (a[0] == b[0] ? 1U : 0U) + (a[1] == b[1] ? 1U : 0U);
                const unsigned crossed = (a[0] == b[1] ? 1U : 0U) + (a[1] == b[0] ? 1U : 0U);
                unsigned mismatches = 2 - std::max(direct, crossed);
                const bool homozygous = a[0] == a[1] && b[0] == b[1] && a[0] >= 0 && b[0] >= 0;
                if (rules_.homozygous_once && homozygous && mismatches == 2) mismatches = 1;
                const auto lacking = [](const resolution& of, const resolution& in) {
                    unsigned n = 0;
                    for (const int c : of) n += c != none && c != in[0] && c != in[1] ? 1 : 0;
                    return n;
                };
                out.mismatches = std::min(out.mismatches, mismatches);
                out.mismatches_max = std::max(out.mismatches_max, mismatches);
                out.gvh = std::min(out.gvh, lacking(a, b));
                out.hvg = std::min(out.hvg, lacking(b, a));
            }
    }

    const nomenclature& names_;
    locus locus_;
    null_policy nulls_;
    comparison_rules rules_;
};

inline slow_result as_slow(const locus_outcome& o) {
    return {o.mismatches, o.mismatches_max, o.gvh, o.hvg, {text_of(o.letters[0]), text_of(o.letters[1])}, o.crossed};
}

inline std::string text_of(const slow_result& r) {
    return r.letters + " " + std::to_string(r.mismatches) + "-" + std::to_string(r.mismatches_max) + " " + std::to_string(r.gvh) + "/" +
           std::to_string(r.hvg) + (r.crossed ? " crossed" : "");
}

}  // namespace allomatch::model
