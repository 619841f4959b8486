// SPDX-License-Identifier: Apache-2.0
// A release folder: its files one after the other, each behind a line `== NAME`. Loading gives a nomenclature that
// answers all questions, or a format_error.
#pragma once

#include "require.hpp"

#include <allomatch/nomenclature/nomenclature.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>

namespace allomatch::fuzz {

class release_scratch {
public:
    release_scratch() {
        const std::filesystem::path fast = "/dev/shm";
        path_ = (std::filesystem::exists(fast) ? fast : std::filesystem::temp_directory_path()) /
                ("allomatch-fuzz-" + std::to_string(std::random_device{}()));
        std::filesystem::create_directories(path_ / "wmda");
        std::filesystem::create_directories(path_ / "tce");
    }
    release_scratch(const release_scratch&) = delete;
    release_scratch& operator=(const release_scratch&) = delete;
    ~release_scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline void ask_everything(const nomenclature& names) {
    require(names.allele_count() > 0);
    for (allele_id id = 0; id < names.allele_count(); ++id) {
        const allele_name name = names.name_of(id);
        const gene g = names.gene_of(id);
        require(names.resolve(g, name).alleles == allele_set(id));
        require(names.is_null(id) == (name.suffix == 'N'));
        if (!names.is_null(id)) {
            require(names.class_of(id) < names.class_count());
            require(!names.class_text(names.class_of(id)).empty());
            require(names.gene_of_class(names.class_of(id)) == g);
        }
        require(names.tce_group(id) <= 3);
        (void)names.g_group_text(id);
        allele_name shorter = name;
        shorter.suffix = 0;
        shorter.count = 2;
        shorter.fields[2] = shorter.fields[3] = 0;
        (void)names.small_g_group(g, shorter);
        require(name.count < 2 || !names.resolve(g, shorter).alleles.empty());
    }
    for (std::size_t f = 0; f < serology_family_count; ++f) {
        const antigen_table& table = names.antigens(static_cast<serology_family>(f));
        for (std::size_t i = 0; i < table.size(); ++i) {
            require(table.line(i).contains(i));
            for (std::size_t j = 0; j < table.size(); ++j) {
                require(table.line(i).contains(j) == table.line(j).contains(i));
                const auto path = table.path(i, j);
                require(path.empty() != table.line(i).contains(j));
                require(path.empty() || (path.front() == i && path.back() == j));
            }
        }
    }
    for (const char* old : {"0104", "0201", "2401", "01:05", "01:06", "30:01", "02:99"})
        for (const gene g : {gene::A, gene::C}) {
            (void)names.resolve_old(g, old);
            if (const auto name = read_allele_name(old)) (void)names.resolve(g, *name);
        }
}

inline int release(const std::uint8_t* data, std::size_t size) {
    static const release_scratch scratch;
    static const std::array<const char*, 6> files{"wmda/hla_nom.txt", "wmda/hla_nom_p.txt", "wmda/hla_nom_g.txt",
                                                  "wmda/rel_dna_ser.txt", "wmda/rel_ser_ser.txt", "tce/dpb_tce.csv"};
    std::map<std::string, std::string> contents;
    std::string* open = nullptr;
    std::string_view rest = text_of(data, size);
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
        rest.remove_prefix(line.size());
        if (line.starts_with("== "))
            open = &contents[std::string(line.substr(3, line.find_last_not_of("\r\n") - 2))];
        else if (open != nullptr)
            *open += line;
    }
    for (const char* file : files) std::ofstream(scratch.path() / file, std::ios::binary) << contents[file];
    try {
        ask_everything(*nomenclature::load(scratch.path()));
    } catch (const format_error& e) {
        require(!e.details().reason.empty());
    }
    return 0;
}

}  // namespace allomatch::fuzz
