// SPDX-License-Identifier: Apache-2.0
#include "snapshot_check.hpp"
#include "snapshot_file.hpp"
#include "snapshot_parts.hpp"

#include <allomatch/core/file.hpp>

#include <array>
#include <fstream>

namespace allomatch {

namespace {

nomenclature::pointer fitting(const snapshot_file& file, nomenclature::pointer names) {
    const std::uint64_t wanted = file.head().release_fingerprint;
    if (names == nullptr)
        names = nomenclature::names()->fingerprint() == wanted ? nomenclature::names() : nomenclature::builtin();
    if (names->fingerprint() == wanted) return names;
    const std::string release = shown(snapshot_layout::text_of(file.head().release));
    std::string reason = "was built with release " + release;
    if (names->version() != release)
        reason += ", not with " + names->version() + ": give that release (Nomenclature.load, --release)";
    else
        reason += ", but not with these tables of it, or by another version of allomatch: build the file again with "
                  "allomatch index build";
    file.refuse(std::move(reason));
}

}  // namespace

bool is_snapshot(const std::filesystem::path& path) noexcept {
    try {
        std::array<char, snapshot_layout::magic.size()> start{};
        std::error_code error;
        if (!std::filesystem::is_regular_file(path, error)) return false;
        std::ifstream(path, std::ios::binary).read(start.data(), start.size());
        return start == snapshot_layout::magic;
    } catch (const std::exception&) {
        return false;
    }
}

std::shared_ptr<const registry> open_snapshot(const std::filesystem::path& path, nomenclature::pointer names) {
    const snapshot_file file(path);
    names = fitting(file, std::move(names));
    file.verify();
    const snapshot_frame frame = checked_frame(file);
    check_contents(file, frame, *names);
    const auto opened = snapshot_parts::begin(file.head(), frame, std::move(names));
    snapshot_parts::each_array(*opened, borrow(file));
    snapshot_parts::complete(*opened);
    return opened;
}

snapshot_info read_snapshot_info(const std::filesystem::path& path) { return snapshot_file(path).info(); }

snapshot_info verify_snapshot(const std::filesystem::path& path) {
    const snapshot_file file(path);
    file.verify();
    return file.info();
}

}  // namespace allomatch
