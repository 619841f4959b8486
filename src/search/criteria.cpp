// SPDX-License-Identifier: Apache-2.0
#include "criteria.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace allomatch {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

using term = ranker::term;

[[noreturn]] void refuse(const criterion& c, const std::string& reason) {
    throw format_error(problem::with_value("rank", c.by, reason));
}

/// Six significant digits.
std::string brief(double v) {
    std::array<char, 32> text{};
    char* const end = std::to_chars(text.data(), text.data() + text.size(), v, std::chars_format::general, 6).ptr;
    return std::string(text.data(), end);
}

std::string two_decimals(double v) {
    std::array<char, 48> text{};
    char* const end = std::to_chars(text.data(), text.data() + text.size(), v, std::chars_format::fixed, 2).ptr;
    return std::string(text.data(), end);
}

/// Criteria whose values are one of a few, each with its words.
term choice(std::function<double(std::size_t)> value, std::vector<std::string> words) {
    term t;
    t.value = std::move(value);
    t.categories = static_cast<unsigned>(words.size() - 1);
    t.words = [words = std::move(words)](double v) { return words[std::min(static_cast<std::size_t>(v), words.size() - 1)]; };
    return t;
}

term counted(std::function<double(std::size_t)> value, const std::string& one, const std::string& many) {
    term t;
    t.value = std::move(value);
    t.categories = 63;
    t.words = [one, many](double v) { return brief(v) + " " + (v == 1 ? one : many); };
    return t;
}

term measured(std::function<double(std::size_t)> value, std::string before, std::string after, const std::string& unknown,
              bool descending) {
    term t;
    t.value = std::move(value);
    t.descending = descending;
    t.words = [before = std::move(before), after = std::move(after), unknown](double v) {
        return std::isnan(v) ? unknown + " not known" : before + brief(v) + after;
    };
    return t;
}

double availability_of(std::string_view status) {
    if (status == "AV" || status == "RS") return 0;
    if (status.empty()) return 1;
    return status == "TU" ? 2 : status == "OP" ? 3 : 4;
}

std::string percent_band(const std::vector<double>& bands, double v) {
    if (v == unexplained_value) return "not explained by the frequencies";
    if (std::isnan(v)) return "probability not known";
    const auto above = std::upper_bound(bands.begin(), bands.end(), v);
    const double low = above == bands.begin() ? 0 : above[-1];
    const double high = above == bands.end() ? 1 : *above;
    return "probability " + brief(100 * low) + "-" + brief(100 * high) + " %";
}

std::string age_band_words(const std::vector<double>& bands, double v) {
    if (std::isnan(v)) return "age not known";
    const auto edge = std::lower_bound(bands.begin(), bands.end(), v);
    if (edge == bands.begin()) return "age up to " + brief(*edge);
    const std::string from = brief(std::floor(edge[-1]) + 1);
    return edge == bands.end() ? "age " + from + " or more" : "age " + from + "-" + brief(*edge);
}

std::optional<std::size_t> locus_place(const match_list& list, std::string_view text) {
    const auto l = locus_from_name(text);
    if (!l) return std::nullopt;
    const auto searched = std::find(list.loci.begin(), list.loci.end(), *l);
    if (searched != list.loci.end()) return static_cast<std::size_t>(searched - list.loci.begin());
    const auto shown = std::find(list.also.begin(), list.also.end(), *l);
    if (shown != list.also.end()) return list.loci.size() + static_cast<std::size_t>(shown - list.also.begin());
    return std::nullopt;
}

