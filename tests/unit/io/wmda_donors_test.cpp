// SPDX-License-Identifier: Apache-2.0
// docs/donor-files.md, section "WMDA".
#include "unit/io/donor_rows.hpp"
#include "unit/io/scratch_folder.hpp"

#include <gtest/gtest.h>

namespace allomatch::io {
namespace {

using testing::donor_rows;
using testing::gzip;
using testing::scratch_folder;
using cells = std::map<std::string, std::string>;

donor_rows read(std::string_view text, const donor_file_options& options = {}) {
    return testing::rows_of<wmda_source>(text, options);
}

std::string inventory(const std::string& donors, const std::string& attributes = R"(POOL="1234" UPDATE_MODE="FULL" SCHEMA_VERSION="2.3")") {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<INVENTORIES><INVENTORY " + attributes + ">" + donors + "</INVENTORY></INVENTORIES>";
}

testing::donor_row donor(const std::string& inside, const std::string& element = "DONOR") {
    const donor_rows found = read(inventory("<" + element + ">" + inside + "</" + element + ">"));
    EXPECT_EQ(found.error, "");
    EXPECT_EQ(found.rows.size(), 1U);
    return found.rows.empty() ? testing::donor_row{} : found.rows[0];
}

std::string cell_of(const std::string& inside, const std::string& column, const std::string& element = "DONOR") {
    auto row = donor("<GRID>G</GRID><ID>I</ID>" + inside, element);
    return row.fault.empty() ? row.cells[column] : row.fault;
}

const std::string two_donors = R"(<?xml version="1.0" encoding="UTF-8"?>
<INVENTORIES CREATION_TIME="2024-01-01T00:00:00Z" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <INVENTORY LISTING_ORGANIZATION="9999" POOL="9999" CONTENT_TYPE="D" UPDATE_MODE="FULL" SCHEMA_VERSION="2.2">
  <DONOR>
   <GRID>9999000000000000001</GRID><ID>XX1</ID><ATTR>XY</ATTR><BIRTH_DATE>1990-04-12</BIRTH_DATE><SEX>F</SEX>
   <ABO>A</ABO><RHESUS>P</RHESUS><ETHN>CAEU</ETHN><CCR5>WW</CCR5>
   <HLA>
    <A><SER><FIELD1>1</FIELD1><FIELD2>2</FIELD2></SER><DNA><FIELD1>01:01</FIELD1><FIELD2> 02:01 </FIELD2></DNA></A>
    <DRB3><DNA><FIELD1>01:01</FIELD1></DNA></DRB3><E><DNA><FIELD1>01:01</FIELD1></DNA></E>
   </HLA>
   <KIR><KIR2DL1>001</KIR2DL1></KIR>
   <IDM><CMV>N</CMV><TOXO>P</TOXO></IDM>
   <STATUS>AV</STATUS><CONTACT_DATE>2023-05-06</CONTACT_DATE><WEIGHT>62</WEIGHT><HEIGHT>170</HEIGHT>
   <NMBR_PREG>2</NMBR_PREG><NMBR_MARR>1</NMBR_MARR><NMBR_PBSC>2</NMBR_PBSC>
  </DONOR>
  <CBU><ID>XXC7</ID><BIRTH_DATE>2015-02-03</BIRTH_DATE><VOL>90.5</VOL><VOL_FRZN>25</VOL_FRZN><TNC>155.5E7</TNC>
   <TNC_FRZN>120.5E7</TNC_FRZN><CD34PC_FRZN>4.5E6</CD34PC_FRZN><MAT><ID>M1</ID><HLA><A><DNA><FIELD1>24:02</FIELD1></DNA></A></HLA></MAT>
   <STATUS>TU</STATUS></CBU>
 </INVENTORY>
</INVENTORIES>
)";

TEST(wmda_donors, fields_and_their_columns) {
    EXPECT_EQ(wmda_source(two_donors, "f").mode(), update_mode::full);
    const donor_rows found = read(two_donors);
    EXPECT_EQ(found.error, "");
    ASSERT_EQ(found.rows.size(), 2U);
    EXPECT_EQ(found.rows[0].line, 4U);
    EXPECT_EQ(found.rows[0].fault, "");
    EXPECT_EQ(found.rows[0].cells,
              (cells{{"id", "9999000000000000001"}, {"registry_id", "XX1"}, {"type", "adult"}, {"pool", "9999"},
                     {"attr", "XY"}, {"birth_date", "1990-04-12"}, {"sex", "F"}, {"abo", "A"}, {"rh", "P"}, {"population", "CAEU"}, {"ccr5", "WW"},
                     {"A_1", "01:01"}, {"A_2", "02:01"}, {"A_ser_1", "1"}, {"A_ser_2", "2"}, {"DRB3_1", "01:01"}, {"cmv", "N"}, {"toxo", "P"},
                     {"status", "AV"}, {"last_contact", "2023-05-06"}, {"weight_kg", "62"}, {"height", "170"}, {"pregnancies", "2"},
                     {"nmbr_marr", "1"}, {"nmbr_pbsc", "2"}, {"donations", "3"}}));
    EXPECT_EQ(found.rows[1].line, 16U);
    EXPECT_EQ(found.rows[1].fault, "");
    EXPECT_EQ(found.rows[1].cells,
              (cells{{"id", "XXC7"}, {"type", "cord"}, {"pool", "9999"}, {"birth_date", "2015-02-03"}, {"vol", "90.5"},
                     {"vol_frzn", "25"}, {"volume_ml", "25"}, {"tnc_collected", "155.5E7"}, {"tnc_frzn", "120.5E7"}, {"tnc", "120.5"},
                     {"cd34pc_frzn", "4.5E6"}, {"cd34", "4.5"}, {"status", "TU"}}));
}

TEST(wmda_donors, ids) {
    EXPECT_EQ(donor("<GRID>G</GRID><ID>I</ID>").cells, (cells{{"id", "G"}, {"registry_id", "I"}, {"type", "adult"}, {"pool", "1234"}}));
    EXPECT_EQ(donor("<ID>I</ID>").cells, (cells{{"id", "I"}, {"type", "adult"}, {"pool", "1234"}}));
    EXPECT_EQ(donor("<GRID>G</GRID><ID>I</ID>", "CBU").cells, (cells{{"id", "I"}, {"grid", "G"}, {"type", "cord"}, {"pool", "1234"}}));
    EXPECT_EQ(donor("<ID> </ID>").fault, "neither GRID nor ID");
    EXPECT_EQ(donor("<GRID>G</GRID>", "CBU").fault, "no ID");
}

TEST(wmda_donors, words) {
    EXPECT_EQ(cell_of("<BIRTH_DATE>1968-06-28T00:00:00Z</BIRTH_DATE>", "birth_date"), "1968-06-28");
    EXPECT_EQ(cell_of("<BIRTH_DATE>28.6.1968</BIRTH_DATE>", "birth_date"), "28.6.1968");
    EXPECT_EQ(cell_of("<IDM><ANTI_CMV>G</ANTI_CMV></IDM>", "cmv"), "G");
    EXPECT_EQ(cell_of("<IDM><CMV>Q</CMV></IDM>", "cmv"), "");
    EXPECT_EQ(cell_of("<IDM><CMV>G</CMV><ANTI_CMV>G</ANTI_CMV></IDM>", "cmv"), "G");
    EXPECT_EQ(cell_of("<IDM><CMV>G</CMV><ANTI_CMV>N</ANTI_CMV></IDM>", "cmv"), "IDM/ANTI_CMV: 'N' contradicts 'G'");
    EXPECT_EQ(cell_of("<STATUS>RS</STATUS><RSV_PAT>P1</RSV_PAT>", "status"), "OP");
    EXPECT_EQ(cell_of("<ETHN>a&amp;b&#x4E2D;</ETHN>", "population"), "a&b\xE4\xB8\xAD");
    EXPECT_EQ(cell_of("<ETHN><![CDATA[<x>]]></ETHN>", "population"), "<x>");
}

TEST(wmda_donors, donations_are_those_of_both_kinds) {
    EXPECT_EQ(cell_of("<NMBR_MARR>1</NMBR_MARR>", "donations"), "1");
    EXPECT_EQ(cell_of("<NMBR_PBSC>0</NMBR_PBSC>", "donations"), "0");
    EXPECT_EQ(cell_of("<NMBR_MARR>x</NMBR_MARR><NMBR_PBSC>2</NMBR_PBSC>", "donations"), "x");
}

TEST(wmda_donors, counts_of_cells_need_a_unit) {
    const auto tnc = [](const std::string& text) { return cell_of("<TNC_FRZN>" + text + "</TNC_FRZN>", "tnc", "CBU"); };
    EXPECT_EQ(tnc("1.5E9"), "150");
    EXPECT_EQ(tnc("152.3e7"), "152.3");
    EXPECT_EQ(tnc("1500000000"), "150");
    EXPECT_EQ(tnc("150"), "");
    EXPECT_EQ(tnc("many"), "");
    EXPECT_EQ(cell_of("<TNC_FRZN>150</TNC_FRZN>", "tnc_frzn", "CBU"), "150");
    EXPECT_EQ(cell_of("<TNC>2E9</TNC>", "tnc", "CBU"), "200");
    EXPECT_EQ(cell_of("<CD34PC>2.5E6</CD34PC>", "cd34", "CBU"), "2.5");
    EXPECT_EQ(cell_of("<VOL>90</VOL>", "volume_ml", "CBU"), "90");
}

TEST(wmda_donors, changes) {
    const std::string donors = "<DONOR><GRID>1</GRID></DONOR><DONOR><GRID>2</GRID><STATUS>DE</STATUS></DONOR>";
    const std::string diff = inventory(donors, R"(UPDATE_MODE="DIFF" SCHEMA_VERSION="2.3")");
    EXPECT_EQ(wmda_source(diff, "f").mode(), update_mode::differential);
    const auto changed = read(diff);
    ASSERT_EQ(changed.rows.size(), 2U);
    EXPECT_EQ(changed.rows[0].cells, (cells{{"id", "1"}, {"type", "adult"}, {"change", "upsert"}}));
    EXPECT_EQ(changed.rows[1].cells, (cells{{"id", "2"}, {"type", "adult"}, {"status", "DE"}, {"change", "deleted"}}));
    const auto listed = read(inventory(donors));
    ASSERT_EQ(listed.rows.size(), 2U);
    EXPECT_EQ(listed.rows[0].cells.count("change"), 0U);
    EXPECT_EQ(listed.rows[1].cells.at("change"), "deleted");
}

TEST(wmda_donors, inventories) {
    const std::string full = R"(<INVENTORY UPDATE_MODE="FULL" SCHEMA_VERSION="2.2" POOL=")";
    const auto found = read("<INVENTORIES>" + full + "1\"><DONOR><GRID>1</GRID></DONOR></INVENTORY><other><DONOR/></other>" + full +
                            "2\"><CBU><ID>2</ID></CBU><ADCU><ID>3</ID></ADCU></INVENTORY></INVENTORIES>");
    EXPECT_EQ(found.error, "");
    ASSERT_EQ(found.rows.size(), 2U);
    EXPECT_EQ(found.rows[0].cells.at("pool"), "1");
    EXPECT_EQ(found.rows[1].cells.at("pool"), "2");

