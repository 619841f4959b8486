// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/input.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace allomatch::io {
namespace {

constexpr std::size_t window_size = std::size_t{256} << 10;

}  // namespace

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
    while (rest_.size() < byte_order_mark.size() && extend()) {
    }
    rest_ = without_mark(rest_);
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
        problem p = problem::with_input(name(), "line longer than " + std::to_string(max_line_) + " bytes");
        p.row = number_;
        throw format_error(std::move(p));
    }
    window_.consume(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
}

}  // namespace allomatch::io
