// SPDX-License-Identifier: Apache-2.0
#include "scratch_folder.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/io/csv.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace allomatch::io {
namespace {

using testing::message_of;
using testing::scratch_folder;
using cells = std::vector<std::string>;

struct kept_row {
    std::uint64_t number;
    cells values;
    std::string fault;
    friend bool operator==(const kept_row&, const kept_row&) = default;
    friend void PrintTo(const kept_row& r, std::ostream* out) {
        *out << r.number << " [" << r.fault << "]";
        for (const auto& v : r.values) *out << " <" << v << ">";
    }
};
using rows = std::vector<kept_row>;

rows rows_of(csv_source& source) {
    rows out;
    row_view row;
    while (source.next(row)) {
        EXPECT_EQ(row.cells.size(), source.columns().size());
        out.push_back({row.number, cells(row.cells.begin(), row.cells.end()), std::string(row.fault)});
    }
    EXPECT_FALSE(source.next(row));
    return out;
}

rows read(std::string_view text, const csv_options& options = {}) {
    csv_source source(text, "t", options);
    return rows_of(source);
}

cells columns_of(std::string_view text, const csv_options& options = {}) {
    csv_source source(text, "t", options);
    return {source.columns().begin(), source.columns().end()};
}

std::string refusal(std::string_view text, const csv_options& options = {}) {
    return message_of<format_error>([&] { csv_source source(text, "t", options); });
}

TEST(csv_source, plain_rows_with_their_lines) {
    EXPECT_EQ(read("a,b\n1,2\n3,4"), (rows{{2, {"1", "2"}, ""}, {3, {"3", "4"}, ""}}));
    EXPECT_EQ(read("a,b\r\n1,2\r\n,\r\n"), (rows{{2, {"1", "2"}, ""}, {3, {"", ""}, ""}}));
    EXPECT_EQ(read("a\nx\r"), (rows{{2, {"x"}, ""}}));
    EXPECT_EQ(read("a,b"), rows{});
    EXPECT_EQ(read("a,b\n"), rows{});
}

TEST(csv_source, finds_the_delimiter_outside_quotes) {
    EXPECT_EQ(csv_source("a;b;c\n", "t").delimiter(), ';');
    EXPECT_EQ(csv_source("a\tb\n", "t").delimiter(), '\t');
    EXPECT_EQ(csv_source("a\n;;;;\n", "t").delimiter(), ',');
    EXPECT_EQ(csv_source("\"a,,\"\",\";b\n", "t").delimiter(), ';');
    EXPECT_EQ(columns_of("\"a,,\"\",\";b\n"), (cells{"a,,\",", "b"}));
    EXPECT_EQ(read("a;b\n1,5;2\n"), (rows{{2, {"1,5", "2"}, ""}}));
}

TEST(csv_source, skips_mark_comments_before_the_header_and_blank_lines) {
    EXPECT_EQ(read("\xEF\xBB\xBF# made by hand, \"x\n\r\n#\nid,b\n\n#1,2\n\r\n3,4\n\n"),
              (rows{{6, {"#1", "2"}, ""}, {8, {"3", "4"}, ""}}));
}

TEST(csv_source, quotes) {
    EXPECT_EQ(read("a,b\n\"1\n\n,1\",\"say \"\"hi\"\"\"\n\"\",\"\"\"\"\n"),
              (rows{{2, {"1\n\n,1", "say \"hi\""}, ""}, {5, {"", "\""}, ""}}));
    EXPECT_EQ(read("a,b\r\n\"1\r\n2\",x\r\n3,4"), (rows{{2, {"1\r\n2", "x"}, ""}, {4, {"3", "4"}, ""}}));
    EXPECT_EQ(read("a,b\n5'-\"x\",y\"\n"), (rows{{2, {"5'-\"x\"", "y\""}, ""}}));
    EXPECT_EQ(read("a,b\n1,\"2\""), (rows{{2, {"1", "2"}, ""}}));
    EXPECT_EQ(columns_of("\"a\nb\",c\n"), (cells{"a\nb", "c"}));
    EXPECT_EQ(read("\"a\nb\",c\n1,2\n")[0].number, 3U);
}

TEST(csv_source, wrong_cell_counts_are_faults) {
    EXPECT_EQ(read("a,b\n1\n1,2,3\n1,2,,\n\"1\",2,\"\",\n\"1\",2,3\n4,5\n"),
              (rows{{2, {"1", ""}, "expected 2 cells, found 1"},
                    {3, {"1", "2"}, "expected 2 cells, found 3"},
                    {4, {"1", "2"}, ""},
                    {5, {"1", "2"}, ""},
                    {6, {"1", "2"}, "expected 2 cells, found 3"},
                    {7, {"4", "5"}, ""}}));
}

TEST(csv_source, bad_bytes_are_faults_of_their_row_only) {
    const std::string text("a,b\n\xFF,2\nx\0y,2\n\"\xC0\xAF\",2\nM\xC3\xBCller,2\n\xE4\xB8,\xAD\n", 36);
    const rows out = read(text);
    ASSERT_EQ(out.size(), 5U);
    EXPECT_EQ(out[0].fault, "the row is not valid UTF-8");
    EXPECT_EQ(out[1].fault, "the row holds a NUL byte");
    EXPECT_EQ(out[2].fault, "the row is not valid UTF-8");
    EXPECT_EQ(out[3], (kept_row{5, {"Müller", "2"}, ""}));
    EXPECT_EQ(out[4].fault, "the row is not valid UTF-8");
}

TEST(csv_source, broken_quotes_are_faults) {
    EXPECT_EQ(read("a,b\n\"1\"x,2\n3,4\n")[0].fault, "text after a closing quote");
    EXPECT_EQ(read("a,b\n\"1\" ,2\n3,4\n")[1], (kept_row{3, {"3", "4"}, ""}));
    EXPECT_EQ(read("a,b\n1,2\n3,\"4\n5,6\n"),
              (rows{{2, {"1", "2"}, ""},
                    {3,
                     {"3", "4\n5,6\n"},
                     "a quote is not closed before the end of the file; lines up to 4 are left out"}}));
    EXPECT_EQ(read("a\n\"")[0].fault, "a quote is not closed before the end of the file");
    EXPECT_EQ(read("a\n\"\"\"")[0].fault, "a quote is not closed before the end of the file");
}

TEST(csv_source, long_records_are_faults_and_reading_goes_on) {
    const csv_options small{.max_record = 8};
    EXPECT_EQ(read("a,b\n123456789012,2\n3,4\n", small),
              (rows{{2, {"", ""}, "the row is longer than 8 bytes"}, {3, {"3", "4"}, ""}}));
    EXPECT_EQ(read("a,b\n1234,67\n3,4\n", small)[0], (kept_row{2, {"1234", "67"}, ""}));
    EXPECT_EQ(read("a,b\n1,\"2\n3,4\n5,6\n7,8\n", small),
              (rows{{2, {"", ""}, "the row is longer than 8 bytes; lines up to 3 are left out"},
                    {4, {"5", "6"}, ""},
                    {5, {"7", "8"}, ""}}));
}

TEST(csv_source, headers_that_are_refused) {
    EXPECT_EQ(refusal(""), "t:1: the file is empty");
    EXPECT_EQ(refusal("\xEF\xBB\xBF"), "t:1: the file is empty");
    EXPECT_EQ(refusal("# x\n\n"), "t:3: no header line");
    EXPECT_EQ(refusal(",,\n"), "t:1: the header names no column");
    EXPECT_EQ(refusal("id,A,ID\n"), "t:1: 'ID': the header names this column twice");
    EXPECT_EQ(refusal("id,\"A\n1,2\n"), "t:1: a quote in the header is not closed");
    EXPECT_EQ(refusal(std::string_view("a,\0\n", 4)),
              "t:1: the header holds a NUL byte: not a text file");
    EXPECT_EQ(refusal("a,\xFF\n"), "t:1: 'a,\\xFF\\x0A': the header is not valid UTF-8");
    EXPECT_EQ(refusal("a,b,c,d\n", {.max_record = 7}), "t:1: the header is longer than 7 bytes");
    EXPECT_EQ(refusal("a,b,c,d\n", {.max_columns = 3}), "t:1: more than 3 columns");
    EXPECT_NE(refusal(std::string_view("\xFF\xFE" "a\0", 4)).find("UTF-16"), std::string::npos);
    EXPECT_NE(refusal("PK\x03\x04zip").find("workbook"), std::string::npos);
    EXPECT_NE(refusal("PAR1...").find("Parquet"), std::string::npos);
}

TEST(csv_source, unnamed_columns) {
    EXPECT_EQ(columns_of(",a,,b,,\n"), (cells{"", "a", "", "b"}));
    EXPECT_EQ(read("a,b,,\n1,2,,\n3,4\n").size(), 2U);
    EXPECT_EQ(read("a,b,,\n3,4\n")[0].fault, "");
}

TEST(csv_source, without_a_header) {
    const csv_options none{.header = false};
    EXPECT_EQ(columns_of("A*01:01;0.5\n", none), (cells{"1", "2"}));
    EXPECT_EQ(read("# x\nA*01:01,0.5\nB*07:02,0.1\n", none),
              (rows{{2, {"A*01:01", "0.5"}, ""}, {3, {"B*07:02", "0.1"}, ""}}));
    EXPECT_EQ(columns_of("\xFF,\"", none), (cells{"1", "2"}));
}

TEST(csv_source, an_absurd_number_of_cells_costs_no_memory) {
    const std::string row(std::size_t{8} << 20, ',');
    const rows out = read("a,b\n" + row + "x\n1,2\n");
    EXPECT_EQ(out[0].fault, "expected 2 cells, found 8388609");
    EXPECT_EQ(out[1].fault, "");
    EXPECT_EQ(refusal(row + "x"), "t:1: more than 65536 columns");
}

// The same text from memory, a file and a gzip file, with records across the reads of the buffer.
TEST(csv_source, files_equal_memory) {
    const scratch_folder folder;
    std::mt19937 random(7);
    const std::vector<std::string> parts = {"x", "A*02:01", "\"q\"", "\"a,b\"", "\"\"\"\"", "\n", "\r\n",
                                            ",", ",",       ",",     "\"",      "é",        "#",  " "};
    std::string text = "a,b,c\n";
    while (text.size() < 1'500'000) {
        text += parts[random() % parts.size()];
        if (random() % 5000 == 0) text.append("\"").append(random() % 300'000, 'z').append("\n\",1,2\n");
    }
    for (const std::size_t limit : {default_max_record, std::size_t{400'000}, std::size_t{1000}}) {
        const csv_options options{.max_record = limit};
        const rows expected = read(text, options);
        EXPECT_GT(expected.size(), 1000U);
        for (const std::string& bytes : {text, testing::gzip(text)}) {
            csv_source source(folder.put("f.csv", bytes), options);
            EXPECT_EQ(rows_of(source), expected);
        }
    }
}

TEST(csv_source, truncated_gzip_gives_rows_and_then_an_error) {
    const scratch_folder folder;
    std::string text = "a,b\n";
    for (int i = 0; i < 300'000; ++i) text += std::to_string(i) + ",2\n";
    const std::string packed = testing::gzip(text);
    csv_source source(folder.put("cut.csv.gz", packed.substr(0, packed.size() - 20)));
    EXPECT_NE(message_of<format_error>([&] { rows_of(source); }).find("cut.csv.gz: truncated gzip"),
              std::string::npos);
}

TEST(csv_source, a_bomb_of_one_row_is_passed_by) {
    const scratch_folder folder;
    std::string bomb = testing::gzip("a,b\n");
    const std::string zeros = testing::gzip(std::string(std::size_t{16} << 20, 'z'));
    for (int i = 0; i < 16; ++i) bomb += zeros;
    bomb += testing::gzip("\n1,2\n");
    csv_source source(folder.put("bomb.gz", bomb), {.max_record = std::size_t{1} << 20});
    EXPECT_EQ(rows_of(source), (rows{{2, {"", ""}, "the row is longer than 1048576 bytes"},
                                     {3, {"1", "2"}, ""}}));
}

// A character-by-character reading of RFC 4180, for texts without faults.
rows model(std::string_view text) {
    rows out;
    std::uint64_t line = 1;
    while (!text.empty()) {
        kept_row row{line, {""}, ""};
        bool quoted = false;
        std::size_t at = 0;
        for (; at < text.size(); ++at) {
            const char c = text[at];
            if (c == '\n') ++line;
            if (quoted) {
                if (c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
                    row.values.back() += '"';
                    ++at;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    row.values.back() += c;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',') {
                row.values.emplace_back();
            } else if (c == '\n') {
                break;
            } else {
                row.values.back() += c;
            }
        }
        out.push_back(row);
        text.remove_prefix(std::min(text.size(), at + 1));
    }
    return out;
}

TEST(csv_source, equals_a_slow_model) {
    std::mt19937 random(11);
    for (int round = 0; round < 300; ++round) {
        const std::size_t width = 1 + random() % 20;
        std::string text;
        for (std::size_t c = 0; c < width; ++c) text += (c > 0 ? ",c" : "c") + std::to_string(c);
        text += "\n";
        const std::size_t header = text.size();
        for (int r = 0; r < 20; ++r) {
            for (std::size_t c = 0; c < width; ++c) {
                if (c > 0) text += ',';
                std::string cell;
                const bool quoted = round % 2 == 1 && random() % 4 == 0;
                for (std::size_t n = random() % 12; n > 0; --n) cell += "ab:*;\t \x7F"[random() % 8];
                if (quoted) {
                    for (std::size_t n = random() % 3; n > 0; --n) {
                        cell += std::vector<std::string>{"\"\"", ",", "\n"}[random() % 3];
                    }
                    cell.insert(0, 1, '"').push_back('"');
                } else if (width == 1) {
                    cell += 'x';
                }
                text += cell;
            }
            text += '\n';
        }
        rows expected = model(std::string_view(text).substr(header));
        for (kept_row& row : expected) ++row.number;
        EXPECT_EQ(read(text), expected) << text;
    }
}

}  // namespace
}  // namespace allomatch::io
