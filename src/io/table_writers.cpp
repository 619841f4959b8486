// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>
#include <allomatch/core/error.hpp>
#include <allomatch/core/text.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/input.hpp>
#include <allomatch/core/output_file.hpp>
#include <allomatch/io/table_writers.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <utility>

namespace allomatch::io {
namespace {

constexpr std::size_t piece_size = std::size_t{1} << 20;

void append_integer(std::string& out, std::int64_t value) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

void append_quoted(std::string& out, std::string_view cell) {
    out += '"';
    for (const char c : cell) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

class csv_layout {
public:
    csv_layout(char delimiter, const table& rows) : delimiter_(delimiter) {
        for (const char c : {'"', '\r', '\n', delimiter}) special_[static_cast<unsigned char>(c)] = true;
        // A header of one name shows no delimiter, readers take it for a comma then.
        if (rows.columns.size() == 1) special_[','] = true;
    }

    void begin(std::string& out, const table& rows) const {
        for (std::size_t c = 0; c < rows.columns.size(); ++c) {
            if (c > 0) out += delimiter_;
            append_name(out, rows.columns[c].name);
        }
        if (!rows.columns.empty()) out += '\n';
    }

    void row(std::string& out, const table& rows, std::size_t at) const {
        const std::size_t start = out.size();
        for (std::size_t c = 0; c < rows.columns.size(); ++c) {
            if (c > 0) out += delimiter_;
            const column& col = rows.columns[c];
            if (!col.is_valid(at)) continue;
            std::visit([&](const auto& values) { append(out, values, at); }, col.values);
        }
        if (out.size() == start) out += "\"\"";  // a blank line would be skipped by readers
        out += '\n';
    }

    void end(std::string&, const table&) const {}

private:
    // Quoted also where a reader could take it for another delimiter, a comment or a byte-order mark.
    static void append_name(std::string& out, std::string_view name) {
        if (name.empty() || name.front() == '#' || name.front() == '\xEF' ||
            name.find_first_of(",;\t\"\r\n") != std::string_view::npos) {
            append_quoted(out, name);
        } else {
            out += name;
        }
    }

    void append(std::string& out, const column::strings& values, std::size_t at) const {
        const std::string& cell = values[at];
        const bool quote = std::any_of(cell.begin(), cell.end(), [this](char c) {
            return special_[static_cast<unsigned char>(c)];
        });
        if (quote) {
            append_quoted(out, cell);
        } else {
            out += cell;
        }
    }
    void append(std::string& out, const std::vector<std::int64_t>& values, std::size_t at) const {
        append_integer(out, values[at]);
    }
    void append(std::string& out, const std::vector<double>& values, std::size_t at) const {
        if (!std::isnan(values[at])) append_double(out, values[at]);
    }
    void append(std::string& out, const std::vector<bool>& values, std::size_t at) const {
        out += values[at] ? "true" : "false";
    }

    char delimiter_;
    std::array<bool, 256> special_{};
};

class json_layout {
public:
    explicit json_layout(bool lines) : lines_(lines) {}

    void begin(std::string& out, const table& rows) {
        for (const column& col : rows.columns) keys_.push_back(json_string(col.name) + ':');
        if (!lines_) out += '[';
    }

    void row(std::string& out, const table& rows, std::size_t at) const {
        if (!lines_) out += at == 0 ? "\n" : ",\n";
        out += '{';
        for (std::size_t c = 0; c < rows.columns.size(); ++c) {
            if (c > 0) out += ',';
            out += keys_[c];
            const column& col = rows.columns[c];
            if (!col.is_valid(at)) {
                out += "null";
                continue;
            }
            std::visit([&](const auto& values) { append(out, values, at); }, col.values);
        }
        out += '}';
        if (lines_) out += '\n';
    }

    void end(std::string& out, const table& rows) const {
        if (!lines_) out += rows.rows() == 0 ? "]\n" : "\n]\n";
    }

private:
    static void append(std::string& out, const column::strings& values, std::size_t at) {
        append_json_string(out, values[at]);
    }
    static void append(std::string& out, const std::vector<std::int64_t>& values, std::size_t at) {
        append_integer(out, values[at]);
    }
    static void append(std::string& out, const std::vector<double>& values, std::size_t at) {
        if (std::isfinite(values[at])) {
            append_double(out, values[at]);
        } else {
            out += "null";
        }
    }
    static void append(std::string& out, const std::vector<bool>& values, std::size_t at) {
        out += values[at] ? "true" : "false";
    }

    bool lines_;
    std::vector<std::string> keys_;
};

template <class Layout>
void write_all(const table& rows, Layout layout, const text_sink& sink) {
    const std::size_t count = rows.rows();
    assert(std::all_of(rows.columns.begin(), rows.columns.end(),
                       [count](const column& c) { return c.size() == count; }));
    std::string piece;
    layout.begin(piece, rows);
    for (std::size_t at = 0; at < count; ++at) {
        layout.row(piece, rows, at);
        if (piece.size() >= piece_size) {
            sink(piece);
            piece.clear();
        }
    }
    layout.end(piece, rows);
    if (!piece.empty()) sink(piece);
}

struct file_kind {
    table_format format;
    bool gzip;
};

file_kind kind_of(const std::filesystem::path& path) {
    std::string name = path_text(path.filename());
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return lower(c); });
    const bool gzip = name.ends_with(".gz");
    if (gzip) name.resize(name.size() - 3);
    constexpr std::pair<std::string_view, table_format> endings[] = {
        {".csv", table_format::csv},
        {".tsv", table_format::tsv},
        {".json", table_format::json},
        {".jsonl", table_format::json_lines},
    };
    for (const auto& [ending, format] : endings) {
        if (name.ends_with(ending)) return {format, gzip};
    }
    problem p;
    p.place = path_text(path);
    p.reason = name.ends_with(".parquet")
                   ? "Parquet is written from Python only and needs pyarrow; use .csv, .json or .jsonl"
                   : "the ending names no known format: use .csv, .tsv, .json or .jsonl (also with .gz)";
    throw format_error(std::move(p));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (byte == '"' || byte == '\\') {
            out += '\\';
            out += text.front();
        } else if (byte < 0x20 || byte == 0x7F) {
            switch (byte) {
                case '\n': out += "\\n"; break;
                case '\r': out += "\\r"; break;
                case '\t': out += "\\t"; break;
                default:
                    out += "\\u00";
                    out += digits[byte >> 4];
                    out += digits[byte & 15];
            }
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

std::string json_string(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    append_json_string(out, text);
    return out;
}

void append_double(std::string& out, double value) {
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                   std::chars_format::general, 17)
                         .ptr;
    out.append(text.data(), end);
}

void write_table(const table& rows, table_format format, const text_sink& sink) {
    switch (format) {
        case table_format::csv: return write_all(rows, csv_layout(',', rows), sink);
        case table_format::tsv: return write_all(rows, csv_layout('\t', rows), sink);
        case table_format::json: return write_all(rows, json_layout(false), sink);
        case table_format::json_lines: return write_all(rows, json_layout(true), sink);
    }
}

std::string to_text(const table& rows, table_format format) {
    std::string out;
    write_table(rows, format, [&out](std::string_view piece) { out += piece; });
    return out;
}

void write_table(const table& rows, const std::filesystem::path& path) {
    const auto [format, gzip] = kind_of(path);
    output_file file(path, gzip);
    write_table(rows, format, [&file](std::string_view piece) { file.write(piece); });
    file.commit();
}

}  // namespace allomatch::io
