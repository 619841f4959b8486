// SPDX-License-Identifier: Apache-2.0
// GL Strings and locus texts, semantics.md section 2, under the starter table.
#include "typed.hpp"

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

class gl : public ::testing::Test {
protected:
    [[nodiscard]] typing_context context(gene_set genes = gene_set::all()) const { return {&r.release(), r.mac(), genes, column_kind::dna}; }
    [[nodiscard]] std::string meaning(locus l, std::string_view text) const {
        const auto read = read_locus(context(), l, text);
        return read ? text_of(r.release(), read->meaning) : "refused: " + read.error().column;
    }
    [[nodiscard]] std::string whole(std::string_view text, locus l) const {
        const auto read = read_gl_string(context(), text);
        if (!read) return "refused";
        return text_of(r.release(), make_genotype(r.release(), l, read->loci[index(l)]));
    }
    reader r{nomenclature::builtin()};
};

TEST_F(gl, pairs_of_cells) {
    EXPECT_EQ(pair_text("", ""), "");
    EXPECT_EQ(pair_text(" ", "\t"), "");
    EXPECT_EQ(meaning(A, ""), "-+-");
    EXPECT_EQ(meaning(A, pair_text(" 01:01 ", "02:01")), "A*01:01P+A*02:01P");
    EXPECT_EQ(meaning(A, pair_text("01:01", "")), "A*01:01P+A*01:01P");
    EXPECT_EQ(meaning(A, pair_text("", "01:01")), "A*01:01P+A*01:01P");
    EXPECT_EQ(meaning(A, pair_text("01:01", "x")), "refused: A_2");
    EXPECT_EQ(meaning(A, pair_text("01:01+02:01", "")), "refused: A_1");
    EXPECT_EQ(meaning(B, pair_text("A*01:01", "07:02")), "refused: B_1");
    EXPECT_EQ(shown_pair_text(pair_text("A*02:01", "A*24:02")), "A*02:01 + A*24:02");
    EXPECT_EQ(shown_pair_text(pair_text("A*02:01", "")), "A*02:01");
    EXPECT_EQ(shown_pair_text("A*02:01+A*24:02"), "A*02:01+A*24:02");
}

TEST_F(gl, a_blank_first_is_warned_about) {
    const auto warnings = [&](locus l, const std::string& text) { return read_locus(context(), l, text)->warnings.size(); };
    EXPECT_EQ(warnings(A, pair_text("", "01:01")), 1U);
    EXPECT_EQ(warnings(A, pair_text("01:01", "")), 0U);
    EXPECT_EQ(warnings(DRB345, pair_text("", "DRB3*01:01")), 0U);
    EXPECT_EQ(warnings(A, ""), 0U);
}

TEST_F(gl, one_locus) {
    EXPECT_EQ(meaning(A, "A*01:01+A*02:01"), "A*01:01P+A*02:01P");
    EXPECT_EQ(meaning(A, " A*01:01+A*02:01\n"), "A*01:01P+A*02:01P");
    EXPECT_EQ(meaning(A, "HLA-A*01:01+HLA-A*02:01"), "A*01:01P+A*02:01P");
    EXPECT_EQ(meaning(A, "01:01+02:01"), "A*01:01P+A*02:01P");
    EXPECT_EQ(meaning(A, "A*01:01/A*01:02+A*24:02|A*01:03+A*24:03"), "A*01:01P/A*01:02P+A*24:02P|A*01:03P+A*24:03P");
    EXPECT_EQ(meaning(A, "A*01:01/02+A*24:02"), "A*01:01P/A*01:02P+A*24:02P");
    EXPECT_EQ(meaning(A, "A*01:01"), "A*01:01P+A*01:01P");  // a side without + is one blank
    EXPECT_EQ(meaning(A, "A*01:01|A*02:01"), "A*01:01P+A*01:01P|A*02:01P+A*02:01P");
    EXPECT_EQ(meaning(A, "A*01:01+A*02:01|A*01:01+A*02:01"), "A*01:01P+A*02:01P");
    EXPECT_EQ(meaning(A, "A*NEW+A*02:01"), "NEW+A*02:01P");
    EXPECT_EQ(meaning(A, "NEW+NEW"), "NEW+NEW");
    EXPECT_EQ(meaning(A, "A2+A24"), meaning(A, pair_text("A2", "A24")));
    EXPECT_EQ(meaning(A, "A*02:XX+A*24:AB"), meaning(A, pair_text("A*02:XX", "A*24:AB")));
}

