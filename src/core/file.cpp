// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>

#include <fstream>

namespace allomatch {

std::string path_text(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

std::string read_file(const std::filesystem::path& path) {
    const auto refuse = [&path](std::string reason) {
        throw format_error(problem::with_input(path_text(path), std::move(reason)));
    };
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) refuse("is a folder, not a file");
    std::ifstream file(path, std::ios::binary);
    if (!file) refuse(std::filesystem::exists(path, error) ? "cannot be opened" : "no such file");
    file.seekg(0, std::ios::end);
    const auto size = file.tellg();
    if (size < 0) refuse("cannot be read");
    std::string content(static_cast<std::size_t>(size), '\0');
    file.seekg(0);
    file.read(content.data(), size);
    if (!file) refuse("cannot be read");
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
