// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <new>
#include <system_error>

namespace allomatch {

namespace {

constexpr std::size_t packed_size = std::size_t{64} << 10;

[[noreturn]] void fail(const std::string& place, std::string reason) {
    throw format_error(problem::with_input(place, std::move(reason)));
}

}  // namespace

std::string path_text(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

std::string file_stem(const std::filesystem::path& path) {
    std::filesystem::path last = path.filename();
    if (same_ignoring_case(path_text(last.extension()), ".gz")) last = last.stem();
    return path_text(last.stem());
}

struct byte_reader::state {
    std::string name;
    std::ifstream file;
    std::vector<char> ahead;  // bytes read from the file and not handed out yet
    std::size_t ahead_at = 0;
    bool packed = false;
    bool done = false;
    z_stream zip{};

    state() = default;
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() {
        if (packed) inflateEnd(&zip);
    }

    std::size_t read_raw(char* into, std::size_t count) {
        file.read(into, static_cast<std::streamsize>(count));
        if (file.bad()) fail(name, "cannot be read on: I/O error");
        return static_cast<std::size_t>(file.gcount());
    }

    std::size_t read_plain(std::span<char> into) {
        const std::size_t first = std::min(into.size(), ahead.size() - ahead_at);
        if (first > 0) std::memcpy(into.data(), ahead.data() + ahead_at, first);
        ahead_at += first;
        if (first == into.size()) return first;
        return first + read_raw(into.data() + first, into.size() - first);
    }

    bool refill() {
        ahead.resize(packed_size);
        ahead.resize(read_raw(ahead.data(), packed_size));
        zip.next_in = reinterpret_cast<Bytef*>(ahead.data());
        zip.avail_in = static_cast<uInt>(ahead.size());
        return !ahead.empty();
    }

    // After a member: another one, zero padding (tapes, tar) or the end.
    void start_next_member() {
        bool padding = false;
        while (zip.avail_in > 0 || refill()) {
            if (*zip.next_in != 0) {
                if (padding || *zip.next_in != 0x1F) fail(name, "corrupt gzip: bytes after its end");
                inflateReset(&zip);
                return;
            }
            padding = true;
            ++zip.next_in;
            --zip.avail_in;
        }
        done = true;
    }

    std::size_t read_packed(std::span<char> into) {
        std::size_t filled = 0;
        while (filled < into.size() && !done) {
            if (zip.avail_in == 0 && !refill()) fail(name, "truncated gzip");
            const std::size_t room = std::min<std::size_t>(into.size() - filled,
                                                           std::numeric_limits<uInt>::max());
            zip.next_out = reinterpret_cast<Bytef*>(into.data() + filled);
            zip.avail_out = static_cast<uInt>(room);
            const int code = inflate(&zip, Z_NO_FLUSH);
            filled += room - zip.avail_out;
            if (code == Z_STREAM_END) {
                start_next_member();
            } else if (code == Z_MEM_ERROR) {
                throw std::bad_alloc();
            } else if (code != Z_OK && code != Z_BUF_ERROR) {
                fail(name, "corrupt gzip");
            }
        }
        return filled;
    }
};

byte_reader::byte_reader(const std::filesystem::path& path) : state_(std::make_unique<state>()) {
    state& s = *state_;
    s.name = path_text(path);
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) fail(s.name, "is a folder, not a file");
    s.file.rdbuf()->pubsetbuf(nullptr, 0);
    errno = 0;
    s.file.open(path, std::ios::binary);
    if (!s.file) {
        fail(s.name, "cannot be opened: " + std::generic_category().message(errno != 0 ? errno : EIO));
    }
    s.ahead.resize(2);
    s.ahead.resize(s.read_raw(s.ahead.data(), 2));
    if (s.ahead.size() == 2 && s.ahead[0] == '\x1F' && s.ahead[1] == '\x8B') {
        if (inflateInit2(&s.zip, 15 + 16) != Z_OK) throw std::bad_alloc();
        s.packed = true;
        s.zip.next_in = reinterpret_cast<Bytef*>(s.ahead.data());
        s.zip.avail_in = 2;
    }
}

byte_reader::byte_reader(byte_reader&&) noexcept = default;
byte_reader& byte_reader::operator=(byte_reader&&) noexcept = default;
byte_reader::~byte_reader() = default;

std::size_t byte_reader::read(std::span<char> into) {
    return state_->packed ? state_->read_packed(into) : state_->read_plain(into);
}

const std::string& byte_reader::name() const noexcept { return state_->name; }

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
    byte_reader file(path);
    std::string content;
    std::size_t size = 0;
    constexpr std::size_t largest_step = std::size_t{64} << 20;
    for (std::size_t step = packed_size;; step = std::min(step * 2, largest_step)) {
        content.resize(size + step);
        const std::size_t got = file.read({content.data() + size, step});
        size += got;
        if (size > limit) fail(file.name(), "is larger than " + std::to_string(limit) + " bytes");
        if (got < step) break;
    }
    content.resize(size);
    return content;
}

bool delimited_lines::next() {
    while (!rest_.empty()) {
        const std::size_t end = rest_.find('\n');
        line_ = rest_.substr(0, end);
        rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
        ++number_;
        if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
        if (line_.empty() || line_.front() == '#') continue;
        cells_.clear();
        for (const std::string_view part : split(line_, separator_)) cells_.push_back(part);
        return true;
    }
    return false;
}

std::string_view delimited_lines::cell(std::size_t i) const {
    if (i >= cells_.size())
        fail(i, line_, "expected at least " + std::to_string(i + 1) + " columns, found " + std::to_string(cells_.size()));
    return cells_[i];
}

void delimited_lines::fail(std::size_t cell, std::string_view text, std::string reason) const {
    problem p;
    p.place = place_;
    p.row = number_;
    p.column = std::to_string(cell + 1);
    p.text = shown(text);
    p.reason = std::move(reason);
    throw format_error(std::move(p));
}

}  // namespace allomatch
