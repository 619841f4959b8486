// SPDX-License-Identifier: Apache-2.0
#include "fuzz/snapshot_body.hpp"
#include "model/same_registry.hpp"
#include "model/sealed_snapshot.hpp"
#include "model/small_pool.hpp"
#include "unit/io/scratch_folder.hpp"
#include "unit/search/pool.hpp"

#include <allomatch/nomenclature/release_tables.hpp>
#include <allomatch/registry/snapshot.hpp>

#include <gtest/gtest.h>

#include <cstring>


using namespace allomatch;
using namespace allomatch::model;
using namespace allomatch::testing;
using io::testing::bytes_of;
using io::testing::message_of;
using io::testing::scratch_folder;

namespace {

using enum locus;
namespace layout = snapshot_layout;

std::string small_bytes() {
    const scratch_folder folder;
    save_snapshot(*small_pool(), folder / "pool.amx");
    return bytes_of(folder / "pool.amx");
}

/// What opening these bytes says; "" when they open.
std::string refusal(std::string_view bytes, nomenclature::pointer names = nullptr) {
    const fuzz::file_in_memory file(bytes);
    return message_of<snapshot_error>([&] { (void)open_snapshot(file.path(), std::move(names)); });
}

::testing::AssertionResult says(const std::string& message, std::string_view part) {
    if (message.find(part) != std::string::npos) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "'" << message << "' does not say '" << part << "'";
}

template <class T>
void put(std::string& bytes, std::size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

layout::section& section_of(std::string& bytes, std::string_view name) {
    auto* head = reinterpret_cast<layout::header*>(bytes.data());
    auto* table = reinterpret_cast<layout::section*>(bytes.data() + sizeof(layout::header));
    for (std::size_t i = 0; i < head->section_count; ++i)
        if (layout::text_of(table[i].name) == name) return table[i];
    throw std::logic_error("no section " + std::string(name));
}

class saved_pool : public ::testing::TestWithParam<null_policy> {};

TEST_P(saved_pool, is_the_same_opened) {
    const auto pool = small_pool(GetParam());
    const scratch_folder folder;
    save_snapshot(*pool, folder / "pool.amx");
    EXPECT_EQ(folder.entries(), 1U);
    const auto opened = open_snapshot(folder / "pool.amx");
    EXPECT_EQ(difference(*pool, *opened), "");
    EXPECT_EQ(opened->names(), nomenclature::builtin());
    // Saved again, it is the same file.
    save_snapshot(*opened, folder / "again.amx");
    EXPECT_EQ(bytes_of(folder / "pool.amx"), bytes_of(folder / "again.amx"));
    EXPECT_EQ(bytes_of(folder / "pool.amx").size() % layout::alignment, 0U);
}
INSTANTIATE_TEST_SUITE_P(nulls, saved_pool, ::testing::Values(null_policy::ignore_inside_ambiguity, null_policy::consider));

TEST(snapshot, an_empty_registry) {
    registry_builder builder(nomenclature::names(), nullptr);
    builder.declare_fields({"sex", "branch", "birth_date"});
    const auto pool = builder.finish();
    const scratch_folder folder;
    save_snapshot(*pool, folder / "pool.amx");
    const auto opened = open_snapshot(folder / "pool.amx");
    EXPECT_EQ(difference(*pool, *opened), "");
    EXPECT_EQ(opened->names(), nomenclature::names());  // found by its fingerprint
    EXPECT_EQ(search(opened, make_patient({{A, {"01:01", ""}}}, {}, nomenclature::names()), {}).total, 0U);
}

TEST(snapshot, outlives_its_name_and_its_place) {
    const scratch_folder folder;
    const auto path = folder / "pool.amx";
    const auto pool = small_pool();
    save_snapshot(*pool, path);
    const auto opened = open_snapshot(path);
    save_snapshot(*make_pool({{"X", {{A, {"01:01", ""}}}}}), path);  // the next version
    EXPECT_EQ(difference(*pool, *opened), "");
    EXPECT_EQ(open_snapshot(path)->size(), 1U);
    std::filesystem::remove(path);
    EXPECT_EQ(difference(*pool, *opened), "");
}

TEST(snapshot, info_and_verify) {
    const scratch_folder folder;
    const auto path = folder / "pool.amx";
    const auto pool = small_pool();
    save_snapshot(*pool, path);
    for (const snapshot_info& info : {read_snapshot_info(path), verify_snapshot(path)}) {
        EXPECT_EQ(info.version, snapshot_version);
        EXPECT_EQ(info.donors, 5U);
        EXPECT_EQ(info.bytes, std::filesystem::file_size(path));
        EXPECT_EQ(info.release, nomenclature::builtin()->version());
        EXPECT_EQ(info.release_fingerprint, nomenclature::builtin()->fingerprint());
        EXPECT_EQ(info.mac_fingerprint, mac_table::from_text("ABC\t01/03/06\n")->fingerprint());
        EXPECT_EQ(info.nulls, null_policy::ignore_inside_ambiguity);
        EXPECT_EQ(info.origin, pool->origin());
        EXPECT_EQ(info.origin.version, 42U);
        EXPECT_GT(info.sections.size(), 50U);
        EXPECT_FALSE(info.written_by.empty());
    }
    EXPECT_TRUE(is_snapshot(path));
    EXPECT_FALSE(is_snapshot(folder.put("donors.csv", "id,A_1\n")));
    EXPECT_FALSE(is_snapshot(folder.put("empty", "")));
    EXPECT_FALSE(is_snapshot(folder / "none"));
    EXPECT_FALSE(is_snapshot(folder.path()));
}

TEST(snapshot, every_length_is_refused) {
    const std::string bytes = small_bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) ASSERT_NE(refusal(bytes.substr(0, size)), "") << size;
    EXPECT_EQ(refusal(bytes), "");
    EXPECT_NE(refusal(bytes + '\0'), "");
    EXPECT_NE(refusal(bytes + std::string(64, '\0')), "");
}

TEST(snapshot, every_changed_byte_is_refused) {
    const std::string bytes = small_bytes();
    for (std::size_t at = 0; at < bytes.size(); ++at)
        for (const unsigned flip : {1U, 0x80U, 0xFFU}) {
            std::string changed = bytes;
            changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
            ASSERT_NE(refusal(changed), "") << "byte " << at << " flip " << flip;
        }
}

// Behind right checksums a change is refused or gives another registry, which can be asked everything.
TEST(snapshot, no_changed_byte_reads_outside) {
    const std::string bytes = small_bytes();
    std::size_t opened = 0;
    for (std::size_t at = sizeof(layout::header); at < bytes.size(); at += 1) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (at % 2 == 0 ? 0x01U : 0xFFU));
        const fuzz::file_in_memory file(sealed(changed));
        try {
            fuzz::ask_everything(open_snapshot(file.path()));
            ++opened;
        } catch (const input_error&) {
        }
    }
    EXPECT_GT(opened, 100U);  // ids, texts, values ..
}