TEST_F(gl, refused) {
    for (const char* bad : {"A*01:01+A*02:01+A*03:01", "A*01:01||A*02:01", "A*01:01|", "|A*01:01", "A*01:01^", "^A*01:01", "^",
                            "A*01:01+A*02:01^A*03:01", "B*07:02", "A*01:01+B*07:02", "A*01:01^B*07:02", "x", "A*01:01+x",
                            "A*01:01~A*02:01", "A*01:01~", "~", "A*01:01 A*02:01", "A*01:01,A*02:01", "A*01:01 + A*02:01",
                            "A*01:01+", "+A*01:01"})
        EXPECT_EQ(meaning(A, bad), "refused: A") << bad;
}

// semantics.md section 2: anything else is an error; a text is never taken for "not typed" silently.
TEST_F(gl, texts_without_a_typing_are_refused) {
    for (const char* bad : {"+", " + ", "+|+", "|"}) EXPECT_EQ(meaning(A, bad), "refused: A") << bad;
    EXPECT_EQ(meaning(A, "B*07:02~C*07:02+B*08:01~C*07:01"), "refused: A");
    EXPECT_EQ(whole("+", A), "refused");
}

TEST_F(gl, several_loci) {
    const std::string text = "A*01:01+A*02:01|A*03:01+A*24:02^B*07:02+B*08:01^DRB1*03:01";
    EXPECT_EQ(whole(text, A), "A*01:01P+A*02:01P|A*03:01P+A*24:02P");
    EXPECT_EQ(whole(text, B), "B*07:02P+B*08:01P");
    EXPECT_EQ(whole(text, DRB1), "DRB1*03:01P+DRB1*03:01P");
    EXPECT_EQ(whole(text, C), "-+-");
    EXPECT_EQ(whole("", A), "-+-");
    EXPECT_EQ(whole("A2+A24^B7+B8^Cw7^DR17+DR4^DQ2", C), meaning(C, pair_text("Cw7", "")));
    for (const char* bad : {"A*01:01^A*02:01", "A*01:01^^B*07:02", "01:01+02:01", "NEW", "A*01:01^NEW"}) EXPECT_EQ(whole(bad, A), "refused") << bad;
}

TEST_F(gl, known_phase_is_read) {
    const std::string text = "A*01:01~B*08:01~DRB1*03:01+A*02:01~B*07:02~DRB1*15:01";
    EXPECT_EQ(whole(text, A), "A*01:01P+A*02:01P");
    EXPECT_EQ(whole(text, B), "B*08:01P+B*07:02P");
    EXPECT_EQ(whole(text, DRB1), "DRB1*03:01P+DRB1*15:01P");
    EXPECT_EQ(meaning(B, text), "B*08:01P+B*07:02P");
    EXPECT_EQ(whole("A*01:01~B*08:01+A*02:01~B*07:02|A*01:01~B*07:02+A*02:01~B*08:01", B), "B*08:01P+B*07:02P|B*07:02P+B*08:01P");
    EXPECT_EQ(whole("A*01:01~B*08:01+A*02:01", B), "refused");
    EXPECT_EQ(whole("A*01:01~B*08:01|A*02:01", B), "refused");
    EXPECT_EQ(whole("A*01:01~B*08:01^B*07:02", B), "refused");
}

