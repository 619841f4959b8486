// SPDX-License-Identifier: Apache-2.0
// A release folder of a few lines, to be damaged at will.
#pragma once

#include "unit/io/scratch_folder.hpp"

#include <allomatch/nomenclature/nomenclature.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace allomatch::testing {

/// Files of a small release by their path in its folder.
using release_files = std::map<std::string, std::string>;

inline release_files miniature_files() {
    return {
        {"wmda/hla_nom.txt",
         "# file: hla_nom.txt\n"
         "# version: IPD-IMGT/HLA 9.99.0\n"
         "A;1;19680101;;;\n"
         "A*;01:01:01:01;19890801;;;\n"
         "A*;01:01:01:02N;20031209;;;\n"
         "A*;01:01:02;20031209;;;\n"
         "A*;01:02;19910101;;;\n"
         "A*;0104;19900101;19950101;01:02;Sequence identical\n"
         "A*;02:01:01;19890801;;;\n"
         "A*;02:06:01;19890801;;;\n"
         "A*;02:07:01L;19890801;;;\n"
         "A*;02:99;20100101;20120101;;Sequence error\n"
         "A*;24:09N;19970401;;;\n"
         "B*;07:02:01;19890801;;;\n"
         "Cw*;0701;19890801;20100401;07:01:01;Renamed\n"
         "C*;07:01:01;19890801;;;\n"
         "DRB1*;03:01:01;19890801;;;\n"
         "DRB2*;01:01;19890801;;;\n"
         "DPB1*;01:01:01;19890801;;;\n"
         "DPB1*;02:01:02;19890801;;;\n"
         "DPB1*;04:01:01;19890801;;;\n"
         "DPB1*;05:01:01;19890801;;;\n"},
        {"wmda/hla_nom_p.txt",
         "# file: hla_nom_p.txt\n"
         "A*;01:01:01:01/01:01:02;01:01P\n"
         "A*;01:02;\n"
         "A*;02:01:01/02:07:01L;02:01P\n"
         "# in between\n"
         "A*;02:06:01;\n"
         "DRB2*;01:01;\n"
         "B*;07:02:01;\n"},
        {"wmda/hla_nom_g.txt",
         "# file: hla_nom_g.txt\n"
         "A*;01:01:01:01/01:01:01:02N;01:01:01G\n"
         "A*;02:01:01/02:07:01L/24:09N;02:01:01G\n"
         "B*;07:02:01;\n"},
        {"wmda/rel_dna_ser.txt",
         "A*;01:01:01:01;1;;;\n"
         "A*;01:01:01:02N;0;;;\n"
         "A*;02:01:01;2;;;\n"
         "A*;02:06:01;;?/203;;\n"
         "A*;02:07:01L;;0/2;;\n"
         "B*;07:02:01;7;;;\n"
         "C*;07:01:01;?;;7;\n"
         "DRB1*;03:01:01;;;;17\n"},
        {"wmda/rel_ser_ser.txt",
         "A;2;;203/210\n"
         "A;9;23/24;\n"
         "A;24;;2403\n"
         "DR;3;17/18;\n"
         "Dw;6;18/19;\n"},
        {"tce/dpb_tce.csv",
         "Allele,Protein,V1_Assignment,V2_Assignment,Comments\n"
         "DPB1*01:01:01,DPB1*01:01,2,3,\n"
         "DPB1*02:01:02,DPB1*02:01,3,1$,note\n"
         "DPB1*04:01:01,DPB1*04:01,,2a,\n"
         "DPB1*05:01:01,DPB1*05:01,3,0,\n"},
    };
}

class miniature_folder {
public:
    explicit miniature_folder(const release_files& files = miniature_files()) {
        for (const auto& [name, text] : files) put(name, text);
    }
    void put(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        (void)folder_.put(name, text);
    }
    void remove(const std::string& name) const { std::filesystem::remove(folder_ / name); }
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
    [[nodiscard]] nomenclature::pointer load() const { return nomenclature::load(path()); }

private:
    io::testing::scratch_folder folder_;
};

/// The names of a set of alleles, in order, joined by blanks.
inline std::string texts(const nomenclature& names, const allele_set& alleles) {
    std::string out;
    alleles.for_each([&](allele_id id) { out += (out.empty() ? "" : " ") + names.allele_text(id); });
    return out;
}

inline allele_name named(std::string_view text) { return *read_allele_name(text); }

/// Alleles that a name of gene A resolves to, as text.
inline std::string resolved(const nomenclature& names, std::string_view text, gene g = gene::A) {
    return texts(names, names.resolve(g, named(text)).alleles);
}

}  // namespace allomatch::testing