/// `p0`, `p1` .., `A_p0` .., `dpb1_p_match` ..: the place in a row of probabilities; nothing for another name.
std::optional<std::size_t> probability_place(const criterion& c, const match_list& list) {
    const std::string_view by = c.by;
    if (const auto answer = tce_answer_of_column(by); answer && by == tce_column(*answer)) return match_probabilities::place_of(*answer, list.loci.size());
    const std::size_t line = by.rfind('_');
    const std::string_view tail = line == std::string_view::npos ? by : by.substr(line + 1);
    const auto k = tail.starts_with('p') ? number(tail.substr(1), 99) : std::nullopt;
    if (!k) return std::nullopt;
    if (line == std::string_view::npos) {
        if (*k > 2 * list.loci.size()) refuse(c, "the search has no such probability");
        return *k;
    }
    if (!locus_from_name(by.substr(0, line))) return std::nullopt;
    const auto l = locus_place(list, by.substr(0, line));
    if (!l || *l >= list.loci.size() || *k > 2) refuse(c, "the search has no such probability");
    return 2 * list.loci.size() + 1 + 3 * *l + *k;
}

term probability_band(const criterion& c, const match_list& list) {
    term t;
    t.bands = c.bands.empty() ? std::vector<double>{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9} : c.bands;
    t.descending = true;
    t.value = [&list](std::size_t i) { return list.explained(i) ? list.probabilities->full_match(i) : unexplained_value; };
    t.words = [bands = t.bands](double v) { return percent_band(bands, v); };
    return t;
}

term exact_probability(const match_list& list, std::size_t place, const std::string& what) {
    term t;
    t.descending = true;
    t.value = [&list, place](std::size_t i) { return list.probabilities->row(i)[place]; };
    t.words = [what](double v) { return std::isnan(v) ? what + " not known" : brief(100 * v) + " %"; };
    return t;
}

term age_term(const criterion& c, const match_list& list, const std::shared_ptr<const field_comparison>& fields) {
    if (c.by == "age" && c.bands.empty()) {
        term t;
        t.value = [&list, fields](std::size_t i) { return fields->age_in_days(list.hits[i].donor); };
        t.words = [](double v) { return std::isnan(v) ? std::string("age not known") : "age " + two_decimals(v / 365.2425) + " years"; };
        return t;
    }
    term t;
    t.bands = c.bands.empty() ? std::vector<double>{25, 30, 35, 40, 45} : c.bands;
    t.value = [&list, fields](std::size_t i) {
        const auto years = fields->age(list.hits[i].donor);
        return years ? *years : missing;
    };
    t.words = [bands = t.bands](double v) { return age_band_words(bands, v); };
    return t;
}

term words_of_field(const criterion& c, const field_column& column, const match_list& list) {
    if (c.order.empty()) refuse(c, "the field has words: say in `order` which are best");
    const auto last = static_cast<double>(c.order.size());
    std::vector<double> values(column.word_count(), last);
    values[0] = missing;
    for (std::size_t i = 0; i < c.order.size(); ++i)
        if (const auto code = column.find_word(c.order[i])) values[*code] = static_cast<double>(i);
    term t;
    t.categories = static_cast<unsigned>(c.order.size());
    t.value = [&list, &column, values = std::move(values)](std::size_t i) { return values[column.code(list.hits[i].donor)]; };
    t.words = [by = c.by, order = c.order](double v) {
        if (std::isnan(v)) return by + " not known";
        const auto i = static_cast<std::size_t>(v);
        return by + " " + (i < order.size() ? order[i] : std::string("of another kind"));
    };
    return t;
}

term field_term(const criterion& c, const match_list& list) {
    const field_definition* definition = find_field(c.by);
    const field_column* column = list.donors->field(definition != nullptr ? definition->name : std::string_view(c.by));
    if (column == nullptr && definition == nullptr) {
        std::string known;
        for (const std::string_view name : criterion_names()) known += std::string(known.empty() ? "" : ", ") + std::string(name);
        for (const field_column& f : list.donors->fields()) known += ", " + f.name();
        refuse(c, "no such criterion or donor field; there are " + known);
    }
    if (column == nullptr) {
        term t = measured([](std::size_t) { return missing; }, "", "", c.by, false);
        if (!c.order.empty()) t.categories = static_cast<unsigned>(c.order.size());
        return t;
    }
    if (column->kind() == field_kind::text || column->kind() == field_kind::category) return words_of_field(c, *column, list);
    if (!c.order.empty()) refuse(c, "the field has numbers: it takes bands, not an order of words");
    term t;
    if (column->kind() == field_kind::date) {
        t.value = [&list, column](std::size_t i) {
            const donor_index d = list.hits[i].donor;
            return column->is_missing(d) ? missing : static_cast<double>(column->day(d));
        };
        t.words = [by = c.by](double v) { return std::isnan(v) ? by + " not known" : by + " " + date_text(static_cast<day_number>(v)); };
        return t;
    }
    return measured([&list, column](std::size_t i) { return double{column->value(list.hits[i].donor)}; }, c.by + " ", "", c.by, false);
}

