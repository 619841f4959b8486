// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/error.hpp>
#include <allomatch/core/file.hpp>
#include <allomatch/core/output_file.hpp>

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

namespace allomatch {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t packed_size = std::size_t{64} << 10;

std::FILE* open_for_writing(const fs::path& path, bool fresh) {
    errno = 0;
#ifdef _WIN32
    return _wfopen(path.c_str(), fresh ? L"wbx" : L"wb");
#else
    return std::fopen(path.c_str(), fresh ? "wbx" : "wb");
#endif
}

bool flush_to_disk(std::FILE* file) {
    if (std::fflush(file) != 0) return false;
#ifndef _WIN32
    // Some file systems cannot sync; the data is with the system by now.
    if (fsync(fileno(file)) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS) return false;
#endif
    return true;
}

/// So that a rename in it outlives a power failure; where a folder cannot be synced there is nothing to be done.
void flush_folder(const fs::path& folder) {
#ifndef _WIN32
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return;
    fsync(handle);
    ::close(handle);
#endif
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

std::string random_name() {
    constexpr char digits[] = "0123456789abcdef";
    std::random_device source;
    std::string name = ".allomatch-";
    for (int i = 0; i < 16; ++i) name += digits[source() & 15U];
    return name + ".tmp";
}

}  // namespace

struct output_file::state {
    fs::path wanted;     // as the caller named it
    fs::path target;     // with symbolic links followed
    fs::path temporary;  // empty when written directly
    std::FILE* file = nullptr;
    bool gzip = false;
    z_stream zip{};

    state() = default;
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() {
        if (gzip) deflateEnd(&zip);
        if (file != nullptr) std::fclose(file);
        remove_temporary();
    }

    [[noreturn]] void fail(const std::string& what, int code) const {
        problem p;
        p.place = path_text(wanted);
        p.reason = what;
        if (code != 0) p.reason += ": " + std::generic_category().message(code);
        throw format_error(std::move(p));
    }

    void remove_temporary() noexcept {
        if (temporary.empty()) return;
        std::error_code ignored;
        fs::remove(temporary, ignored);
        temporary.clear();
    }

    void open() {
        std::error_code error;
        const fs::file_status status = fs::status(wanted, error);
        target = wanted;
        if (fs::is_directory(status)) fail("is a folder, not a file", 0);
        if (fs::exists(status) && !fs::is_regular_file(status)) {
            file = open_for_writing(wanted, false);
            if (file == nullptr) fail("cannot be written", errno);
            return;
        }
        if (fs::exists(status)) {
            target = fs::canonical(wanted, error);
            if (error) target = wanted;
        }
        const fs::path folder = folder_of(target);
        for (int attempt = 0; attempt < 8 && file == nullptr; ++attempt) {
            const fs::path name = folder / random_name();
            file = open_for_writing(name, true);
            if (file != nullptr) {
                temporary = name;
            } else if (errno != EEXIST) {
                break;
            }
        }
        if (file == nullptr) fail("cannot be written", errno);
        if (fs::exists(status)) fs::permissions(temporary, status.permissions(), error);
    }

    void write_raw(const void* bytes, std::size_t count) {
        if (count == 0) return;
        errno = 0;
        if (std::fwrite(bytes, 1, count, file) != count) fail("cannot be written", errno);
    }

    void write_packed(std::string_view bytes, int flush) {
        std::vector<Bytef> packed(packed_size);
        do {
            const std::size_t step =
                std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
            zip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
            zip.avail_in = static_cast<uInt>(step);
            bytes.remove_prefix(step);
            do {
                zip.next_out = packed.data();
                zip.avail_out = static_cast<uInt>(packed.size());
                deflate(&zip, bytes.empty() ? flush : Z_NO_FLUSH);
                write_raw(packed.data(), packed.size() - zip.avail_out);
            } while (zip.avail_out == 0);
        } while (!bytes.empty());
    }

    void commit() {
        if (gzip) write_packed({}, Z_FINISH);
        errno = 0;
        const bool flushed = temporary.empty() ? std::fflush(file) == 0 : flush_to_disk(file);
        const int flush_error = errno;
        const bool closed = std::fclose(std::exchange(file, nullptr)) == 0;
        const int close_error = errno;
        if (!flushed || !closed) {
            remove_temporary();
            fail("cannot be written", flushed ? close_error : flush_error);
        }
        if (temporary.empty()) return;
        std::error_code error;
        fs::rename(temporary, target, error);
        if (error) {
            remove_temporary();
            fail("cannot be written", error.value());
        }
        temporary.clear();
        flush_folder(folder_of(target));
    }
};

output_file::output_file(const fs::path& path, bool gzip) : state_(std::make_unique<state>()) {
    state_->wanted = path;
    state_->open();
    if (gzip) {
        if (deflateInit2(&state_->zip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc();
        }
        state_->gzip = true;
    }
}

output_file::output_file(output_file&&) noexcept = default;
output_file& output_file::operator=(output_file&&) noexcept = default;
output_file::~output_file() = default;

void output_file::write(std::string_view bytes) {
    if (bytes.empty()) return;
    if (state_->gzip) {
        state_->write_packed(bytes, Z_NO_FLUSH);
    } else {
        state_->write_raw(bytes.data(), bytes.size());
    }
}

void output_file::commit() { state_->commit(); }

}  // namespace allomatch
