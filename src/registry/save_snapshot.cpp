// SPDX-License-Identifier: Apache-2.0
#include "snapshot_layout.hpp"
#include "snapshot_parts.hpp"

#include <allomatch/core/output_file.hpp>
#include <allomatch/registry/snapshot.hpp>

#include <vector>

namespace allomatch {

using namespace snapshot_layout;

namespace {

class section_list {
public:
    template <class T>
    void operator()(std::string_view name, const stored_array<T>& array) {
        add(name, std::span(array));
    }
    void operator()(std::string_view name, const packed_column& column) {
        column.visit([&](auto codes) { add(name, codes); });
    }

    void write(header head, output_file& file) {
        head.section_count = static_cast<std::uint32_t>(table_.size());
        std::uint64_t end = sizeof(header) + table_.size() * sizeof(section);
        for (section& s : table_) {
            s.offset = aligned(end);
            end = s.offset + s.size;
        }
        head.file_size = aligned(end);
        std::string start(sizeof(header), '\0');
        start.append(reinterpret_cast<const char*>(table_.data()), table_.size() * sizeof(section));
        const auto put_header = [&] { start.replace(0, sizeof head, reinterpret_cast<const char*>(&head), sizeof head); };
        put_header();
        head.checksum = hash_of(std::string_view(start).substr(checked_from));
        put_header();

        std::uint64_t at = 0;
        const auto put = [&](std::string_view bytes) {
            file.write(bytes);
            at += bytes.size();
            file.write(std::string(aligned(at) - at, '\0'));
            at = aligned(at);
        };
        put(start);
        for (const std::string_view bytes : bytes_) put(bytes);
    }

private:
    template <class T>
    void add(std::string_view name, std::span<const T> values) {
        section s{};
        s.name = fixed<sizeof s.name>(name);
        s.size = values.size_bytes();
        s.element_size = sizeof(T);
        bytes_.emplace_back(reinterpret_cast<const char*>(values.data()), values.size_bytes());
        s.checksum = checksum_of(bytes_.back());
        table_.push_back(s);
    }
    std::vector<section> table_;
    std::vector<std::string_view> bytes_;
};

}  // namespace

void save_snapshot(const registry& donors, const std::filesystem::path& path) {
    output_file file(path);
    header head{};
    head.magic = magic;
    head.byte_order = byte_order;
    head.version = snapshot_version;
    head.donors = donors.size();
    head.release_fingerprint = donors.names()->fingerprint();
    head.mac_fingerprint = donors.mac_fingerprint();
    head.nulls = static_cast<std::uint8_t>(donors.nulls());
    head.cluster_locus = static_cast<std::uint8_t>(donors.cluster_locus());
    head.origin_store = donors.origin().store;
    head.origin_version = donors.origin().version;
    head.origin_change = donors.origin().change;
    head.release = fixed<sizeof head.release>(donors.names()->version());
    head.written_by = fixed<sizeof head.written_by>(ALLOMATCH_VERSION);
    const snapshot_frame frame = snapshot_parts::frame_of(donors);
    section_list sections;
    snapshot_frame::each_array(frame, sections);
    snapshot_parts::each_array(donors, sections);
    sections.write(head, file);
    file.commit();
}

}  // namespace allomatch
