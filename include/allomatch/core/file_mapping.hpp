// SPDX-License-Identifier: Apache-2.0
/// \file
/// A file as memory.
#pragma once

#include <allomatch/core/error.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace allomatch {

/// The bytes of a regular file, read by the system when they are touched and shared by all processes that map it.
/// Replacing the file by a rename leaves the mapping as it was; who cuts a mapped file short ends the process.
/// Thread-safe.
class file_mapping {
public:
    /// The problem names the path when it is missing, a folder or cannot be read.
    [[nodiscard]] static result<std::shared_ptr<const file_mapping>> open(const std::filesystem::path& path);

    file_mapping(const file_mapping&) = delete;
    file_mapping& operator=(const file_mapping&) = delete;
    ~file_mapping();

    /// Starts at a page.
    [[nodiscard]] std::string_view bytes() const noexcept { return {static_cast<const char*>(data_), size_}; }

private:
    file_mapping() = default;
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace allomatch
