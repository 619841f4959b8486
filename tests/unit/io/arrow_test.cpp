// SPDX-License-Identifier: Apache-2.0
#include "arrow_producer.hpp"
#include "scratch_folder.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/io/arrow.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace allomatch::io {
namespace {

using testing::message_of;
using testing::producer;
using cells = std::vector<std::string>;

// The cells of a one-column stream, with "!" and the fault where there is one.
cells read(producer& p) {
    cells out;
    {
        arrow_source source(p.stream());
        row_view row;
        while (source.next(row)) {
            EXPECT_EQ(row.number, out.size() + 1);
            EXPECT_EQ(row.cells.size(), source.columns().size());
            std::string all;
            for (const auto cell : row.cells) all.append(all.empty() ? "" : "|").append(cell);
            out.push_back(row.fault.empty() ? all : "!" + std::string(row.fault));
        }
        EXPECT_FALSE(source.next(row));
    }
    EXPECT_EQ(p.open, 0);
    return out;
}

template <class T>
cells read_as(std::string format, std::vector<T> values, std::vector<std::uint8_t> validity = {}) {
    producer p;
    p.fields = {{"x", std::move(format), ""}};
    p.batch(static_cast<std::int64_t>(values.size()),
            {p.array(static_cast<std::int64_t>(values.size()),
                     {validity.empty() ? nullptr : p.keep(validity), p.keep(values)})});
    return read(p);
}

std::string refusal(producer& p) {
    std::string out = message_of<format_error>([&] { read(p); });
    EXPECT_EQ(p.open, 0);
    return out;
}

TEST(arrow_source, integers) {
    EXPECT_EQ(read_as<std::int8_t>("c", {-128, 127}), (cells{"-128", "127"}));
    EXPECT_EQ(read_as<std::uint8_t>("C", {0, 255}), (cells{"0", "255"}));
    EXPECT_EQ(read_as<std::int16_t>("s", {-32768}), cells{"-32768"});
    EXPECT_EQ(read_as<std::uint16_t>("S", {65535}), cells{"65535"});
    EXPECT_EQ(read_as<std::int32_t>("i", {-5, 6, 7}, {0b101}), (cells{"-5", "", "7"}));
    EXPECT_EQ(read_as<std::uint32_t>("I", {4294967295U}), cells{"4294967295"});
    EXPECT_EQ(read_as<std::int64_t>("l", {INT64_MIN}), cells{"-9223372036854775808"});
    EXPECT_EQ(read_as<std::uint64_t>("L", {UINT64_MAX}), cells{"18446744073709551615"});
}

TEST(arrow_source, floats) {
    EXPECT_EQ(read_as<double>("g", {31.0, 0.1, NAN, -0.0, 1e6, 1e300, INFINITY, 9007199254740992.0}),
              (cells{"31", "0.1", "", "0", "1000000", "1e+300", "inf", "9007199254740992"}));
    EXPECT_EQ(read_as<float>("f", {31.0F, 0.1F, NAN, -2.5F, 16777216.0F}),
              (cells{"31", "0.1", "", "-2.5", "16777216"}));
    // 1, -2, 65504, 2^-24, infinity, NaN, 1/3 rounded
    EXPECT_EQ(read_as<std::uint16_t>("e", {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x7C00, 0x7E00, 0x3555}),
              (cells{"1", "-2", "65504", "5.960464477539063e-08", "inf", "", "0.333251953125"}));
}

TEST(arrow_source, booleans_dates_and_null) {
    EXPECT_EQ(read_as<std::uint8_t>("b", {0b01}), (cells{"true"}));
    EXPECT_EQ(read_as<std::int32_t>("tdD", {0, -1, 11016, 19782, -719529}),
              (cells{"1970-01-01", "1969-12-31", "2000-02-29", "2024-02-29", "-0001-12-31"}));
    EXPECT_EQ(read_as<std::int64_t>("tdm", {86'400'000}), cells{"1970-01-02"});
    EXPECT_EQ(read_as<std::int64_t>("tss:", {-1, 86'399, 86'400}),
              (cells{"1969-12-31", "1970-01-01", "1970-01-02"}));
    EXPECT_EQ(read_as<std::int64_t>("tsm:UTC", {951'782'400'000}), cells{"2000-02-29"});
    EXPECT_EQ(read_as<std::int64_t>("tsu:", {-86'400'000'000}), cells{"1969-12-31"});
    EXPECT_EQ(read_as<std::int64_t>("tsn:Europe/Berlin", {INT64_MIN, INT64_MAX}),
              (cells{"1677-09-21", "2262-04-11"}));
    EXPECT_EQ(read_as<std::int64_t>("tss:", {INT64_MIN}).size(), 1U);
    producer p;
    p.fields = {{"x", "n", ""}};
    p.batch(2, {p.array(2, {})});
    EXPECT_EQ(read(p), (cells{"", ""}));
}

TEST(arrow_source, text_of_three_layouts_and_several_batches) {
    const std::string bytes = "A*01:01é";
    producer p;
    p.fields = {{"a", "u", ""}, {"b", "U", ""}, {"c", "vu", ""}};
    const std::vector<char> data(bytes.begin(), bytes.end());
    const std::vector<char> far_data = {'_', '_', 'a', ' ', 'l', 'o', 'n', 'g', 'e', 'r',
                                        ' ', 't', 'e', 'x', 't', '!'};
    std::vector<std::int32_t> views(8);
    views[0] = 3;
    std::memcpy(&views[1], "abc", 3);
    views[4] = 14;
    views[6] = 0;
    views[7] = 2;
    for (int i = 0; i < 2; ++i) {
        p.batch(2, {p.array(2, {nullptr, p.keep(std::vector<std::int32_t>{0, 7, 9}), p.keep(data)}),
                    p.array(2, {nullptr, p.keep(std::vector<std::int64_t>{0, 0, 9}), p.keep(data)}),
                    p.array(2, {nullptr, p.keep(views), p.keep(far_data),
                                p.keep(std::vector<std::int64_t>{16})})});
        p.batch(0, {p.array(0, {nullptr, nullptr, nullptr}), p.array(0, {nullptr, nullptr, nullptr}),
                    p.array(0, {nullptr, nullptr, nullptr})});
    }
    EXPECT_EQ(read(p), (cells{"A*01:01||abc", "é|A*01:01é|a longer text!", "A*01:01||abc",
                              "é|A*01:01é|a longer text!"}));
}

TEST(arrow_source, slices_of_batches_and_columns) {
    producer p;
    p.fields = {{"x", "l", ""}};
    const void* values = p.keep(std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    const void* validity = p.keep(std::vector<std::uint8_t>{0xDF, 0xFF});  // 5 is missing
    p.batch(3, {p.array(6, {validity, values}, 2)}, 2, p.keep(std::vector<std::uint8_t>{0xF7}));
    EXPECT_EQ(read(p), (cells{"4", "", "6"}));  // row 5 missing in both
}

TEST(arrow_source, dictionaries) {
    producer p;
    p.fields = {{"x", "c", "u"}};
    ArrowArray* const column =
        p.array(5, {p.keep(std::vector<std::uint8_t>{0b11101}),
                    p.keep(std::vector<std::int8_t>{1, 0, 0, 2, -1})});
    column->dictionary = p.array(2, {nullptr, p.keep(std::vector<std::int32_t>{0, 1, 3}),
                                     p.keep(std::vector<char>{'a', 'b', 'c'})});
    p.batch(5, {column});
    const std::string outside = "!column x: a dictionary index points outside of the dictionary";
    EXPECT_EQ(read(p), (cells{"bc", "", "a", outside, outside}));
}

TEST(arrow_source, broken_text_is_a_fault_of_its_row) {
    producer p;
    p.fields = {{"x", "u", ""}};
    p.batch(4, {p.array(4, {nullptr, p.keep(std::vector<std::int32_t>{0, 1, 2, 1, 3}),
                            p.keep(std::vector<char>{'\xFF', '\0', 'a'})})});
    EXPECT_EQ(read(p), (cells{"!column x: a text is not valid UTF-8", "!column x: a text holds a NUL byte",
                              "!column x: a text offset points outside of its buffer",
                              "!column x: a text holds a NUL byte"}));
    producer q;
    q.fields = {{"x", "vu", ""}};
    std::vector<std::int32_t> views(16);
    views[0] = -1;
    views[4] = views[8] = views[12] = 13;
    views[6] = 1;
    views[11] = 4;
    views[15] = -1;
    q.batch(4, {q.array(4, {nullptr, q.keep(views), q.keep(std::vector<char>(16, 'x')),
                            q.keep(std::vector<std::int64_t>{16})})});
    EXPECT_EQ(read(q), cells(4, "!column x: a text offset points outside of its buffer"));
}

TEST(arrow_source, types_that_are_refused_name_the_column) {
    for (const char* format : {"+l", "+s", "+r", "d:10,2", "z", "Z", "vz", "w:4", "ttm", "tDs", "tiM", "",
                               "x", "uu", "tsq:", "ts"}) {
        producer p;
        p.fields = {{"id", "u", ""}, {"bad col", format, ""}};
        EXPECT_NE(refusal(p).find("column bad col"), std::string::npos) << format;
    }
    producer p;
    p.fields = {{"x", "i", "+l"}};
    EXPECT_NE(refusal(p).find("dictionary of i"), std::string::npos);
    producer q;
    q.fields = {{"x", "g", "u"}};
    EXPECT_NE(refusal(q), "");
}

TEST(arrow_source, streams_that_are_refused) {
    {
        producer p;
        p.root = "l";
        EXPECT_EQ(refusal(p), "frame: the stream does not hold a table");
    }
    {
        producer p;
        p.fields = {{"id", "u", ""}, {"ID", "u", ""}};
        EXPECT_EQ(refusal(p), "frame: column ID: the frame names this column twice");
    }
    {
        producer p;
        p.fields = {{"id", "l", ""}};
        p.fail_at = 1;
        p.error = "disk on fire";
        p.batch(1, {p.array(1, {nullptr, p.keep(std::vector<std::int64_t>{1})})});
        EXPECT_EQ(refusal(p), "frame: the stream cannot be read: disk on fire");
    }
    {
        ArrowArrayStream released{};
        EXPECT_THROW(arrow_source source(&released), format_error);
    }
    const std::vector<std::int64_t> one{1};
    for (int variant = 0; variant < 7; ++variant) {
        producer p;
        p.fields = {{"id", "l", ""}};
        ArrowArray* const column = p.array(1, {nullptr, p.keep(one)});
        std::vector<ArrowArray*> columns{column};
        if (variant == 0) column->length = 0;
        if (variant == 1) column->offset = -1;
        if (variant == 2) column->n_buffers = 1;
        if (variant == 3) column->buffers[1] = nullptr;
        if (variant == 4) columns = {};
        if (variant == 5) columns = {nullptr};
        p.batch(variant == 6 ? -1 : 1, columns);
        EXPECT_NE(refusal(p), "") << variant;
    }
}

table example() {
    table t;
    t.columns.push_back({"id", column::strings{"D1", "", "中"}, {true, false, true}});
    t.columns.push_back({"n", std::vector<std::int64_t>{1, -2, 3}, {}});
    t.columns.push_back({"p", std::vector<double>{0.5, 0.25, 7}, {true, true, false}});
    t.columns.push_back({"ok", std::vector<bool>{true, false, true}, {}});
    return t;
}

TEST(export_stream, reads_back) {
    for (const std::size_t limit : {max_utf8_bytes, std::size_t{1}}) {
        ArrowArrayStream stream{};
        export_stream(example(), &stream, limit);
        ArrowSchema schema{};
        ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
        EXPECT_STREQ(schema.children[0]->format, limit == 1 ? "U" : "u");
        EXPECT_STREQ(schema.children[3]->name, "ok");
        schema.release(&schema);
        EXPECT_EQ(schema.release, nullptr);

        arrow_source source(&stream);
        EXPECT_EQ(stream.release, nullptr);
        EXPECT_EQ(cells(source.columns().begin(), source.columns().end()), (cells{"id", "n", "p", "ok"}));
        std::vector<cells> out;
        row_view row;
        while (source.next(row)) out.emplace_back(row.cells.begin(), row.cells.end());
        EXPECT_EQ(out, (std::vector<cells>{{"D1", "1", "0.5", "true"},
                                           {"", "-2", "0.25", "false"},
                                           {"中", "3", "", "true"}}));
    }
}

TEST(export_stream, numbers_are_moved_and_children_outlive_their_batch) {
    table t = example();
    const void* const numbers = std::get<std::vector<std::int64_t>>(t.columns[1].values).data();
    ArrowArrayStream stream{};
    export_stream(std::move(t), &stream);
    ArrowArray batch{};
    ASSERT_EQ(stream.get_next(&stream, &batch), 0);
    EXPECT_EQ(batch.length, 3);
    EXPECT_EQ(batch.children[0]->null_count, 1);
    ArrowArray end{};
    ASSERT_EQ(stream.get_next(&stream, &end), 0);
    EXPECT_EQ(end.release, nullptr);
    stream.release(&stream);

    ArrowArray kept = std::exchange(*batch.children[1], ArrowArray{});
    batch.release(&batch);
    EXPECT_EQ(kept.buffers[1], numbers);
    EXPECT_EQ(static_cast<const std::int64_t*>(kept.buffers[1])[2], 3);
    kept.release(&kept);
}

TEST(export_stream, empty_tables) {
    table t;
    t.columns.push_back({"id", column::strings{}, {}});
    t.columns.push_back({"n", std::vector<std::int64_t>{}, {}});
    ArrowArrayStream stream{};
    export_stream(std::move(t), &stream);
    {
        arrow_source source(&stream);
        row_view row;
        EXPECT_EQ(source.columns().size(), 2U);
        EXPECT_FALSE(source.next(row));
    }
    export_stream({}, &stream);
    stream.release(&stream);
}

}  // namespace
}  // namespace allomatch::io
