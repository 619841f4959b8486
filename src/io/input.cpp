// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>
#include <allomatch/core/error.hpp>
#include <allomatch/io/input.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

namespace allomatch::io {
namespace {

constexpr std::size_t window_size = std::size_t{256} << 10;
constexpr std::size_t packed_size = std::size_t{64} << 10;
constexpr std::string_view bom = "\xEF\xBB\xBF";

[[noreturn]] void fail(const std::string& name, std::string reason, std::uint64_t row = 0) {
    problem p;
    p.place = name;
    p.row = row;
    p.reason = std::move(reason);
    throw format_error(std::move(p));
}

}  // namespace

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

input_window::input_window(const std::filesystem::path& path)
    : file_(std::make_unique<byte_reader>(path)), name_(file_->name()) {}

input_window::input_window(std::string_view text, std::string name)
    : name_(std::move(name)), rest_(text), at_end_(true) {}

bool input_window::extend() {
    if (at_end_) return false;
    const std::size_t kept = rest_.size();
    if (kept == capacity_) {
        const std::size_t grown = std::max(window_size, capacity_ * 2);
        auto buffer = std::make_unique_for_overwrite<char[]>(grown);
        if (kept > 0) std::memcpy(buffer.get(), rest_.data(), kept);
        buffer_ = std::move(buffer);
        capacity_ = grown;
    } else if (kept > 0) {
        std::memmove(buffer_.get(), rest_.data(), kept);
    }
    rest_ = {buffer_.get(), kept};
    const std::size_t wanted = capacity_ - kept;
    const std::size_t got = file_->read({buffer_.get() + kept, wanted});
    at_end_ = got < wanted;
    rest_ = {buffer_.get(), kept + got};
    return got > 0;
}

void input_window::skip_bom() {
    while (rest_.size() < bom.size() && extend()) {
    }
    if (rest_.starts_with(bom)) rest_.remove_prefix(bom.size());
}

line_reader::line_reader(const std::filesystem::path& path, std::size_t max_line)
    : window_(path), max_line_(max_line) {
    window_.skip_bom();
}

line_reader::line_reader(std::string_view text, std::string name, std::size_t max_line)
    : window_(text, std::move(name)), max_line_(max_line) {
    window_.skip_bom();
}

bool line_reader::next(std::string_view& line) {
    std::size_t end = window_.rest().find('\n');
    while (end == std::string_view::npos && window_.rest().size() <= max_line_) {
        const std::size_t searched = window_.rest().size();
        if (!window_.extend()) break;
        end = window_.rest().find('\n', searched);
    }
    const std::string_view rest = window_.rest();
    if (rest.empty()) return false;
    line = rest.substr(0, end);
    ++number_;
    if (line.size() > max_line_) {
        fail(name(), "line longer than " + std::to_string(max_line_) + " bytes", number_);
    }
    window_.consume(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
}

std::string read_text(const std::filesystem::path& path, std::size_t limit) {
    byte_reader file(path);
    std::string text;
    std::size_t size = 0;
    for (std::size_t step = packed_size;; step = std::min(step * 2, std::size_t{64} << 20)) {
        text.resize(size + step);
        const std::size_t got = file.read({text.data() + size, step});
        size += got;
        if (size > limit) {
            fail(file.name(), "is larger than " + std::to_string(limit) + " bytes");
        }
        if (got < step) break;
    }
    text.resize(size);
    if (text.starts_with(bom)) text.erase(0, bom.size());
    return text;
}

}  // namespace allomatch::io
