// SPDX-License-Identifier: Apache-2.0
// A snapshot of any bytes, as it is and with all checksums made right: refused, or a registry that can be asked
// everything.
#pragma once

#include "model/sealed_snapshot.hpp"
#include "require.hpp"

#include <allomatch/core/utf8.hpp>
#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/haplotype/donor_genotypes.hpp>
#include <allomatch/registry/registry_update.hpp>
#include <allomatch/registry/snapshot.hpp>
#include <allomatch/search/explanation.hpp>
#include <allomatch/search/search.hpp>

#include <array>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace allomatch::fuzz {

/// Bytes as a file without a folder.
class file_in_memory {
public:
    explicit file_in_memory(std::string_view bytes) : handle_(memfd_create("allomatch", 0)) {
        require(handle_ >= 0 && ::write(handle_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    file_in_memory(const file_in_memory&) = delete;
    file_in_memory& operator=(const file_in_memory&) = delete;
    ~file_in_memory() { ::close(handle_); }
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(handle_); }

private:
    int handle_;
};

/// Someone typed at the loci of the donor, so that everything is compared with something.
inline std::shared_ptr<const patient> someone(const nomenclature::pointer& names) {
    std::array<std::string, locus_count> texts;
    texts[index(locus::A)] = "A*02:01+A*24:02";
    texts[index(locus::B)] = "B*07:02+B*46:01";
    texts[index(locus::DRB345)] = "DRB3*01:01";
    texts[index(locus::DPB1)] = "DPB1*05:01+DPB1*04:01";
    auto who = std::make_shared<patient>();
    require(read_patient({.names = names.get()}, null_policy::ignore_inside_ambiguity, "P", texts, {{"birth_date", "1990-01-01"}}, *who).empty());
    return who;
}

/// The next version of it: a donor changed, one new, one removed.
inline std::shared_ptr<const registry> changed(const std::shared_ptr<const registry>& donors) {
    registry_update update(donors, nullptr);
    update.declare_fields({"branch", "birth_date"});
    registry_builder::donor_texts row;
    row.typings[index(locus::A)] = "A*02:01+A*30:01";
    row.typings[index(locus::B)] = "B*07:02+B*46:01";
    row.typings[index(locus::DQB1)] = "DQB1*03:01+NEW";
    row.fields = {"Wenzhou", "1999-01-01"};
    for (const std::string_view id : {"D1", "a new one"}) {
        row.id = id;
        require(update.put(row).empty());
    }
    update.remove("D2");
    return update.finish();
}

inline void ask_everything(const std::shared_ptr<const registry>& donors, bool change = true) {
    for (donor_index d = 0; d < donors->size(); ++d) {
        if (const auto found = donors->find(donors->id(d))) require(*found < donors->size());
        for (std::size_t l = 0; l < locus_count; ++l) (void)donors->typing_text(static_cast<locus>(l), d);
        for (const field_column& f : donors->fields()) (void)f.text(d);
        (void)donors->typing(d);
    }
    (void)donors->memory();
    const auto who = someone(donors->names());
    search_request request{.loci = {locus::A, locus::B, locus::DRB345, locus::DPB1}, .max_mismatches = 8, .on = 20'000, .threads = 1};
    for (const bool antigens : {false, true}) {
        if (antigens) request.rules.antigen_level.set(index(locus::A)).set(index(locus::B));
        const match_list found = search(donors, who, request);
        for (std::size_t i = 0; i < found.hits.size(); ++i) {
            require(found.hits[i].donor < donors->size());
            (void)explain(found, i);
        }
    }
    if (change) ask_everything(changed(donors), false);
    if (donors->names() != nomenclature::builtin()) return;
    static const auto set = std::make_shared<const haplotype_index>(builtin_east_asian(nomenclature::builtin()));
    static const auto sets = std::make_shared<const populations>(std::vector{set});
    (void)donor_genotypes(donors, sets, 1);
}

inline int snapshot(const std::uint8_t* data, std::size_t size) {
    for (const std::string& bytes : {std::string(text_of(data, size)), model::sealed(std::string(text_of(data, size)))}) {
        const file_in_memory file(bytes);
        try {
            ask_everything(open_snapshot(file.path()));
        } catch (const snapshot_error& e) {
            require(is_utf8(e.details().message()) && !e.details().reason.empty());
        } catch (const format_error&) {  // a population without a set, for one
        }
    }
    return 0;
}

}  // namespace allomatch::fuzz
