// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>
#include <allomatch/nomenclature/release_tables.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace allomatch {

namespace {

namespace fs = std::filesystem;

struct opened {
    std::string content;
    delimited_lines lines;
    opened(const fs::path& path, char separator)
        : content(read_file(path)), lines(path_text(path), content, separator) {}
};

/// Genes as the wmda files write them: `A*`, and `Cw*` for old names of C.
std::optional<gene> wmda_gene(std::string_view text) {
    if (text == "Cw*") return gene::C;
    if (text.empty() || text.back() != '*') return std::nullopt;
    return gene_from_name(text.substr(0, text.size() - 1));
}

allele_name allele_cell(const delimited_lines& lines, std::size_t cell, std::string_view text) {
    const auto name = read_allele_name(text);
    if (!name) lines.fail(cell, text, "not an allele name");
    return *name;
}

/// Counts the antigens of each family as they are read, so that one too many is refused where it stands.
class antigen_counter {
public:
    void add(const delimited_lines& lines, std::size_t cell, serology_family family, std::uint32_t antigen) {
        auto& known = antigens_[index(family)];
        known.insert(antigen);
        if (known.size() > antigen_set::capacity)
            lines.fail(cell, std::to_string(antigen),
                       "more than " + std::to_string(antigen_set::capacity) + " antigens in one family");
    }

private:
    std::array<std::set<std::uint32_t>, serology_family_count> antigens_;
};

std::string version_in(std::string_view content) {
    constexpr std::string_view mark = "# version:";
    const std::size_t at = content.find(mark);
    if (at == std::string_view::npos) return "unknown";
    std::string_view line = content.substr(at + mark.size());
    line = trim(line.substr(0, line.find('\n')));
    const std::size_t blank = line.rfind(' ');
    return std::string(blank == std::string_view::npos ? line : line.substr(blank + 1));
}

/// Columns: locus, name, assigned, deleted, identical to, reason.
void read_names(const fs::path& path, release_tables& tables, antigen_counter& counter) {
    opened file(path, ';');
    tables.version = version_in(file.content);
    while (file.lines.next()) {
        const auto g = wmda_gene(file.lines.cell(0));
        const std::string_view text = file.lines.cell(1);
        const std::string_view deleted = file.lines.cell(3);
        const std::string_view current = file.lines.cell(4);
        const std::string_view cause = file.lines.cell(5);
        if (!g) continue;
        if (deleted.empty()) {
            const allele_name allele = allele_cell(file.lines, 1, text);
            tables.alleles.push_back(allele.key(*g));
            // Above 10, a first field of C is an antigen of its own (semantics.md section 4).
            if (*g == gene::C && allele.fields[0] > 10)
                counter.add(file.lines, 1, serology_family::Cw, allele.fields[0]);
        } else {
            if (!current.empty() && !read_old_digits(*g, current)) (void)allele_cell(file.lines, 4, current);
            tables.old_names.push_back({*g, std::string(text), std::string(current), std::string(cause)});
        }
    }
    if (tables.alleles.empty()) file.lines.fail(0, "", "no alleles: not a hla_nom.txt file");
}

/// Columns: locus, members separated by `/`, group name with its letter (blank for an allele alone).
void read_groups(const fs::path& path, char letter, std::vector<release_tables::group>& groups) {
    opened file(path, ';');
    while (file.lines.next()) {
        const auto g = wmda_gene(file.lines.cell(0));
        const std::string_view members = file.lines.cell(1);
        std::string_view group = file.lines.cell(2);
        if (!g || group.empty()) continue;
        if (group.back() != letter)
            file.lines.fail(2, group, std::string("a group name ends with ") + letter);
        group.remove_suffix(1);
        release_tables::group row{allele_cell(file.lines, 2, group).key(*g), {}};
        for (const std::string_view member : split(members, '/'))
            row.members.push_back(allele_cell(file.lines, 1, member).key(*g));
        groups.push_back(std::move(row));
    }
}

std::vector<std::uint32_t> antigen_cell(const delimited_lines& lines, std::size_t cell) {
    std::vector<std::uint32_t> antigens;
    const std::string_view text = lines.cell(cell);
    if (text.empty()) return antigens;
    for (const std::string_view part : split(text, '/')) {
        if (part == "?" || part.empty()) continue;
        const auto antigen = number(part, 9999);
        if (!antigen) lines.fail(cell, part, "not the number of a serological antigen");
        if (*antigen != 0) antigens.push_back(*antigen);
    }
    return antigens;
}

/// Columns: locus, allele, then antigens: unambiguous, possible, assumed, expert assigned.
void read_allele_serology(const fs::path& path, release_tables& tables, antigen_counter& counter) {
    opened file(path, ';');
    while (file.lines.next()) {
        const auto g = wmda_gene(file.lines.cell(0));
        if (file.lines.cells().size() != 6)
            file.lines.fail(0, file.lines.line(), "expected 6 columns, found " + std::to_string(file.lines.cells().size()));
        if (!g) continue;
        release_tables::allele_antigens row{allele_cell(file.lines, 1, file.lines.cell(1)).key(*g), {}};
        const auto family = family_of(*g);
        for (std::size_t i = 2; i < 6; ++i)
            for (const std::uint32_t antigen : antigen_cell(file.lines, i)) {
                if (family) counter.add(file.lines, i, *family, antigen);
                row.antigens.push_back(antigen);
            }
        if (!row.antigens.empty()) tables.serology.push_back(std::move(row));
    }
}

/// Columns: family, broad, splits, associated antigens.
void read_broads(const fs::path& path, release_tables& tables, antigen_counter& counter) {
    opened file(path, ';');
    while (file.lines.next()) {
        const auto family = family_from_name(file.lines.cell(0));
        const std::vector<std::uint32_t> parent = antigen_cell(file.lines, 1);
        if (parent.size() != 1) file.lines.fail(1, file.lines.cell(1), "expected one antigen");
        std::vector<std::uint32_t> children;
        for (const std::size_t cell : {2U, 3U})
            for (const std::uint32_t child : antigen_cell(file.lines, cell)) {
                if (family) counter.add(file.lines, cell, *family, child);
                children.push_back(child);
            }
        if (!family) continue;
        if (!children.empty()) counter.add(file.lines, 1, *family, parent.front());
        tables.broads.push_back({*family, parent.front(), std::move(children)});
    }
}

/// Columns of `dpb_tce.csv`.
struct tce_columns {
    std::size_t allele = 0;
    std::vector<std::pair<std::uint32_t, std::size_t>> versions{{1, 2}, {2, 3}};  // as 3.33.0 has them, without a header
};

tce_columns tce_header(const delimited_lines& lines) {
    tce_columns columns;
    columns.versions.clear();
    const auto& cells = lines.cells();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string_view title = trim(cells[i]);
        if (title == "Allele") columns.allele = i;
        if (title.size() < 2 || title[0] != 'V') continue;
        if (const auto version = number(title.substr(1, leading(title.substr(1), is_digit))))
            columns.versions.emplace_back(*version, i);
    }
    if (columns.versions.empty()) lines.fail(0, lines.line(), "no column of a TCE version (V1, V2 ..)");
    std::sort(columns.versions.begin(), columns.versions.end());
    if (columns.versions.size() > most_tce_versions)
        columns.versions.erase(columns.versions.begin(), columns.versions.end() - most_tce_versions);
    return columns;
}

