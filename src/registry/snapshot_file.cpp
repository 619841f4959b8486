// SPDX-License-Identifier: Apache-2.0
#include "snapshot_file.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/core/parallel.hpp>

#include <atomic>
#include <bit>

namespace allomatch {

using namespace snapshot_layout;

static_assert(std::endian::native == std::endian::little, "snapshots are little-endian and read in place");

namespace {

constexpr std::string_view advice = "; copy the file again, or build it again with allomatch index build";

std::uint64_t table_end(const header& h) { return sizeof(header) + h.section_count * sizeof(section); }

std::string_view bytes_of(std::string_view file, const section& s) { return file.substr(s.offset, s.size); }

}  // namespace

void snapshot_file::refuse(std::string reason) const {
    throw snapshot_error(problem::with_input(place_, std::move(reason)));
}

void snapshot_file::fail(std::string reason) const { refuse(std::move(reason.append(advice))); }

void snapshot_file::fail(std::string_view section, std::string_view reason) const {
    fail("section " + shown(section) + ": " + std::string(reason));
}

snapshot_file::snapshot_file(const std::filesystem::path& path) : place_(path_text(path)) {
    auto mapping = file_mapping::open(path);
    if (!mapping) throw snapshot_error(std::move(mapping.error()));
    mapping_ = *std::move(mapping);
    check_header();
    check_table();
}

void snapshot_file::check_header() {
    const std::string_view file = mapping_->bytes();
    if (!file.starts_with(text_of(magic))) refuse("not a snapshot of allomatch: it does not start as one");
    if (file.size() < sizeof(header)) fail("cut off: it ends in the header");
    header_ = reinterpret_cast<const header*>(file.data());
    if (header_->byte_order == other_byte_order)
        refuse("written with the other byte order; this machine cannot read it");
    if (header_->byte_order != byte_order) fail("damaged: the byte order mark is wrong");
    if (header_->version == 0) fail("damaged: there is no format version 0");
    if (header_->version > snapshot_version)
        refuse("format version " + std::to_string(header_->version) + "; this program reads up to " +
                                    std::to_string(snapshot_version) +
                                    ": use a newer allomatch, or build the file again with allomatch index build");
    if (file.size() < table_end(*header_)) fail("cut off or damaged: it ends in the table of sections");
    if (hash_of(file.substr(checked_from, table_end(*header_) - checked_from)) != header_->checksum)
        fail("damaged: the checksum of the header is wrong");
    if (file.size() != header_->file_size)
        fail("has " + std::to_string(file.size()) + " bytes instead of " + std::to_string(header_->file_size));
    if (header_->nulls > 1 || header_->cluster_locus >= locus_count || header_->donors > 0xFFFF'FFFE)
        fail("damaged: the header holds a value that does not exist");
}

void snapshot_file::check_table() {
    const std::string_view file = mapping_->bytes();
    sections_ = {reinterpret_cast<const section*>(file.data() + sizeof(header)), header_->section_count};
    std::uint64_t end = table_end(*header_);
    // Sections follow each other in the order of the table with nothing between them but zeros.
    const auto only_zeros = [&](std::uint64_t from, std::uint64_t to) {
        return to <= file.size() && file.substr(from, to - from).find_first_not_of('\0') == std::string_view::npos;
    };
    for (const section& s : sections_) {
        const std::string name = shown(text_of(s.name));
        if (s.offset != aligned(end) || s.offset > file.size() || s.size > file.size() - s.offset)
            fail(name, "it lies where it cannot");
        if (!only_zeros(end, s.offset)) fail("damaged: there is something before section " + name);
        if (s.element_size == 0 || s.size % s.element_size != 0) fail(name, "a part of an element");
        if (!by_name_.emplace(text_of(s.name), &s).second) fail(name, "it is there twice");
        end = s.offset + s.size;
    }
    if (aligned(end) != file.size() || !only_zeros(end, file.size())) fail("damaged: there is something after the last section");
}

const section& snapshot_file::find(std::string_view name, std::size_t element_size) const {
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) fail(name, "it is not there");
    if (element_size != 0 && it->second->element_size != element_size)
        fail(name, "elements of " + std::to_string(it->second->element_size) + " bytes instead of " +
                       std::to_string(element_size));
    return *it->second;
}

packed_column snapshot_file::codes(std::string_view name) const {
    const section& s = find(name, 0);
    switch (s.element_size) {
        case 1: return packed_column(values<std::uint8_t>(s));
        case 2: return packed_column(values<std::uint16_t>(s));
        case 4: return packed_column(values<std::uint32_t>(s));
        default: fail(name, "codes are of 1, 2 or 4 bytes");
    }
}

void snapshot_file::verify() const {
    constexpr std::size_t sections_at_once = 2;
    std::atomic<std::size_t> damaged = sections_.size();
    const auto check = [&](std::size_t i) {
        const section& s = sections_[i];
        if (checksum_of(bytes_of(mapping_->bytes(), s)) == s.checksum) return;
        std::size_t first = damaged;
        while (i < first && !damaged.compare_exchange_weak(first, i)) {
        }
    };
    parallel_for_blocks(sections_.size(), sections_at_once, 0, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) check(i);
    });
    if (damaged != sections_.size())
        fail(text_of(sections_[damaged].name), "damaged, its checksum is wrong");
}

snapshot_info snapshot_file::info() const {
    const header& h = *header_;
    snapshot_info out{place_, h.version, shown(text_of(h.written_by)), h.file_size, h.donors,
                      shown(text_of(h.release)), h.release_fingerprint, h.mac_fingerprint,
                      static_cast<null_policy>(h.nulls), {h.origin_store, h.origin_version, h.origin_change}, {}};
    for (const section& s : sections_) out.sections.push_back({shown(text_of(s.name)), s.size, s.checksum});
    return out;
}

}  // namespace allomatch
