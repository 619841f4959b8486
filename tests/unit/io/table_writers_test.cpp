// SPDX-License-Identifier: Apache-2.0
#include "scratch_folder.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/csv.hpp>
#include <allomatch/io/input.hpp>
#include <allomatch/core/output_file.hpp>
#include <allomatch/io/table_writers.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace allomatch::io {
namespace {

using testing::bytes_of;
using testing::message_of;
using testing::scratch_folder;

table example() {
    table t;
    t.columns.push_back({"id", column::strings{"D1", "D,2", "say \"hi\"\n"}, {}});
    t.columns.push_back({"rank", std::vector<std::int64_t>{1, -2, 3}, {true, true, false}});
    t.columns.push_back({"p0", std::vector<double>{0.1, 1.0, NAN}, {}});
    t.columns.push_back({"ok", std::vector<bool>{true, false, false}, {true, true, false}});
    return t;
}

TEST(table_writers, csv) {
    EXPECT_EQ(to_text(example(), table_format::csv),
              "id,rank,p0,ok\n"
              "D1,1,0.10000000000000001,true\n"
              "\"D,2\",-2,1,false\n"
              "\"say \"\"hi\"\"\n\",,,\n");
    EXPECT_EQ(to_text(example(), table_format::tsv).substr(0, 14), "id\trank\tp0\tok\n");
    EXPECT_EQ(to_text({}, table_format::csv), "");
}

TEST(table_writers, json) {
    EXPECT_EQ(to_text(example(), table_format::json_lines),
              "{\"id\":\"D1\",\"rank\":1,\"p0\":0.10000000000000001,\"ok\":true}\n"
              "{\"id\":\"D,2\",\"rank\":-2,\"p0\":1,\"ok\":false}\n"
              "{\"id\":\"say \\\"hi\\\"\\n\",\"rank\":null,\"p0\":null,\"ok\":null}\n");
    table t;
    t.columns.push_back({"a\"b", std::vector<double>{INFINITY, 2.5}, {}});
    EXPECT_EQ(to_text(t, table_format::json), "[\n{\"a\\\"b\":null},\n{\"a\\\"b\":2.5}\n]\n");
    EXPECT_EQ(to_text({}, table_format::json), "[]\n");
}

TEST(table_writers, doubles_survive_a_round_trip) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 10'000; ++i) {
        const double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        std::string text;
        append_double(text, value);
        double back = 0;
        std::from_chars(text.data(), text.data() + text.size(), back);
        EXPECT_EQ(back, value) << text;
    }
}

TEST(json_string, any_bytes_give_valid_text) {
    EXPECT_EQ(json_string("a\"\\\b\x7F\t"), "\"a\\\"\\\\\\u0008\\u007f\\t\"");
    EXPECT_EQ(json_string("中"), "\"中\"");
    EXPECT_EQ(json_string(std::string_view("\0", 1)), "\"\\u0000\"");
    EXPECT_EQ(json_string("\xE4\xB8x\xFF"), "\"\xEF\xBF\xBD\xEF\xBF\xBDx\xEF\xBF\xBD\"");
    std::mt19937 random(5);
    for (int i = 0; i < 1000; ++i) {
        std::string bytes;
        for (std::size_t n = random() % 30; n > 0; --n) bytes += static_cast<char>(random());
        EXPECT_TRUE(is_utf8(json_string(bytes)));
    }
}

TEST(table_writers, csv_reads_back) {
    table t;
    t.columns.push_back({"#id", column::strings{"", "#x", "a;b", "\"", "\r", " x ", "a\tb"}, {}});
    t.columns.push_back({"b;c\t", column::strings{"", "", ",", "\n", "\"\"", "é", "\r\n"}, {}});
    for (const std::size_t width : {2U, 1U}) {
        t.columns.resize(width);
        for (const table_format format : {table_format::csv, table_format::tsv}) {
            const std::string text = to_text(t, format);
            csv_source source(text, "t");
            row_view row;
            ASSERT_EQ(source.columns().size(), width);
            EXPECT_EQ(source.columns()[0], "#id");
            for (std::size_t r = 0; r < t.rows(); ++r) {
                ASSERT_TRUE(source.next(row)) << text;
                EXPECT_EQ(row.fault, "");
                for (std::size_t c = 0; c < width; ++c) {
                    EXPECT_EQ(row.cells[c], std::get<column::strings>(t.columns[c].values)[r]);
                }
            }
            EXPECT_FALSE(source.next(row));
        }
    }
}

