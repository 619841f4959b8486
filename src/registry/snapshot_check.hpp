// SPDX-License-Identifier: Apache-2.0
// What must hold in a snapshot before it is used: whatever the bytes are, nothing reads outside of an array.
#pragma once

#include "snapshot_file.hpp"
#include "snapshot_parts.hpp"

#include <string_view>
#include <type_traits>

namespace allomatch {

/// A visitor that lets every array borrow its section.
[[nodiscard]] inline auto borrow(const snapshot_file& file) {
    return [&file](std::string_view name, auto& array) {
        using type = std::remove_reference_t<decltype(array)>;
        if constexpr (std::is_same_v<type, packed_column>)
            array = file.codes(name);
        else
            array = file.array<typename type::value_type>(name);
    };
}

/// \throws snapshot_error
[[nodiscard]] snapshot_frame checked_frame(const snapshot_file& file);
/// Everything but the frame. Reads all columns that hold codes, offsets or donors, once. \throws snapshot_error
void check_contents(const snapshot_file& file, const snapshot_frame& frame, const nomenclature& names);

}  // namespace allomatch