/// The criteria that are built in; nothing for another name.
std::optional<term> built_in(const criterion& c, const match_list& list, const std::shared_ptr<const field_comparison>& fields) {
    const std::string_view by = c.by;
    const auto sum = [&](std::uint8_t hit::*member) {
        return [&list, member](std::size_t i) { return static_cast<double>(list.hits[i].*member); };
    };
    const auto fact = [&](auto of) {
        return [&list, of](std::size_t i) { return static_cast<double>(of(list.facts[i])); };
    };
    const auto of_donor = [&](auto of) {
        return [&list, fields, of](std::size_t i) { return static_cast<double>(of(*fields, list.hits[i].donor)); };
    };
    if (by == "mismatches") return counted(sum(&hit::mismatches), "mismatch", "mismatches");
    if (by == "antigen_mismatches") return counted(sum(&hit::antigen_mismatches), "antigen mismatch", "antigen mismatches");
    if (by == "mismatches_max") return counted(sum(&hit::mismatches_max), "mismatch at most", "mismatches at most");
    if (by == "gvh") return counted(sum(&hit::gvh), "GvH mismatch", "GvH mismatches");
    if (by == "hvg") return counted(sum(&hit::hvg), "HvG mismatch", "HvG mismatches");
    if (by == "low_expression")
        return counted(fact([](const pair_facts& f) { return f.low_expression_gvh; }), "GvH mismatch at loci of low expression",
                       "GvH mismatches at loci of low expression");
    if (by == "dpb1")
        return choice(fact([](const pair_facts& f) { return f.tce(); }),
                      {"DPB1 match", "DPB1 permissive", "DPB1 not known", "DPB1 non-permissive HvG", "DPB1 non-permissive GvH"});
    if (by == "dpb1_expression")
        return choice(fact([](const pair_facts& f) {
                          switch (f.expression) {
                              case expression_match::matched: return 0;
                              case expression_match::favourable: return 1;
                              case expression_match::unfavourable: return 3;
                              default: return 2;
                          }
                      }),
                      {"DPB1 matched", "DPB1 expression favourable", "DPB1 expression not known", "DPB1 expression unfavourable"});
    if (by == "leader")
        return choice(fact([](const pair_facts& f) {
                          return f.mismatched_leaders == leader_match::mismatch  ? 2
                                 : f.mismatched_leaders == leader_match::unknown ? 1
                                                                                 : 0;
                      }),
                      {"B leaders match or do not count", "B leaders not known", "B leaders differ"});
    if (by == "availability")
        return choice(of_donor([](const field_comparison& f, donor_index d) { return availability_of(f.status(d)); }),
                      {"available", "availability not known", "temporarily not available", "reserved for another patient", "deleted"});
    if (by == "cmv")
        return choice(of_donor([](const field_comparison& f, donor_index d) { return f.cmv(d); }),
                      {"CMV equal", "CMV not known", "CMV different"});
    if (by == "sex")
        return choice(of_donor([](const field_comparison& f, donor_index d) { return f.sex(d); }),
                      {"male", "female without pregnancies", "sex or pregnancies not known", "female with pregnancies"});
    if (by == "abo")
        return choice(of_donor([](const field_comparison& f, donor_index d) { return f.abo(d); }),
                      {"ABO identical", "ABO minor mismatch", "ABO major mismatch", "ABO bidirectional mismatch", "ABO not known"});
    if (by == "rh")
        return choice(of_donor([](const field_comparison& f, donor_index d) { return f.rh(d); }),
                      {"Rh identical", "Rh not known", "Rh different"});
    if (by == "age" || by == "age_band") return age_term(c, list, fields);
    if (by == "weight")
        return measured(of_donor([](const field_comparison& f, donor_index d) { return f.weight(d); }), "", " kg", "weight", true);
    if (by == "weight_ratio")
        return measured(of_donor([](const field_comparison& f, donor_index d) { return f.weight_ratio(d); }), "weight ratio ", "",
                        "weight ratio", true);
    if (by == "tnc_per_kg")
        return measured(of_donor([](const field_comparison& f, donor_index d) { return f.tnc_per_kg(d); }), "TNC ", " x 10^7/kg",
                        "TNC/kg", true);
    if (by == "cd34_per_kg")
        return measured(of_donor([](const field_comparison& f, donor_index d) { return f.cd34_per_kg(d); }), "CD34 ", " x 10^5/kg",
                        "CD34/kg", true);
    if (by.ends_with("_mm") && locus_from_name(by.substr(0, by.size() - 3))) {
        const auto l = locus_place(list, by.substr(0, by.size() - 3));
        if (!l) refuse(c, "the locus is not compared");
        const std::string at(by.substr(0, by.size() - 3));
        return counted([&list, l = *l](std::size_t i) { return static_cast<double>(list.outcome(i, l).mismatches); },
                       "mismatch at " + at, "mismatches at " + at);
    }
    return std::nullopt;
}

}  // namespace

