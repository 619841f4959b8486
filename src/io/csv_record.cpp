// SPDX-License-Identifier: Apache-2.0
#include "csv_record.hpp"

#include "byte_scan.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace allomatch::io {
namespace {

const char* find_byte(const char* from, const char* to, char byte) {
    if (from == to) return nullptr;
    return static_cast<const char*>(std::memchr(from, byte, static_cast<std::size_t>(to - from)));
}

}  // namespace

std::optional<char> find_delimiter(std::string_view text, bool last) {
    constexpr std::string_view delimiters = ",;\t";
    std::array<std::size_t, delimiters.size()> counts{};
    bool quoted = false;
    bool cell_start = true;
    bool ended = last;
    for (const char c : text) {
        if (quoted) {
            quoted = c != '"';  // a doubled quote closes and opens again
            continue;
        }
        if (c == '\n') {
            ended = true;
            break;
        }
        // Right after a closing quote cell_start still holds, so the second of two quotes reopens.
        if (c == '"' && cell_start) {
            quoted = true;
            continue;
        }
        const std::size_t which = delimiters.find(c);
        cell_start = which != std::string_view::npos;
        if (cell_start) ++counts[which];
    }
    if (!ended) return std::nullopt;
    const auto most = std::max_element(counts.begin(), counts.end());
    return delimiters[static_cast<std::size_t>(most - counts.begin())];
}

csv_record::outcome csv_record::split(std::string_view text, bool last) {
    found_ = 0;
    surplus_ = false;
    stray_ = false;
    const char* const begin = text.data();
    const char* const newline = find_byte(begin, begin + text.size(), '\n');
    if (newline == nullptr && !last) return outcome::incomplete;
    const char* const end = newline != nullptr ? newline : begin + text.size();
    const std::string_view line{begin, static_cast<std::size_t>(end - begin)};
    if (!split_plain(line, text.size())) return split_quoted(text, last);
    length_ = line.size() + (newline != nullptr ? 1 : 0);
    lines_ = 1;
    for (std::size_t i = found_; i < cells_.size(); ++i) cells_[i] = {};
    return outcome::complete;
}

// Returns false when the line holds a quote. `readable` bytes may be loaded from where it starts.
bool csv_record::split_plain(std::string_view line, std::size_t readable) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::uint64_t delimiters = pattern_of(delimiter_);
    constexpr std::uint64_t quotes = pattern_of('"');
    std::uint64_t zero = 0;
    std::uint64_t high = 0;
    const char* const begin = line.data();
    const char* cell = begin;
    for (std::size_t at = 0; at < line.size(); at += 8) {
        const std::size_t left = line.size() - at;
        std::uint64_t word = 0;
        if (left >= 8) {
            word = load_word(begin + at);
        } else if (readable - at >= 8) {
            const std::uint64_t inside = (std::uint64_t{1} << (8 * left)) - 1;
            word = (load_word(begin + at) & inside) | (every_byte * ' ' & ~inside);
        } else {
            word = load_tail(begin + at, left);
        }
        if (equal_bytes(word, quotes) != 0) return false;
        zero |= zero_bytes(word);
        high |= word;
        for (std::uint64_t marks = equal_bytes(word, delimiters); marks != 0; marks &= marks - 1) {
            const char* const found = begin + at + first_marked(marks);
            push(cell, found);
            cell = found + 1;
        }
    }
    push(cell, begin + line.size());
    has_zero_ = zero != 0;
    has_non_ascii_ = (high & high_bits) != 0;
    return true;
}

csv_record::outcome csv_record::split_quoted(std::string_view text, bool last) {
    found_ = 0;
    surplus_ = false;
    escaped_.clear();
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char* at = begin;
    outcome result = outcome::complete;
    for (bool more = true; more;) {
        const char* from = at;
        const char* to = nullptr;
        if (at != end && *at == '"') {
            from = at + 1;
            bool doubled = false;
            for (at = from; to == nullptr; at += 2) {
                const char* const quote = find_byte(at, end, '"');
                if ((quote == nullptr || quote + 1 == end) && !last) return outcome::incomplete;
                if (quote == nullptr) {
                    result = outcome::open_quote;
                    to = end;
                    break;
                }
                at = quote;
                if (quote + 1 != end && quote[1] == '"') {
                    doubled = true;
                } else {
                    to = quote;
                    break;
                }
            }
            at = result == outcome::open_quote ? end : to + 1;
            if (doubled && found_ < cells_.size()) escaped_.push_back(found_);
        }
        const char* const tail = at;
        while (at != end && *at != delimiter_ && *at != '\n') ++at;
        if (at == end && !last) return outcome::incomplete;
        more = at != end && *at == delimiter_;
        const char* const tail_end = !more && at != tail && at[-1] == '\r' ? at - 1 : at;
        if (to == nullptr) {
            to = tail_end;
        } else if (tail != tail_end) {
            stray_ = true;
        }
        push(from, to);
        if (at != end) ++at;
    }
    length_ = static_cast<std::size_t>(at - begin);
    const std::string_view record = text.substr(0, length_);
    lines_ = static_cast<std::uint64_t>(std::count(record.begin(), record.end(), '\n'));
    if (lines_ == 0 || !record.ends_with('\n')) ++lines_;
    const byte_kinds kinds = kinds_of(record);
    has_zero_ = kinds.zero;
    has_non_ascii_ = kinds.non_ascii;
    for (std::size_t i = found_; i < cells_.size(); ++i) cells_[i] = {};
    unescape();
    return result;
}

void csv_record::unescape() {
    std::size_t room = 0;
    for (const std::size_t i : escaped_) room += cells_[i].size();
    unescaped_.clear();
    unescaped_.reserve(room);
    for (const std::size_t i : escaped_) {
        const std::size_t start = unescaped_.size();
        std::string_view raw = cells_[i];
        for (std::size_t pair = raw.find("\"\""); pair != std::string_view::npos;
             pair = raw.find("\"\"")) {
            unescaped_ += raw.substr(0, pair + 1);
            raw.remove_prefix(pair + 2);
        }
        unescaped_ += raw;
        cells_[i] = std::string_view{unescaped_}.substr(start);
    }
}

void csv_record::clear_cells() { std::fill(cells_.begin(), cells_.end(), std::string_view{}); }

}  // namespace allomatch::io
