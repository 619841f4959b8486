// SPDX-License-Identifier: Apache-2.0
// docs/donor-files.md: which layout a file has, and the same donors in all of them.
#include "model/same_registry.hpp"
#include "unit/io/donor_rows.hpp"
#include "unit/io/scratch_folder.hpp"

#include <allomatch/io/people.hpp>

#include <gtest/gtest.h>

#include <malloc.h>

#include <algorithm>

namespace allomatch::io {
namespace {

using testing::gzip;
using testing::scratch_folder;
using cells = std::map<std::string, std::string>;

const std::string csv = R"(id,type,population,A_1,A_2,B_1,B_2,C_1,DRB1_1,DRB1_2,A_ser_1,B_ser_1,DRB1_ser_1
D1,adult,EAS,01:01,02:01,07:02,08:01,07:02,15:01,03:01,1,,15
D2,adult,,,,,,,,,2,7,4
D3,cord,EUR,02:01/02:06,24:XX,07:02,,,04:01,,,,
)";

const std::string json = R"({"updateMode":"full","donors":[
{"recordId":"D1","changeType":"N","donorType":"D","donPool":"1","ethn":"EAS","hla":{"a":{"dna":{"field1":"01:01","field2":"02:01"},"ser":{"field1":"1","field2":null}},
 "b":{"dna":{"field1":"07:02","field2":"08:01"}},"c":{"dna":{"field1":"07:02","field2":null}},"drb1":{"dna":{"field1":"15:01","field2":"03:01"},"ser":{"field1":"15"}}}},
{"recordId":"D2","changeType":"N","donorType":"D","donPool":"1","ethn":null,"hla":{"a":{"ser":{"field1":"2"}},"b":{"ser":{"field1":"7"}},"drb1":{"ser":{"field1":"4"}}}},
{"recordId":"D3","changeType":"N","donorType":"C","donPool":"1","ethn":"EUR","hla":{"a":{"dna":{"field1":"02:01/02:06","field2":"24:XX"}},"b":{"dna":{"field1":"07:02"}},
 "drb1":{"dna":{"field1":"04:01","field2":""}}}}]})";

const std::string xml = R"(<INVENTORIES><INVENTORY UPDATE_MODE="FULL" SCHEMA_VERSION="2.3">
<DONOR><GRID>D1</GRID><ETHN>EAS</ETHN><HLA><A><SER><FIELD1>1</FIELD1></SER><DNA><FIELD1>01:01</FIELD1><FIELD2>02:01</FIELD2></DNA></A>
 <B><DNA><FIELD1>07:02</FIELD1><FIELD2>08:01</FIELD2></DNA></B><C><DNA><FIELD1>07:02</FIELD1></DNA></C>
 <DRB1><SER><FIELD1>15</FIELD1></SER><DNA><FIELD1>15:01</FIELD1><FIELD2>03:01</FIELD2></DNA></DRB1></HLA></DONOR>
<DONOR><GRID>D2</GRID><HLA><A><SER><FIELD1>2</FIELD1></SER></A><B><SER><FIELD1>7</FIELD1></SER></B><DRB1><SER><FIELD1>4</FIELD1></SER></DRB1></HLA></DONOR>
<CBU><ID>D3</ID><ETHN>EUR</ETHN><HLA><A><DNA><FIELD1>02:01/02:06</FIELD1><FIELD2>24:XX</FIELD2></DNA></A><B><DNA><FIELD1>07:02</FIELD1></DNA></B>
 <DRB1><DNA><FIELD1>04:01</FIELD1></DNA></DRB1></HLA></CBU>
</INVENTORY></INVENTORIES>)";

/// Some of the columns of a source, in the order of their names here.
class chosen_columns final : public row_source {
public:
    chosen_columns(std::unique_ptr<row_source> rows, std::vector<std::string> columns) : rows_(std::move(rows)), columns_(std::move(columns)) {}
    [[nodiscard]] std::string_view name() const override { return "chosen"; }
    [[nodiscard]] std::span<const std::string> columns() const override { return columns_; }
    bool next(row_view& row) override {
        if (!rows_->next(row)) return false;
        cells_.clear();
        for (const std::string& column : columns_) {
            const auto given = rows_->columns();
            const auto at = std::find(given.begin(), given.end(), column);
            cells_.push_back(at == given.end() ? std::string_view{} : row.cells[static_cast<std::size_t>(at - given.begin())]);
        }
        row.cells = cells_;
        return true;
    }

private:
    std::unique_ptr<row_source> rows_;
    std::vector<std::string> columns_;
    std::vector<std::string_view> cells_;
};

std::shared_ptr<const registry> pool_of(std::unique_ptr<row_source> rows) {
    chosen_columns some(std::move(rows), {"id", "type", "population", "A_1", "A_2", "B_1", "B_2", "C_1", "C_2", "DRB1_1", "DRB1_2", "A_ser_1", "B_ser_1", "DRB1_ser_1"});
    import_report report;
    auto pool = import_donors(some, nomenclature::builtin(), nullptr, {}, report);
    EXPECT_EQ(report.rows_taken, 3U);
    EXPECT_EQ(report.rows_refused, 0U) << report.problems.at(0).message();
    return pool;
}

