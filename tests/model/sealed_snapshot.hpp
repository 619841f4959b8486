// SPDX-License-Identifier: Apache-2.0
// Damage behind right checksums: what only the checks of contents can find.
#pragma once

#include "registry/snapshot_layout.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace allomatch::model {

/// The bytes of a snapshot with all checksums made right, as far as its header and table can be followed.
inline std::string sealed(std::string bytes) {
    using namespace snapshot_layout;
    header head;
    if (bytes.size() < sizeof head) return bytes;
    std::memcpy(&head, bytes.data(), sizeof head);
    head.section_count = std::min<std::uint32_t>(head.section_count, static_cast<std::uint32_t>((bytes.size() - sizeof head) / sizeof(section)));
    for (std::size_t i = 0; i < head.section_count; ++i) {
        section s;
        char* const at = bytes.data() + sizeof head + i * sizeof s;
        std::memcpy(&s, at, sizeof s);
        if (s.offset > bytes.size() || s.size > bytes.size() - s.offset) continue;
        s.checksum = checksum_of(std::string_view(bytes).substr(s.offset, s.size));
        std::memcpy(at, &s, sizeof s);
    }
    std::memcpy(bytes.data(), &head, sizeof head);
    head.checksum = hash_of(std::string_view(bytes).substr(checked_from, sizeof head + head.section_count * sizeof(section) - checked_from));
    std::memcpy(bytes.data(), &head, sizeof head);
    return bytes;
}

}  // namespace allomatch::model
