// SPDX-License-Identifier: Apache-2.0
/// \file
/// The rows of a release as read, before a nomenclature is made of them.
#pragma once

#include <allomatch/nomenclature/clinical_facts.hpp>
#include <allomatch/nomenclature/serology.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace allomatch {

struct release_tables {
    struct old_name {
        gene g;
        std::string name;     ///< as it was, with or without colons, without the gene
        std::string current;  ///< identical current allele; empty when there is none
        std::string cause;    ///< "Sequence identical", "Sequence error" ..
    };
    struct group {
        std::uint64_t key;                   ///< of the group's name without its letter
        std::vector<std::uint64_t> members;  ///< keys of alleles
    };
    struct allele_antigens {
        std::uint64_t key;
        std::vector<std::uint32_t> antigens;
    };
    struct antigen_children {
        serology_family family;
        std::uint32_t antigen;
        std::vector<std::uint32_t> children;  ///< splits and associated antigens
    };
    struct allele_tce {
        std::uint64_t key;
        std::array<std::uint8_t, most_tce_versions> groups{};  ///< by version, 1-3; 0 where none is given
        tce3_core core = tce3_core::unknown;
    };

    std::string version;
    std::vector<std::uint64_t> alleles;
    std::vector<old_name> old_names;
    std::vector<group> p_groups;
    std::vector<group> g_groups;
    std::vector<allele_antigens> serology;
    std::vector<antigen_children> broads;
    std::vector<std::string> tce_versions;  ///< oldest first, at most `most_tce_versions`
    std::vector<allele_tce> tce;
};

/// Reads a release folder. \throws format_error naming file, line, column and text.
[[nodiscard]] release_tables read_release(const std::filesystem::path& folder);
/// Reads the starter tables that are compiled into the library.
[[nodiscard]] release_tables read_starter();

}  // namespace allomatch