    const wmda_source none("<INVENTORIES/>", "f");
    EXPECT_EQ(none.mode(), update_mode::differential);
    EXPECT_EQ(wmda_source(inventory("", R"(SCHEMA_VERSION="2.3")"), "f").mode(), update_mode::unstated);
    EXPECT_EQ(wmda_source(inventory(""), "f").mode(), update_mode::full);
    EXPECT_EQ(read("<i:INVENTORIES xmlns:i=\"urn:x\"><i:INVENTORY SCHEMA_VERSION=\"2.3\"><i:DONOR><i:GRID>1</i:GRID></i:DONOR></i:INVENTORY></i:INVENTORIES>")
                  .rows.size(), 1U);
}

TEST(wmda_donors, files_that_are_refused) {
    EXPECT_EQ(read("").error, "f:1: the file ends too early: no element found");
    EXPECT_EQ(read("<HTML/>").error, "f:1: 'HTML': the root is not INVENTORIES: not a WMDA inventory");
    EXPECT_EQ(read(inventory("", R"(SCHEMA_VERSION="2.4")")).error, "f:2: '2.4': SCHEMA_VERSION is not 2.2 or 2.3");
    EXPECT_EQ(read(inventory("", R"(UPDATE_MODE="FULL")")).error, "f:2: an INVENTORY without SCHEMA_VERSION");
    EXPECT_EQ(read(inventory("", R"(UPDATE_MODE="ALL" SCHEMA_VERSION="2.3")")).error, "f:2: 'ALL': UPDATE_MODE is neither FULL nor DIFF");
    EXPECT_EQ(read(inventory("") + "x").error, "f:2: not well-formed XML: junk after document element");
    const std::string two_modes = "<INVENTORIES><INVENTORY UPDATE_MODE=\"FULL\" SCHEMA_VERSION=\"2.3\"/>\n<INVENTORY UPDATE_MODE=\"DIFF\" SCHEMA_VERSION=\"2.3\"/></INVENTORIES>";
    EXPECT_EQ(read(two_modes).error, "f:2: inventories of different UPDATE_MODE in one file");
    const auto damaged = read(inventory("<DONOR><GRID>1</GRID></DONOR>\n<DONOR><GRID>2</ID></DONOR>"));
    EXPECT_EQ(damaged.rows.size(), 1U);
    EXPECT_EQ(damaged.error, "f:3: not well-formed XML: mismatched tag");
    EXPECT_EQ(read(inventory("<DONOR><GRID>\xFF</GRID></DONOR>")).error, "f:2: not well-formed XML: not well-formed (invalid token)");
}