TEST(snapshot, says_what_is_wrong_with_a_file) {
    const scratch_folder folder;
    const auto message = [](const std::filesystem::path& path) { return message_of<snapshot_error>([&] { (void)open_snapshot(path); }); };
    EXPECT_TRUE(says(message(folder / "none.amx"), "none.amx: cannot be opened: No such file"));
    EXPECT_TRUE(says(message(folder.path()), "is a folder"));
    EXPECT_TRUE(says(message("/dev/null"), "not a regular file"));
    EXPECT_TRUE(says(message(folder.put("a.csv", "id,A_1,A_2\n")), "a.csv: not a snapshot"));
    EXPECT_TRUE(says(message(folder.put("b.amx", "")), "not a snapshot"));

    const std::string bytes = small_bytes();
    EXPECT_TRUE(says(refusal(bytes.substr(0, 100)), "cut off"));
    EXPECT_TRUE(says(refusal(bytes.substr(0, 1000)), "cut off"));
    EXPECT_TRUE(says(refusal(bytes.substr(0, bytes.size() - 64)), "bytes instead of"));
    std::string changed = bytes;
    put(changed, 12, std::uint32_t{snapshot_version + 1});
    EXPECT_TRUE(says(refusal(changed), "format version 2; this program reads up to 1: use a newer allomatch"));
    put(changed, 12, std::uint32_t{0});
    EXPECT_TRUE(says(refusal(changed), "no format version 0"));
    changed = bytes;
    put(changed, 8, layout::other_byte_order);
    EXPECT_TRUE(says(refusal(changed), "other byte order"));
    changed = bytes;
    changed[60] = static_cast<char>(changed[60] ^ 1);
    EXPECT_TRUE(says(refusal(changed), "checksum of the header"));
    changed = bytes;
    const std::size_t at = section_of(changed, "A.codes").offset;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_TRUE(says(refusal(changed), "section A.codes: damaged, its checksum is wrong"));
    EXPECT_TRUE(says(refusal(changed), "build it again with allomatch index build"));
    const fuzz::file_in_memory file(changed);
    EXPECT_TRUE(says(message_of<snapshot_error>([&] { verify_snapshot(file.path()); }), "section A.codes"));
    EXPECT_EQ(message_of<snapshot_error>([&] { (void)read_snapshot_info(file.path()); }), "");  // the header is good
}

