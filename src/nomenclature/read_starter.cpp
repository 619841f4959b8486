// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>
#include <allomatch/nomenclature/release_tables.hpp>

#include <map>

namespace allomatch {

namespace starter_text {
extern const std::string_view alleles;
extern const std::string_view serology;
extern const std::string_view renames;
}  // namespace starter_text

namespace {

/// "A*02:01P" as its gene and the text behind the star.
std::pair<gene, std::string_view> cut_gene(const delimited_lines& lines, std::size_t cell, std::string_view text) {
    const std::size_t star = text.find('*');
    const std::string_view prefix = text.substr(0, star);
    const auto g = prefix == "Cw" ? std::optional(gene::C) : gene_from_name(prefix);
    if (star == std::string_view::npos || !g) lines.fail(cell, text, "no known gene before *");
    return {*g, text.substr(star + 1)};
}

std::uint64_t name_key(const delimited_lines& lines, std::size_t cell, std::string_view text) {
    const auto [g, body] = cut_gene(lines, cell, text);
    const auto name = read_allele_name(body);
    if (!name) lines.fail(cell, text, "not an allele name");
    return name->key(g);
}

using groups_by_key = std::map<std::uint64_t, std::vector<std::uint64_t>>;

void add_to_group(const delimited_lines& lines, std::size_t cell, std::uint64_t allele, groups_by_key& groups) {
    std::string_view group = lines.cell(cell);
    if (group.empty()) return;
    group.remove_suffix(1);
    groups[name_key(lines, cell, group)].push_back(allele);
}

std::vector<release_tables::group> listed(const groups_by_key& groups) {
    std::vector<release_tables::group> rows;
    for (const auto& [key, members] : groups) rows.push_back({key, members});
    return rows;
}

void add_antigens(const delimited_lines& lines, std::size_t cell, std::string_view list,
                  std::vector<std::uint32_t>& antigens) {
    for (const std::string_view part : split(list, '/')) {
        if (part.empty() || part == "?" || part == "0") continue;
        const auto antigen = number(part, 9999);
        if (!antigen) lines.fail(cell, part, "not the number of a serological antigen");
        antigens.push_back(*antigen);
    }
}

}  // namespace

release_tables read_starter() {
    release_tables tables;
    tables.version = "starter 3.58.0";
    tables.tce_versions = {"V2"};
    groups_by_key p_groups;
    groups_by_key g_groups;
    delimited_lines alleles("built-in alleles", starter_text::alleles, '\t');
    (void)alleles.next();  // header
    while (alleles.next()) {
        const std::uint64_t key = name_key(alleles, 0, alleles.cell(0));
        tables.alleles.push_back(key);
        add_to_group(alleles, 1, key, p_groups);
        add_to_group(alleles, 2, key, g_groups);
        release_tables::allele_antigens row{key, {}};
        for (const std::string_view list : split(alleles.cell(3), ';')) add_antigens(alleles, 3, list, row.antigens);
        tables.serology.push_back(std::move(row));
        if (const std::string_view tce = alleles.cell(4); !tce.empty())
            tables.tce.push_back({key, {static_cast<std::uint8_t>(tce[0] - '0')}});
    }
    tables.p_groups = listed(p_groups);
    tables.g_groups = listed(g_groups);

    delimited_lines serology("built-in serology", starter_text::serology, '\t');
    (void)serology.next();
    while (serology.next()) {
        const auto family = family_from_name(serology.cell(0));
        const auto antigen = number(serology.cell(1));
        if (!antigen) serology.fail(1, serology.cell(1), "not the number of a serological antigen");
        std::vector<std::uint32_t> children;
        add_antigens(serology, 2, serology.cell(2), children);
        add_antigens(serology, 3, serology.cell(3), children);
        if (family) tables.broads.push_back({*family, *antigen, std::move(children)});
    }

    delimited_lines renames("built-in old names", starter_text::renames, '\t');
    (void)renames.next();
    while (renames.next()) {
        const auto [g, old] = cut_gene(renames, 0, renames.cell(0));
        std::string_view current = renames.cell(1);
        if (!current.empty()) current = cut_gene(renames, 1, current).second;
        tables.old_names.push_back({g, std::string(old), std::string(current), "see hla_nom.txt"});
    }
    return tables;
}

}  // namespace allomatch