TEST(wmda_donors, document_types_and_entities_are_refused) {
    std::string bomb = "<!DOCTYPE INVENTORIES [<!ENTITY a \"aaaaaaaaaa\">";
    for (char c = 'b'; c < 'k'; ++c) bomb += std::string("<!ENTITY ") + c + " \"&" + static_cast<char>(c - 1) + ";&" + static_cast<char>(c - 1) + ";\">";
    bomb += "]><INVENTORIES>&j;</INVENTORIES>";
    EXPECT_EQ(read(bomb).error, "f:1: a document type definition is not read");
    EXPECT_EQ(read("<!DOCTYPE INVENTORIES SYSTEM \"file:///etc/passwd\"><INVENTORIES/>").error, "f:1: a document type definition is not read");
    EXPECT_EQ(read(inventory("<DONOR><GRID>&x;</GRID></DONOR>")).error, "f:2: not well-formed XML: undefined entity");
}

TEST(wmda_donors, elements_of_the_wrong_kind) {
    EXPECT_EQ(donor("<GRID>1</GRID><GRID>1</GRID>").fault, "GRID is there twice");
    EXPECT_EQ(donor("<GRID>1</GRID><HLA/><HLA/>").fault, "HLA is there twice");
    EXPECT_EQ(donor("<GRID>1<b>2</b></GRID>").fault, "GRID is a text, found the element b");
    EXPECT_EQ(donor("<GRID>1</GRID>free").fault, "text outside of the fields: 'free'");
    EXPECT_EQ(donor("<GRID>1</GRID><UNKNOWN>x<GRID>2</GRID></UNKNOWN>").cells, (cells{{"id", "1"}, {"type", "adult"}, {"pool", "1234"}}));
}