TEST(snapshot, says_what_is_wrong_with_contents) {
    const auto changed_section = [](std::string_view name, std::size_t at, std::uint32_t value) {
        std::string bytes = small_bytes();
        const layout::section& s = section_of(bytes, name);
        if (s.element_size == 1)
            put(bytes, s.offset + at, static_cast<std::uint8_t>(value));
        else
            put(bytes, s.offset + at, value);
        return refusal(sealed(bytes));
    };
    EXPECT_TRUE(says(changed_section("A.codes", 2, 200), "section A.codes: a code is too large"));
    EXPECT_TRUE(says(changed_section("B.text_codes", 0, 99), "section B.text_codes: a code is too large"));
    EXPECT_TRUE(says(changed_section("A.classes", 0, 1'000'000), "section A.classes: the nomenclature has no such class"));
    EXPECT_TRUE(says(changed_section("A.kinds", 0, 4), "section A.kinds: a number is too large"));
    EXPECT_TRUE(says(changed_section("A.alternatives", 4, 77'777), "there is no such position"));
    EXPECT_TRUE(says(changed_section("A.begins", 4, 0), "section A.begins"));
    EXPECT_TRUE(says(changed_section("A.readings.ranges", 0, 50'000'000), "the nomenclature has no such alleles"));
    EXPECT_TRUE(says(changed_section("ids.ends", 4, 0xFFFF'FFFF), "section ids.ends: the ends do not fit"));
    EXPECT_TRUE(says(changed_section("places", 0, 5), "section places: a number is too large"));
    EXPECT_TRUE(says(changed_section("places", 0, 1), "section places: a donor is at two places"));
    EXPECT_TRUE(says(changed_section("cluster_begins", 0, 1), "section cluster_begins"));
    EXPECT_TRUE(says(changed_section("field1.codes", 0, 3), "section field1.codes: a code is too large"));
    EXPECT_TRUE(says(changed_section("field1.bytes", 0, 'X'), "section field1.bytes: other words than this program knows for sex"));
    EXPECT_TRUE(says(changed_section("field_kinds", 0, 4), "section field_kinds: a field is of another kind"));
    EXPECT_TRUE(says(changed_section("DPB1.antigens", 0, 1), "section DPB1.antigens: the nomenclature has no such antigen"));

    for (const char* slots : {"ids.slots", "A.texts.slots", "A.position_slots", "B.genotype_slots", "field4.slots"}) {
        std::string changed = small_bytes();
        section_of(changed, slots).element_size = 256;  // one slot of the wrong size
        EXPECT_TRUE(says(refusal(sealed(changed)), std::string(slots) + ": elements of 256 bytes instead of 4")) << slots;
    }

    std::string bytes = small_bytes();
    section_of(bytes, "places").name[0] = 'q';
    EXPECT_TRUE(says(refusal(sealed(bytes)), "section places: it is not there"));
    bytes = small_bytes();
    section_of(bytes, "places").element_size = 2;
    EXPECT_TRUE(says(refusal(sealed(bytes)), "elements of 2 bytes instead of 4"));
    bytes = small_bytes();
    section_of(bytes, "places").offset += 64;
    EXPECT_TRUE(says(refusal(sealed(bytes)), "section places: it lies where it cannot"));
}

// Columns that are checked block by block, in parallel.
TEST(snapshot, large_sections) {
    registry_builder builder(nomenclature::builtin(), nullptr);
    registry_builder::donor_texts donor;
    donor.typings[index(A)] = "A*01:01+A*02:01";
    for (int i = 0; i < 600'000; ++i) {
        const std::string id = std::to_string(i);
        donor.id = id;
        ASSERT_TRUE(builder.add(donor).empty());
    }
    const scratch_folder folder;
    const auto path = folder / "pool.amx";
    save_snapshot(*builder.finish(), path);
    EXPECT_EQ(open_snapshot(path)->find("599999"), 599'999U);
    const std::string bytes = bytes_of(path);
    const auto changed = [&](std::string_view name, std::size_t at, char value) {
        std::string copy = bytes;
        copy[section_of(copy, name).offset + at] = value;
        return copy;
    };
    for (const std::size_t at : {1'200'003U, 2'399'999U})
        for (const auto& [name, reason] : {std::pair{"ids.ends", "the ends do not fit"}, {"places", "a number is too large"}}) {
            const std::string damaged = changed(name, at, '\x7F');
            EXPECT_TRUE(says(refusal(damaged), std::string(name) + ": damaged, its checksum is wrong"));
            EXPECT_TRUE(says(refusal(sealed(damaged)), std::string(name) + ": " + reason));
        }
    // An index that leads nowhere finds nobody.
    const fuzz::file_in_memory file(sealed(changed("ids.slots", 0, '\x01')));
    const auto lost = open_snapshot(file.path());
    std::size_t found = 0;
    for (donor_index d = 0; d < lost->size(); ++d) found += lost->find(lost->id(d)) == d ? 1 : 0;
    EXPECT_GE(found, lost->size() - 1);
}

TEST(snapshot, wants_its_nomenclature) {
    const std::string bytes = small_bytes();
    const std::string message = refusal(bytes, nomenclature::names());
    EXPECT_TRUE(says(message, "was built with release " + nomenclature::builtin()->version() + ", not with names: give that release"));
    EXPECT_EQ(refusal(bytes, nomenclature::builtin()), "");
    const auto twin = std::make_shared<const nomenclature>(read_starter());  // another object, the same content
    EXPECT_EQ(refusal(bytes, twin), "");
    release_tables tables = read_starter();
    std::swap(tables.p_groups[0].members[0], tables.p_groups[1].members[0]);
    const auto changed = std::make_shared<const nomenclature>(tables);
    EXPECT_NE(changed->fingerprint(), twin->fingerprint());
    EXPECT_TRUE(says(refusal(bytes, changed), "but not with these tables of it"));
}

TEST(nomenclature, has_only_its_own_ids) {
    for (const auto& names : {nomenclature::builtin(), nomenclature::names()}) {
        const typing_context context{names.get(), nullptr, gene_set(A), column_kind::dna};
        const auto read = read_position(context, "A*02:01");
        const auto range = read->alleles.ranges()[0];
        EXPECT_TRUE(names->has_alleles(A, range.begin, range.end));
        EXPECT_FALSE(names->has_alleles(B, range.begin, range.end));
        EXPECT_FALSE(names->has_alleles(A, range.begin, range.begin));
        EXPECT_FALSE(names->has_alleles(A, range.end, range.begin));
        EXPECT_FALSE(names->has_alleles(A, range.begin, 0xFFFF'FFFF));
        EXPECT_FALSE(names->has_alleles(A, 0xFFFF'FFFE, 0xFFFF'FFFF));
        EXPECT_TRUE(names->has_class(A, names->class_of(range.begin)));
        EXPECT_FALSE(names->has_class(DPB1, names->class_of(range.begin)));
        EXPECT_FALSE(names->has_class(A, no_class));
    }
}

TEST(snapshot, a_failed_save_loses_nothing) {
    const scratch_folder folder;
    const auto path = folder / "pool.amx";
    save_snapshot(*small_pool(), path);
    const std::string before = bytes_of(path);
    EXPECT_THROW(save_snapshot(*small_pool(), "/dev/full"), format_error);
    EXPECT_THROW(save_snapshot(*small_pool(), folder / "none" / "pool.amx"), format_error);
    EXPECT_THROW(save_snapshot(*small_pool(), folder.path()), format_error);
    EXPECT_EQ(bytes_of(path), before);
    EXPECT_EQ(folder.entries(), 1U);
}

// Files of earlier formats stay readable. See tests/data/README.md.
TEST(snapshot, format_version_1) {
    const std::filesystem::path data = std::filesystem::path(ALLOMATCH_TESTS_DIR) / "data";
    const auto opened = open_snapshot(data / "snapshot_v1_builtin.amx");
    EXPECT_EQ(read_snapshot_info(data / "snapshot_v1_builtin.amx").version, 1U);
    EXPECT_EQ(difference(*small_pool(), *opened), "");
    const auto names_only = open_snapshot(data / "snapshot_v1_names.amx");
    EXPECT_EQ(names_only->names(), nomenclature::names());
    ASSERT_EQ(names_only->size(), 3U);
    EXPECT_EQ(names_only->typing_text(A, 1), pair_text("24:09N", "02:01"));
    EXPECT_EQ(names_only->field("sex")->text(2), "F");
    const auto who = make_patient({{A, {"01:01", "02:01"}}}, {}, nomenclature::names());
    EXPECT_EQ(ids(search(names_only, who, {.loci = {A}, .max_mismatches = 0, .on = 20'000})), "D1");
}

}  // namespace