TEST(table_writers, files_by_ending) {
    const scratch_folder folder;
    for (const auto& [name, format] : std::vector<std::pair<std::string, table_format>>{
             {"m.csv", table_format::csv},
             {"捐.CSV", table_format::csv},
             {"m.tsv", table_format::tsv},
             {"m.json", table_format::json},
             {"m.jsonl", table_format::json_lines}}) {
        write_table(example(), folder / name);
        EXPECT_EQ(bytes_of(folder / name), to_text(example(), format)) << name;
        write_table(example(), folder / (name + ".gz"));
        EXPECT_EQ(bytes_of(folder / (name + ".gz")).substr(0, 2), "\x1F\x8B");
        EXPECT_EQ(read_file(folder / (name + ".gz")), to_text(example(), format)) << name;
    }
    EXPECT_EQ(folder.entries(), 10U);
}

TEST(table_writers, large_tables_in_pieces) {
    table t;
    t.columns.push_back({"n", std::vector<std::int64_t>(600'000, 1234567), {}});
    std::size_t pieces = 0;
    std::string all;
    write_table(t, table_format::csv, [&](std::string_view piece) {
        ++pieces;
        EXPECT_LT(piece.size(), std::size_t{2} << 20);
        all += piece;
    });
    EXPECT_GT(pieces, 3U);
    EXPECT_EQ(all, to_text(t, table_format::csv));
    const scratch_folder folder;
    write_table(t, folder / "n.csv.gz");
    EXPECT_EQ(read_file(folder / "n.csv.gz"), all);
}

TEST(table_writers, other_endings_are_refused) {
    const scratch_folder folder;
    for (const std::string name : {"m", "m.txt", "m.gz", "csv", "m.xlsx"}) {
        EXPECT_THROW(write_table(example(), folder / name), format_error) << name;
    }
    EXPECT_NE(message_of<format_error>([&] { write_table(example(), folder / "m.parquet"); }).find("pyarrow"),
              std::string::npos);
    EXPECT_EQ(folder.entries(), 0U);
}

TEST(output_file, nothing_is_left_without_commit) {
    const scratch_folder folder;
    folder.put("f", "old");
    {
        output_file file(folder / "f");
        file.write("new");
    }
    EXPECT_EQ(bytes_of(folder / "f"), "old");
    EXPECT_EQ(folder.entries(), 1U);
    EXPECT_THROW(output_file(folder / "none" / "f"), format_error);
    EXPECT_THROW(output_file(folder.path()), format_error);
}

TEST(output_file, an_error_of_the_table_leaves_nothing) {
    const scratch_folder folder;
    std::filesystem::create_directory(folder / "m.csv");
    EXPECT_THROW(write_table(example(), folder / "m.csv"), format_error);
    EXPECT_EQ(folder.entries(), 1U);
}

#ifndef _WIN32
TEST(output_file, keeps_permissions_and_follows_links) {
    namespace fs = std::filesystem;
    const scratch_folder folder;
    fs::permissions(folder.put("f", "old"), fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink("f", folder / "link");
    output_file file(folder / "link");
    file.write("new");
    file.commit();
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(bytes_of(folder / "f"), "new");
    EXPECT_EQ(fs::status(folder / "f").permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(folder.entries(), 2U);
}

TEST(output_file, a_full_device_is_an_error) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full to write to on this system";
    output_file file("/dev/full");
    const auto fill = [&] {
        file.write(std::string(100'000, 'x'));
        file.commit();
    };
    EXPECT_THROW(fill(), format_error);
}
#endif

}  // namespace
}  // namespace allomatch::io