TEST(wmda_donors, a_donor_that_is_too_long) {
    for (const std::string& filler : {std::string(3'000'000, 'x'), std::string(999, 'x')}) {
        for (const char* const element : {"ETHN", "UNKNOWN"}) {
            const std::string name(element);
            const auto found = read(inventory("<DONOR><GRID>1</GRID></DONOR>\n<DONOR><GRID>2</GRID><" + name + ">" + filler + "</" + name +
                                              "></DONOR>\n<DONOR><GRID>3</GRID></DONOR>"), {.max_record = 1000});
            EXPECT_EQ(found.error, "");
            ASSERT_EQ(found.rows.size(), 3U);
            EXPECT_EQ(found.rows[1].fault, "the donor is longer than 1000 bytes");
            EXPECT_EQ(found.rows[1].cells.count("grid"), 0U);
            EXPECT_EQ(found.rows[2].line, 4U);
            EXPECT_EQ(found.rows[2].fault, "");
            EXPECT_EQ(found.rows[2].cells.at("id"), "3");
        }
    }
}

TEST(wmda_donors, hostile_sizes) {
    std::string deep;
    for (int i = 0; i < 1'000'000; ++i) deep += "<a>";
    EXPECT_EQ(read(inventory(deep)).error, "f:2: elements are nested deeper than 64");
    const std::string comment = "<!--" + std::string(3'000'000, 'x') + "-->";
    EXPECT_EQ(read("<INVENTORIES>" + comment, {.max_record = 1 << 20}).error, "f:1: a tag or comment is longer than 1048576 bytes");
    EXPECT_EQ(read("<INVENTORIES a=\"" + std::string(3'000'000, 'x') + "\">", {.max_record = 1 << 20}).error,
              "f:1: a tag or comment is longer than 1048576 bytes");
}

TEST(wmda_donors, cut_at_every_byte) { EXPECT_EQ(testing::truncation_difference<wmda_source>(two_donors), ""); }

TEST(wmda_donors, files_equal_memory) {
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "<DONOR><GRID>" + std::to_string(i) + "</GRID></DONOR>\n";
    many = inventory(many);
    const scratch_folder folder;
    const auto expected = read(many);
    EXPECT_EQ(expected.error, "");
    ASSERT_EQ(expected.rows.size(), 20'000U);
    EXPECT_EQ(expected.rows.back().line, 20'001U);
    for (const auto& path : {folder.put("f.xml", many), folder.put("f.xml.gz", gzip(many)), folder.put("m.xml", "\xEF\xBB\xBF" + many)}) {
        const auto found = testing::read_rows([&] { return std::make_unique<wmda_source>(path); });
        EXPECT_EQ(found.error, "");
        EXPECT_EQ(found.rows, expected.rows);
    }
    const std::string packed = gzip(many);
    const auto cut = folder.put("cut.xml.gz", packed.substr(0, packed.size() - 20));
    EXPECT_TRUE(testing::read_rows([&] { return std::make_unique<wmda_source>(cut); }).error.ends_with("truncated gzip"));
}

}  // namespace
}  // namespace allomatch::io
