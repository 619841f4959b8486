// SPDX-License-Identifier: Apache-2.0
/// \file
/// Snapshots: a whole registry in one file that is opened by mapping it.
///
/// A file is a header, a table of sections and the sections, little-endian, each section at a multiple of 64 bytes. The
/// header names the format version, the nomenclature and the number of donors; the table gives name, place, size and
/// checksum (XXH3, by blocks of 1 MiB) of every section. Format versions from 1 up to `snapshot_version` are read.
#pragma once

#include <allomatch/registry/registry.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace allomatch {

/// The format version that `save_snapshot` writes.
inline constexpr std::uint32_t snapshot_version = 1;

/// What the header and the table of a snapshot say.
struct snapshot_info {
    struct section {
        std::string name;
        std::uint64_t bytes = 0;
        std::uint64_t checksum = 0;
    };
    std::string path;
    std::uint32_t version = 0;             ///< of the format
    std::string written_by;                ///< version of the library
    std::uint64_t bytes = 0;
    std::uint64_t donors = 0;
    std::string release;                   ///< of the nomenclature
    std::uint64_t release_fingerprint = 0; ///< see `nomenclature::fingerprint`
    std::uint64_t mac_fingerprint = 0;     ///< see `mac_table::fingerprint`; 0 when none was used
    null_policy nulls = null_policy::ignore_inside_ambiguity;
    registry_origin origin;                ///< which state of which store of donors it shows
    std::vector<section> sections;
};

/// Whether a file starts as snapshots do; false also for one that cannot be read.
[[nodiscard]] bool is_snapshot(const std::filesystem::path& path) noexcept;

/// Writes a registry. The file appears under its name only when it is complete and on the disk; until then, and after
/// any error, what was there before is there still. A killed process may leave a file `.allomatch-*.tmp` beside it.
/// \throws format_error when it cannot be written.
void save_snapshot(const registry& donors, const std::filesystem::path& path);

/// Opens a snapshot: the columns stay in the file, which must not be written to while it is open; replacing it by
/// `save_snapshot` is safe. The registry is as the one that was saved, whatever it is asked.
///
/// Verified before it returns: the header and the table; the checksum of every section; and every number in them that
/// is an index into something else, so that even a file made to deceive does not make a search read what is not there.
/// For that all of the file is read once: some milliseconds for 100,000 donors, below 0.1 s for ten million where the
/// file is in the memory of the system.
///
/// `names` null stands for the built-in starter, or for no nomenclature, as the file says. The MAC table is not needed.
/// \throws snapshot_error naming file, section and reason: not a snapshot, a newer format, cut off, damaged, or built
/// with another nomenclature than `names`.
[[nodiscard]] std::shared_ptr<const registry> open_snapshot(const std::filesystem::path& path,
                                                            nomenclature::pointer names = nullptr);

/// Header and table, verified; the sections are not read. \throws snapshot_error as `open_snapshot`.
[[nodiscard]] snapshot_info read_snapshot_info(const std::filesystem::path& path);

/// Verifies the checksum of every section; needs no nomenclature. \throws snapshot_error naming the first damaged one.
snapshot_info verify_snapshot(const std::filesystem::path& path);

}  // namespace allomatch