TEST(donor_files, layout_and_mode) {
    const scratch_folder folder;
    const auto found = [&](std::string_view name, std::string_view bytes) {
        const donor_file file = open_donors(folder.put(name, bytes));
        const char* const modes[] = {"unstated", "full", "differential"};
        return file.layout + " " + modes[static_cast<std::size_t>(file.mode)];
    };
    EXPECT_EQ(found("a", csv), "csv unstated");
    EXPECT_EQ(found("b", "D1%A*01:01+A*02:01\n"), "gl unstated");
    EXPECT_EQ(found("c", json), "atlas full");
    EXPECT_EQ(found("d", xml), "wmda full");
    EXPECT_EQ(found("e", gzip("\xEF\xBB\xBF \n" + json)), "atlas full");
    EXPECT_EQ(found("f", gzip("<INVENTORIES/>")), "wmda differential");
    EXPECT_EQ(testing::message_of<format_error>([&] { found("g", "[]"); }),
              (folder / "g").string() + ":1: a donor file in JSON is an object with updateMode and donors");
    EXPECT_NE(testing::message_of<format_error>([&] { found("h", ""); }), "");
}

TEST(donor_files, the_same_donors_are_the_same_registry) {
    const scratch_folder folder;
    const auto expected = pool_of(open_people(folder.put("d.csv", csv)));
    for (const auto& path : {folder.put("d.json", json), folder.put("d.xml", xml), folder.put("d.json.gz", gzip(json)), folder.put("d.xml.gz", gzip(xml))}) {
        EXPECT_EQ(model::difference(*expected, *pool_of(open_people(path))), "") << path;
        EXPECT_EQ(model::difference(*expected, *pool_of(open_donors(path).rows)), "") << path;
    }
}

TEST(donor_files, a_listing_refuses_what_a_file_deletes) {
    const scratch_folder folder;
    const auto path = folder.put("d.json", R"({"updateMode":"diff","donors":[{"recordId":"D1","changeType":"U","hla":{"a":{"dna":{"field1":"01:01"}}}},
{"recordId":"D2","changeType":"D"},{"recordId":"","changeType":"D"}]})");
    const auto rows = open_people(path);
    EXPECT_EQ(std::count(rows->columns().begin(), rows->columns().end(), "change"), 0);
    import_report report;
    const auto pool = import_donors(*rows, nomenclature::builtin(), nullptr, {}, report);
    EXPECT_EQ(pool->size(), 1U);
    EXPECT_EQ(report.rows_read, 3U);
    ASSERT_EQ(report.problems.size(), 2U);
    EXPECT_EQ(report.problems[0].row, 2U);
    EXPECT_EQ(report.problems[0].reason, "the file deletes donor D2, a listing has nothing to delete it from");
    EXPECT_EQ(report.problems[1].reason, "no recordId");

    const auto changes = testing::read_rows([&] { return open_donors(path).rows; });
    ASSERT_EQ(changes.rows.size(), 3U);
    EXPECT_EQ(changes.rows[0].cells, (cells{{"id", "D1"}, {"change", "changed"}, {"A_1", "01:01"}}));
    EXPECT_EQ(changes.rows[1].cells, (cells{{"id", "D2"}, {"change", "deleted"}}));
}

std::size_t bytes_in_use() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/// Most bytes in use while a file of `donors` donors is read, beyond those before.
template <class Source>
std::size_t peak_of(const std::filesystem::path& path, std::size_t donors) {
    const std::size_t before = bytes_in_use();
    std::size_t peak = 0;
    std::size_t count = 0;
    Source source(path);
    for (row_view row; source.next(row); ++count)
        if (count % 100 == 0) peak = std::max(peak, bytes_in_use());
    EXPECT_EQ(count, donors);
    return peak - std::min(peak, before);
}

TEST(donor_files, memory_does_not_grow_with_the_file) {
    const scratch_folder folder;
    const auto write = [&](std::size_t donors, bool as_xml) {
        std::string text = as_xml ? "<INVENTORIES><INVENTORY UPDATE_MODE=\"FULL\" SCHEMA_VERSION=\"2.3\">" : "{\"donors\":[";
        for (std::size_t i = 0; i < donors; ++i) {
            const std::string id = std::to_string(1'000'000 + i);
            text += as_xml ? "<DONOR><GRID>" + id + "</GRID><HLA><A><DNA><FIELD1>01:01</FIELD1></DNA></A></HLA></DONOR>\n"
                           : (i > 0 ? ",\n" : "") + ("{\"recordId\":\"" + id) + "\",\"hla\":{\"a\":{\"dna\":{\"field1\":\"01:01\",\"field2\":\"02:01\"}}}}";
        }
        return folder.put(std::to_string(donors) + (as_xml ? ".xml" : ".json"), text + (as_xml ? "</INVENTORY></INVENTORIES>" : "]}"));
    };
    constexpr std::size_t slack = std::size_t{64} << 10;
    EXPECT_LE(peak_of<atlas_source>(write(200'000, false), 200'000), peak_of<atlas_source>(write(10'000, false), 10'000) + slack);
    EXPECT_LE(peak_of<wmda_source>(write(200'000, true), 200'000), peak_of<wmda_source>(write(10'000, true), 10'000) + slack);
}

}  // namespace
}  // namespace allomatch::io
