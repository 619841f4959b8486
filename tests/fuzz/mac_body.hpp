// SPDX-License-Identifier: Apache-2.0
// A MAC table of any bytes, as text and as a file, which may be a zip archive or packed with gzip.
#pragma once

#include "require.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/nomenclature/mac_table.hpp>
#include <allomatch/typing/reading.hpp>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace allomatch::fuzz {

inline void ask_codes(const mac_table& table, std::string_view text) {
    require(table.size() > 0);
    std::size_t found = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_upper(text[end])) ++end;
        const auto expansion = table.find(text.substr(at, end - at));
        require(!expansion || !expansion->empty());
        found += expansion ? 1 : 0;
        at = end + 1;
    }
    require(found > 0);
    require(!table.find("") && !table.find("a"));
    const typing_context context{nomenclature::builtin().get(), &table, gene_set(locus::A), column_kind::dna};
    for (const char* code : {"02:AB", "02:AC", "02:GFJM", "24:NUL"})
        if (const auto read = read_position(context, code)) require(!read->alleles.empty());
}

inline int mac(const std::uint8_t* data, std::size_t size) {
    const std::string text(text_of(data, size));
    bool accepted = false;
    std::size_t codes = 0;
    try {
        const auto table = mac_table::from_text(text);
        ask_codes(*table, text);
        accepted = true;
        codes = table->size();
    } catch (const format_error& e) {
        require(!e.details().reason.empty());
    }
    static const std::filesystem::path path =
        (std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
        ("allomatch-fuzz-mac-" + std::to_string(std::random_device{}()));
    std::ofstream(path, std::ios::binary) << text;
    const bool packed = text.starts_with("PK\x03\x04") || text.starts_with("\x1F\x8B");
    try {
        const auto table = mac_table::load(path);
        require(packed || (accepted && table->size() == codes));
    } catch (const format_error& e) {
        require(!e.details().reason.empty() && (packed || !accepted));
    }
    std::filesystem::remove(path);
    return 0;
}

}  // namespace allomatch::fuzz