/// What follows group 3: `C`, `NC`, "core", "non-core"; all else is a note.
tce3_core read_core(std::string_view note) {
    std::string letters;
    for (const char c : note)
        if (is_letter(c)) letters += lower(c);
    if (letters == "nc" || letters.starts_with("non")) return tce3_core::non_core;
    return letters == "c" || letters == "core" ? tce3_core::core : tce3_core::unknown;
}

/// Comma-separated, with a header from 3.34.0 on: allele, protein, then versions V1, V2 ..
void read_tce(const fs::path& path, release_tables& tables) {
    opened file(path, ',');
    tce_columns columns;
    bool first = true;
    while (file.lines.next()) {
        const auto& cells = file.lines.cells();
        if (std::exchange(first, false) &&
            std::any_of(cells.begin(), cells.end(), [](auto cell) { return trim(cell) == "Allele"; })) {
            columns = tce_header(file.lines);
            continue;
        }
        const std::string_view text = file.lines.cell(columns.allele);
        constexpr std::string_view gene_prefix = "DPB1*";
        if (!text.starts_with(gene_prefix)) file.lines.fail(columns.allele, text, "not a DPB1 allele");
        const allele_name allele = allele_cell(file.lines, columns.allele, text.substr(gene_prefix.size()));
        release_tables::allele_tce row{allele.key(gene::DPB1)};
        for (std::size_t v = 0; v < columns.versions.size(); ++v) {
            const std::size_t at = columns.versions[v].second;
            const std::string_view group = trim(file.lines.cell(at));
            if (group.empty() || group == "0") continue;
            if (group[0] < '1' || group[0] > '3' || (group.size() > 1 && is_digit(group[1])))
                file.lines.fail(at, group, "not a TCE group: 1, 2 or 3");
            row.groups[v] = static_cast<std::uint8_t>(group[0] - '0');
            row.core = row.groups[v] == 3 ? read_core(group.substr(1)) : tce3_core::unknown;
        }
        tables.tce.push_back(row);
    }
    for (const auto& version : columns.versions) tables.tce_versions.push_back("V" + std::to_string(version.first));
}

}  // namespace

release_tables read_release(const fs::path& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        throw format_error(problem::with_input(path_text(folder),
            "no such release folder (or use builtin, or names)"));
    }
    release_tables tables;
    const fs::path wmda = folder / "wmda";
    antigen_counter counter;
    read_names(wmda / "hla_nom.txt", tables, counter);
    read_groups(wmda / "hla_nom_p.txt", 'P', tables.p_groups);
    read_groups(wmda / "hla_nom_g.txt", 'G', tables.g_groups);
    read_allele_serology(wmda / "rel_dna_ser.txt", tables, counter);
    read_broads(wmda / "rel_ser_ser.txt", tables, counter);
    const fs::path tce = folder / "tce" / "dpb_tce.csv";
    if (fs::exists(tce, error)) read_tce(tce, tables);
    return tables;
}

}  // namespace allomatch
