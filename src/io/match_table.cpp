// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>
#include <allomatch/io/match_table.hpp>
#include <allomatch/core/output_file.hpp>
#include <allomatch/io/table_writers.hpp>

#include <cmath>

namespace allomatch::io {

namespace {

void add_probabilities(std::span<const match_list> lists, std::size_t rows, table& out) {
    const std::vector<locus>& loci = lists.front().loci;
    const std::size_t totals = 2 * loci.size() + 1;
    const std::size_t counts = match_probabilities::place_of(tce_answer::match, loci.size());
    const auto add_column = [&](std::string name, std::size_t at) {
        column c;
        c.name = std::move(name);
        std::vector<double> values;
        values.reserve(rows);
        c.valid.reserve(rows);
        for (const match_list& list : lists) {
            for (std::size_t i = 0; i < list.hits.size(); ++i) {
                const double p = list.probabilities->row(i)[at];
                c.valid.push_back(!std::isnan(p));
                values.push_back(std::isnan(p) ? 0 : p);
            }
        }
        c.values = std::move(values);
        out.columns.push_back(std::move(c));
    };
    for (std::size_t at = 0; at < counts; ++at) {
        if (at < totals) {
            add_column("p" + std::to_string(at), at);
        } else {
            add_column(std::string(name(loci[(at - totals) / 3])) + "_p" + std::to_string((at - totals) % 3), at);
        }
    }
    std::vector<bool> patient_explained;
    std::vector<bool> donor_explained;
    column::strings patient_population;
    column::strings donor_population;
    for (const match_list& list : lists) {
        for (std::size_t i = 0; i < list.hits.size(); ++i) {
            patient_explained.push_back(list.probabilities->patient_explained);
            donor_explained.push_back(list.probabilities->donor_explained(i));
            patient_population.push_back(list.probabilities->patient_population());
            donor_population.push_back(list.probabilities->donor_population(i));
        }
    }
    out.columns.push_back({"patient_explained", std::move(patient_explained), {}});
    out.columns.push_back({"donor_explained", std::move(donor_explained), {}});
    out.columns.push_back({"patient_population", std::move(patient_population), {}});
    out.columns.push_back({"donor_population", std::move(donor_population), {}});
    if (!lists.front().probabilities->predicts_tce) return;
    for (std::size_t a = 0; a < tce_answer_count; ++a)
        add_column(tce_column(static_cast<tce_answer>(a)), match_probabilities::place_of(static_cast<tce_answer>(a), loci.size()));
}

/// A column of words; an empty word is a missing value.
template <class Word>
void add_words(const char* name, std::span<const match_list> lists, std::size_t rows, table& out, Word word) {
    column::strings words;
    std::vector<bool> valid;
    words.reserve(rows);
    valid.reserve(rows);
    for (const match_list& list : lists) {
        for (const pair_facts& f : list.facts) {
            words.emplace_back(word(f));
            valid.push_back(!words.back().empty());
        }
    }
    out.columns.push_back({name, std::move(words), std::move(valid)});
}

/// DPB1 and B beyond mismatches, where donors are typed there.
void add_facts(std::span<const match_list> lists, std::size_t rows, table& out) {
    const registry& donors = *lists.front().donors;
    if (donors.column(locus::DPB1).typed > 0) {
        add_words("dpb1_tce", lists, rows, out,
                  [](const pair_facts& f) { return f.has_tce() ? name(f.tce()) : std::string_view{}; });
        add_words("dpb1_expression", lists, rows, out, [](const pair_facts& f) { return name(f.expression); });
    }
    if (donors.column(locus::B).typed > 0)
        add_words("b_leader", lists, rows, out, [](const pair_facts& f) { return f.leaders(); });
}

}  // namespace

table match_table(std::span<const match_list> lists) {
    std::size_t rows = 0;
    for (const match_list& list : lists) rows += list.hits.size();
    column::strings patients;
    column::strings donors;
    std::vector<std::int64_t> ranks;
    std::vector<bool> ranked;
    patients.reserve(rows);
    donors.reserve(rows);
    ranks.reserve(rows);
    ranked.reserve(rows);
    for (const match_list& list : lists) {
        for (std::size_t i = 0; i < list.hits.size(); ++i) {
            patients.push_back(list.who->id);
            donors.emplace_back(list.donors->id(list.hits[i].donor));
            ranks.push_back(static_cast<std::int64_t>(i) + 1);
            ranked.push_back(list.has_ranks);
        }
    }
    table out;
    out.columns.push_back({"patient_id", std::move(patients), {}});
    out.columns.push_back({"donor_id", std::move(donors), {}});
    out.columns.push_back({"rank", std::move(ranks), std::move(ranked)});
    const auto add_sums = [&](const char* name, std::uint8_t hit::*member) {
        std::vector<std::int64_t> values;
        values.reserve(rows);
        for (const match_list& list : lists)
            for (const hit& h : list.hits) values.push_back(h.*member);
        out.columns.push_back({name, std::move(values), {}});
    };
    add_sums("mismatches", &hit::mismatches);
    add_sums("mismatches_max", &hit::mismatches_max);
    add_sums("gvh", &hit::gvh);
    add_sums("hvg", &hit::hvg);
    if (lists.empty()) return out;
    std::vector<locus> loci = lists.front().loci;
    loci.insert(loci.end(), lists.front().also.begin(), lists.front().also.end());
    std::vector<column> counts;
    for (std::size_t l = 0; l < loci.size(); ++l) {
        column::strings letters;
        std::vector<std::int64_t> mismatches;
        letters.reserve(rows);
        mismatches.reserve(rows);
        for (const match_list& list : lists) {
            for (std::size_t i = 0; i < list.hits.size(); ++i) {
                const locus_outcome o = list.outcome(i, l);
                letters.push_back(text_of(o.letters));
                mismatches.push_back(o.mismatches);
            }
        }
        out.columns.push_back({std::string(name(loci[l])), std::move(letters), {}});
        counts.push_back({std::string(name(loci[l])) + "_mm", std::move(mismatches), {}});
    }
    for (column& c : counts) out.columns.push_back(std::move(c));
    if (lists.front().probabilities) add_probabilities(lists, rows, out);
    add_facts(lists, rows, out);
    return out;
}

table cord_pair_table(std::span<const cord_pair_list> lists) {
    table out;
    const auto add = [&]<class Value>(const char* name, Value, const auto& of) {
        std::vector<Value> values;
        for (const cord_pair_list& list : lists)
            for (std::size_t i = 0; i < list.pairs.size(); ++i) values.push_back(static_cast<Value>(of(list, i)));
        out.columns.push_back({name, std::move(values), {}});
    };
    const auto add_dose = [&](const char* name, double cord_pair::*which) {
        std::vector<double> values;
        std::vector<bool> known;
        for (const cord_pair_list& list : lists)
            for (const cord_pair& p : list.pairs) {
                known.push_back(!std::isnan(p.*which));
                values.push_back(known.back() ? p.*which : 0);
            }
        out.columns.push_back({name, std::move(values), std::move(known)});
    };
    const auto unit = [](std::uint32_t cord_pair::*which) {
        return [which](const cord_pair_list& list, std::size_t i) -> const hit& { return list.units.hits[list.pairs[i].*which]; };
    };
    const auto id = [&](std::uint32_t cord_pair::*which) {
        return [of = unit(which)](const cord_pair_list& list, std::size_t i) { return list.units.donors->id(of(list, i).donor); };
    };
    const auto mismatches = [&](std::uint32_t cord_pair::*which) {
        return [of = unit(which)](const cord_pair_list& list, std::size_t i) { return of(list, i).mismatches; };
    };
    const auto highest = [&](std::uint32_t cord_pair::*which) {
        return [of = unit(which)](const cord_pair_list& list, std::size_t i) { return of(list, i).mismatches_max; };
    };
    const auto value = [](auto cord_pair::*which) {
        return [which](const cord_pair_list& list, std::size_t i) { return list.pairs[i].*which; };
    };
    add("patient_id", std::string(), [](const cord_pair_list& list, std::size_t) { return list.units.who->id; });
    add("rank", std::int64_t{}, [](const cord_pair_list&, std::size_t i) { return i + 1; });
    add("first_id", std::string(), id(&cord_pair::first));
    add("second_id", std::string(), id(&cord_pair::second));
    add("first_mismatches", std::int64_t{}, mismatches(&cord_pair::first));
    add("second_mismatches", std::int64_t{}, mismatches(&cord_pair::second));
    add("unit_mismatches", std::int64_t{}, value(&cord_pair::unit_mismatches));
    add_dose("total_tnc_per_kg", &cord_pair::total_tnc_per_kg);
    add_dose("lowest_tnc_per_kg", &cord_pair::lowest_tnc_per_kg);
    add("abo_not_identical", std::int64_t{}, value(&cord_pair::abo_not_identical));
    add("first_mismatches_max", std::int64_t{}, highest(&cord_pair::first));
    add("second_mismatches_max", std::int64_t{}, highest(&cord_pair::second));
    add("unit_mismatches_max", std::int64_t{}, value(&cord_pair::unit_mismatches_max));
    return out;
}

struct match_writer::state {
    output_file file;
    table_format format;
    bool header_written = false;
};

match_writer::match_writer(const std::filesystem::path& path) {
    std::filesystem::path plain = path;
    const bool gzip = plain.extension() == ".gz";
    if (gzip) plain.replace_extension();
    const std::string ending = path_text(plain.extension());
    table_format format = table_format::csv;
    if (ending == ".tsv") {
        format = table_format::tsv;
    } else if (ending == ".jsonl") {
        format = table_format::json_lines;
    } else if (ending != ".csv") {
        throw format_error(problem::with_input(path_text(path),
            "unknown ending: .csv, .tsv or .jsonl, each also with .gz, can be written piece by piece"));
    }
    state_ = std::make_unique<state>(state{output_file(path, gzip), format});
}
match_writer::match_writer(match_writer&&) noexcept = default;
match_writer& match_writer::operator=(match_writer&&) noexcept = default;
match_writer::~match_writer() = default;

void match_writer::add(std::span<const match_list> lists) {
    bool skip_header = state_->format != table_format::json_lines && state_->header_written;
    write_table(match_table(lists), state_->format, [&](std::string_view piece) {
        if (skip_header) {
            const std::size_t end = piece.find('\n');
            if (end == std::string_view::npos) return;
            piece.remove_prefix(end + 1);
            skip_header = false;
        }
        state_->file.write(piece);
    });
    state_->header_written = true;
}

void match_writer::commit() { state_->file.commit(); }

}  // namespace allomatch::io