// DRB3, DRB4 and DRB5 are one locus of which a person carries none to two.
TEST_F(gl, drb345_folds) {
    EXPECT_EQ(meaning(DRB345, "DRB3*01:01+DRB4*01:01"), "DRB3*01:01P+DRB4*01:01P");
    EXPECT_EQ(meaning(DRB345, "DRB3*01:01"), "DRB3*01:01P+-");
    EXPECT_EQ(meaning(DRB345, pair_text("", "DRB5*01:01")), "-+DRB5*01:01P");
    EXPECT_EQ(whole("DRB3*01:01^DRB4*01:01", DRB345), "DRB3*01:01P+DRB4*01:01P");
    EXPECT_EQ(whole("DRB3*01:01^DRB1*03:01+DRB1*04:01^DRB4*01:01", DRB345), "DRB3*01:01P+DRB4*01:01P");
    EXPECT_EQ(whole("DRB3*01:01+DRB3*02:02", DRB345), "DRB3*01:01P+DRB3*02:02P");
    EXPECT_EQ(whole("DRB3*01:01|DRB3*02:02^DRB4*01:01", DRB345), "DRB3*01:01P+DRB4*01:01P|DRB3*02:02P+DRB4*01:01P");
    EXPECT_EQ(whole("DRB3*01:01+DRB3*02:02^DRB4*01:01", DRB345), "refused");
    EXPECT_EQ(whole("DRB3*01:01^DRB4*01:01^DRB5*01:01", DRB345), "refused");
    EXPECT_EQ(meaning(DRB345, "01:01"), "refused: DRB345");
}

TEST_F(gl, splits_into_locus_texts) {
    const auto texts = split_gl_string("A*01:01+A*02:01^HLA-B*07:02^DRB3*01:01^DRB4*01:01");
    ASSERT_TRUE(texts.ok());
    EXPECT_EQ((*texts)[index(A)], "A*01:01+A*02:01");
    EXPECT_EQ((*texts)[index(B)], "HLA-B*07:02");
    EXPECT_EQ((*texts)[index(DRB345)], "DRB3*01:01^DRB4*01:01");
    EXPECT_EQ((*texts)[index(C)], "");
    for (const char* bad : {"01:01", "A*01:01^A*02:01", "^", "X*01:01"}) EXPECT_FALSE(split_gl_string(bad).ok()) << bad;
    EXPECT_TRUE(split_gl_string(" ").ok());
}

// What one reading of the whole text finds must be found through its locus texts too.
TEST_F(gl, splitting_loses_no_locus) {
    for (const char* text : {"A*01:01~B*08:01+A*02:01~B*07:02", "A*01:01+A*02:01~B*07:02", "A*01:01|A*02:01^B*07:02",
                             "DRB1*03:01~DRB3*01:01+DRB1*04:01~DRB4*01:01", "DRB1*01:01+DRB1*04:01~DRB4*01:01"}) {
        const auto read = read_gl_string(context(), text);
        const auto texts = split_gl_string(text);
        if (!read.ok() || !texts.ok()) continue;  // refused is not lost
        for (std::size_t l = 0; l < locus_count; ++l)
            EXPECT_EQ(meaning(static_cast<locus>(l), (*texts)[l]),
                      text_of(r.release(), make_genotype(r.release(), static_cast<locus>(l), read->loci[l])))
                << text << " " << locus_names[l];
    }
}

TEST_F(gl, serology_beside_dna) {
    const auto fits = [&](const std::string& dna, const std::string& ser) {
        typing_context c = context();
        const auto a = read_locus(c, A, dna);
        c.column = column_kind::serology;
        const auto b = read_locus(c, A, ser);
        return consistent(a.value(), b.value());
    };
    EXPECT_TRUE(fits(pair_text("01:01", "02:01"), pair_text("2", "1")));
    EXPECT_TRUE(fits(pair_text("01:01", "02:01"), pair_text("1", "")));
    EXPECT_TRUE(fits(pair_text("01:01", "02:01"), ""));
    EXPECT_FALSE(fits(pair_text("01:01", "02:01"), pair_text("1", "3")));
    EXPECT_FALSE(fits(pair_text("01:01", "01:01"), pair_text("1", "2")));
}

}  // namespace