std::uint64_t sortable(double v) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(v == 0 ? 0.0 : v);
    return (bits >> 63) != 0 ? ~bits : bits | std::uint64_t{1} << 63;
}

std::uint64_t ranker::term::ordinal(double v) const {
    if (!in_steps()) {
        if (std::isnan(v)) return missing_first ? 0 : ~std::uint64_t{0};
        return sortable(descending ? -v : v);
    }
    const std::uint64_t steps = bands.empty() ? categories : bands.size();  // the last one
    if (v == unexplained_value) return steps + 2;
    const std::uint64_t first = missing_first ? 1 : 0;
    if (std::isnan(v)) return missing_first ? 0 : steps + 1;
    if (bands.empty()) return first + (descending ? steps - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v));
    if (!descending)
        return first + static_cast<std::uint64_t>(std::lower_bound(bands.begin(), bands.end(), v) - bands.begin());
    return first + static_cast<std::uint64_t>(bands.end() - std::upper_bound(bands.begin(), bands.end(), v));
}

unsigned ranker::term::bits() const {
    if (!in_steps()) return 64;
    return static_cast<unsigned>(std::bit_width((bands.empty() ? categories : bands.size()) + 2));
}

std::optional<ranker::term> compile(const criterion& c, const match_list& list,
                                    const std::shared_ptr<const field_comparison>& fields) {
    std::optional<term> t;
    if (c.by == "probability") {
        if (!list.probabilities) return std::nullopt;
        t = probability_band(c, list);
    } else if (c.by == "exact_probability") {
        if (!list.probabilities) return std::nullopt;
        t = exact_probability(list, 0, "probability");
    } else {
        // With an order of its own, sex or ABO is the field of the donor and not how it compares.
        const bool own_order = !c.order.empty();
        if (!own_order || list.donors->field(c.by) == nullptr) t = built_in(c, list, fields);
        if (t && own_order) refuse(c, "only donor fields with words take an order");
        if (!t) {
            if (const auto place = probability_place(c, list)) {
                if (!list.probabilities) refuse(c, "needs haplotype frequencies");
                t = exact_probability(list, *place, c.by);
            } else {
                t = field_term(c, list);
            }
        }
    }
    t->name = c.by;
    if (!c.bands.empty()) t->bands = c.bands;
    if (c.direction) t->descending = *c.direction == sort_direction::descending;
    t->missing_first = c.missing_first;
    t->weight = c.weight;
    if (t->weight && !t->in_steps()) refuse(c, "a weighted number needs bands");
    return t;
}

}  // namespace allomatch
