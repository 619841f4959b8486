// SPDX-License-Identifier: Apache-2.0
// Refused texts: each with text, reason and, where one exists, a suggestion that is itself accepted
// (reader::refusal checks that of every one). semantics.md section 2: never coerce silently.
#include "typed.hpp"

#include <random>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

TEST(refused_text, no_allele_names) {
    const reader r;
    for (const char* bad :
         {"02", "2", "2:1", "002:01", "02:001", "02:", ":01", "02::01", "02:01:", "02:01:01:01:01", "02:01:01:01:01L", "A", "A*", "*",
          "A*02", "A**02:01", "A*02*01", "-", "?", ".", "0", "00:01", "02:00", "02:01X", "02:01NN", "02:01NL", "02:01n", "02:01p",
          "02:01LG", "02:01?", "02:01*", "02:01 02:06", "02:01,02:06", "02:01;02:06", "02:01+02:06", "02:01|02:06", "02:01^", "02:01~",
          "02.01", "02-01", "A-02:01", "A_02:01", "A02:01", "HLA_A*02:01", "hla-A*02:01", "HLA-HLA-A*02:01", "HLA-", "HLA A*02:01",
          "a*02:01", "A *02:01", "A* 02:01", "A*02 :01", "N", "NULL", "null", "None", "nan", "new", "New", "NEW1", "A*new", "NEWN",
          "blank", "X", "XX", "02:xx", "02:XXX", "99:99", "02:99999", "9999:01", "02:01:01:9999", "-1:01", "+02:01", "1e1:01", "A\\*02:01"})
        (void)r.refusal(A, bad);
    using namespace std::string_view_literals;
    for (const std::string_view bad : {"02:01\0"sv, "\0"sv, "02\0:01"sv, "\xFF"sv, "02:01\xC2\xA0"sv, "\xEF\xBB\xBF"
                                                                                                        "02:01"sv})
        (void)r.refusal(A, bad);
    (void)r.refusal(A, std::string(100'000, '0'));
    (void)r.refusal(A, std::string(100'000, '/'));
    (void)r.refusal(A, "02:" + std::string(100'000, 'A'));
    EXPECT_LE(r.refusal(A, std::string(100'000, 'x')).text.size(), 210U);
}

TEST(refused_text, other_loci) {
    const reader r;
    for (const char* bad : {"B*07:02", "HLA-B*07:02", "B7", "Cw7", "DRB1*03:01", "DQ2", "B*NEW", "E*01:01", "MICA*002:01", "Cw*0201"})
        (void)r.refusal(A, bad);
    (void)r.refusal(DRB345, "DRB1*03:01");
    (void)r.refusal(DRB345, "01:01");  // which of the three?
    (void)r.refusal(DRB345, "DR17");
    (void)r.refusal(gene_set(gene::DRB3), "DRB4*01:01");
    (void)r.refusal(gene_set::all(), "02:01");
    (void)r.refusal(C, "Cw*07:01");  // Cw goes with names without colons
    (void)r.refusal(DPB1, "DP4");
    (void)r.refusal(DQA1, "DQ2");
    (void)r.refusal(B, "Bw4");
    (void)r.refusal(DRB1, "Dw4");
}

TEST(refused_text, groups_and_codes) {
    const reader r;
    for (const char* bad : {"02:01G", "02:01:01P", "99:99P", "02G", "02g", "02P", "02:XX:01", "02:AB:01", "A*09:XX", "09:AB", "02:01:AB",
                            "02:01gN", "24:09NG", "24:09NP", "02:01GG"})
        (void)r.refusal(A, bad);
}

TEST(refused_text, lists) {
    const reader r;
    for (const char* bad : {"02:01/", "/02:01", "/", "//", "02:01//06", "02:01/ 06", "02:01 / 02:06", "02:01:01/02", "02:01:01:01/02",
                            "02:01:01G/06", "02:01/02:XX", "02:XX/02:01", "02:01/02:AB", "02:01/AB", "02:AB/02:01",
                            "02:01/A2", "A2/A3", "A2/02:01", "02:01/2", "02:01/NEW", "NEW/02:01", "NEW/NEW", "A*NEW/A*02:01",
                            "02:01/B*07:02", "A*02:01/B*07:02", "02:01/06/x", "06/02:01", "02:01/99999", "02:01/6"})
        (void)r.refusal(A, bad);
    (void)r.refusal(gene_set(A), "2/3", column_kind::serology);
    (void)r.refusal(gene_set(A), "02:01/2", column_kind::serology);
    (void)r.refusal(gene_set::all(), "02:01/06");
    (void)r.refusal(gene_set::all(), "A*02:01/B*07:02");
}

TEST(refused_text, serology) {
    const reader r;
    for (const char* bad : {"A0", "A00", "A02", "A99", "A4", "A9999", "A99999", "a2", "A2x", "A 2", "A-2", "A2/", "AA2"}) (void)r.refusal(A, bad);
    for (const char* bad : {"0", "00", "02", "99", "9999", "99999999999", "2 ,"})
        (void)r.refusal(gene_set(A), bad, column_kind::serology);
    (void)r.refusal(gene_set(DPB1), "4", column_kind::serology);
    (void)r.refusal(gene_set::all(), "2", column_kind::serology);
    EXPECT_EQ(r.refusal(A, "A02").suggestion, "A2");
}

TEST(refused_text, names_without_colons) {
    const reader r;
    EXPECT_EQ(r.refusal(A, "A*02AB").suggestion, "A*02:AB");
    for (const char* bad : {"A*01AB", "A*01QQQ", "02AB", "A*0201AB", "0201012", "020101011", "A*02010", "020", "A*020", "A*0201XX", "A*9999"})
        (void)r.refusal(A, bad);
    (void)reader(best_release(), false).refusal(A, "A*01AB");
}

// semantics.md section 2, last paragraph.
TEST(suggestion, is_what_was_meant) {
    const reader r;
    const auto meant = [&](const char* bad, const char* good) { EXPECT_EQ(r.refusal(A, bad).suggestion, good) << bad; };
    meant("A*02:0l", "A*02:01");
    meant("a*02:01", "A*02:01");
    meant("A*O2:01", "A*02:01");
    meant("A*02:O1", "A*02:01");
    meant("hla-a*02:01", "HLA-A*02:01");
    meant("A*02;01", "A*02:01");
    meant("A*02.01", "A*02:01");
    meant("A* 02:01", "A*02:01");
    meant("A*2:1", "A*02:01");
    meant("2:1", "02:01");
    meant("A*02:01*", "A*02:01");
    meant("a2", "A2");
    meant("new", "NEW");
    meant("02:xx", "02:XX");
    meant("02:01l", "02:01L");
    meant("02", "A*02:XX");
    meant("\xEF\xBC\xA1\xEF\xBC\x8A\xEF\xBC\x90\xEF\xBC\x92\xEF\xBC\x9A\xEF\xBC\x90\xEF\xBC\x91", "A*02:01");  // full width
    meant("02:01 / 02:06", "02:01/02:06");
    meant("nonsense", "");
    EXPECT_EQ(r.refusal(C, "Cw*07:01").suggestion, "C*07:01");
}

TEST(suggestion, holds_for_mutated_texts) {
    const std::vector<std::string> good{"A*02:01",   "02:01:01:02L", "24:09N",      "02:01P",  "02:01:01G", "02:01g", "02:XX",
                                        "02:AB",     "02:GFJM",      "02:01/06",    "A*02:01/A*02:06", "A2", "A203", "A*0201",
                                        "HLA-A*NEW", "A*31012",      "A*02:01P/24:02"};
    const std::string letters("0129:*/ABCNXGPg-+| .;lO\t\xEF\xFF");
    std::minstd_rand engine(7);
    const auto random = [&engine] { return static_cast<unsigned>(engine() >> 4); };
    const reader with(nomenclature::builtin());
    const reader without(nomenclature::builtin(), false);
    const reader plain(nomenclature::names());
    for (int round = 0; round < 20'000; ++round) {
        std::string text = good[random() % good.size()];
        for (unsigned n = 1 + random() % 3; n > 0; --n) {
            const std::size_t at = random() % (text.size() + 1);
            const char c = letters[random() % letters.size()];
            if (random() % 3 == 0 && at < text.size())
                text.erase(at, 1);
            else if (random() % 2 == 0 && at < text.size())
                text[at] = c;
            else
                text.insert(at, 1, c);
        }
        for (const reader* r : {&with, &without, &plain})
            for (const column_kind column : {column_kind::dna, column_kind::serology}) {
                const auto read = r->read(gene_set(A), text, column);
                if (!read.ok()) {
                    (void)r->refusal(gene_set(A), text, column);
                } else if (read->what == reading::kind::alleles) {
                    ASSERT_FALSE(read->alleles.empty()) << text;
                }
                if (::testing::Test::HasFailure()) return;
            }
    }
}

}  // namespace
