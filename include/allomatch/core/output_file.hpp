// SPDX-License-Identifier: Apache-2.0
/// \file
/// Writing a file completely or not at all.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace allomatch {

/// A file that appears under its name only when it is complete: the bytes go to a temporary file in the
/// same folder, which `commit` renames. A symbolic link is followed, an existing file keeps its
/// permissions; a device or pipe (such as /dev/stdout) is written directly. Not thread-safe.
class output_file {
public:
    /// `gzip`: compress the bytes.
    /// \throws format_error naming the path when it is a folder or the file cannot be created.
    explicit output_file(const std::filesystem::path& path, bool gzip = false);
    output_file(output_file&&) noexcept;
    output_file& operator=(output_file&&) noexcept;
    /// Removes the temporary file unless `commit` was called.
    ~output_file();

    /// \throws format_error when the bytes cannot be written.
    void write(std::string_view bytes);
    /// Flushes the file to the disk, gives it its name, and flushes that too. Nothing may be written afterwards.
    /// \throws format_error; the temporary file is removed then.
    void commit();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace allomatch
