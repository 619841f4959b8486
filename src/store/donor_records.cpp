// SPDX-License-Identifier: Apache-2.0
#include "donor_records.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/text.hpp>
#include <allomatch/io/table_writers.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace allomatch {

namespace {

/// Columns that the store itself lays over records.
constexpr std::array<std::string_view, 6> life_columns{"status",         "status_until", "reserved_for",
                                                       "reserved_until", "donations",    "abroad_donations"};

/// Takes the members of a flat JSON object of texts.
class cell_reader final : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit cell_reader(record_cells& out) : out_(out) {}
    bool key(string_t& name) override {
        out_.emplace_back(std::move(name), std::string());
        return true;
    }
    bool string(string_t& value) override {
        if (out_.empty()) return false;
        out_.back().second = std::move(value);
        return true;
    }
    bool null() override { return false; }
    bool boolean(bool) override { return false; }
    bool number_integer(number_integer_t) override { return false; }
    bool number_unsigned(number_unsigned_t) override { return false; }
    bool number_float(number_float_t, const string_t&) override { return false; }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return depth_++ == 0; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return false; }
    bool end_array() override { return false; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

private:
    record_cells& out_;
    int depth_ = 0;
};

}  // namespace

record_writer::record_writer(const std::vector<std::string>& columns) {
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (!columns[i].empty() && columns[i] != "id") keys_.push_back({columns[i], i});
    std::ranges::sort(keys_, {}, &key::text);
    for (key& k : keys_) k.text = io::json_string(k.text) + ':';
}

const std::string& record_writer::write(const row_view& row) {
    record_ = "{";
    for (const key& k : keys_) {
        const std::string_view cell = trim(row.cells[k.cell]);
        if (cell.empty()) continue;
        if (record_.size() > 1) record_ += ',';
        record_ += k.text;
        io::append_json_string(record_, cell);
    }
    record_ += '}';
    return record_;
}

record_cells cells_of(std::string_view record) {
    record_cells cells;
    if (record.empty()) return cells;
    cell_reader reader(cells);
    if (!nlohmann::json::sax_parse(record.begin(), record.end(), &reader))
        throw store_error(problem::with_value("record", record, "is not an object of texts"));
    return cells;
}

std::vector<std::string> known_columns(sqlite::database& in, std::vector<std::string> columns) {
    sqlite::statement add(in, "INSERT INTO columns(name) VALUES(?) ON CONFLICT(name) DO NOTHING");
    sqlite::statement find(in, "SELECT name FROM columns WHERE name = ?");
    for (std::string& column : columns) {
        if (column.empty() || column == "id") continue;
        add.with(column).run();
        find.with(column).step();
        column = find.text(0);
        find.reset();
    }
    return columns;
}

std::string_view cell_of(const record_cells& cells, std::string_view column) noexcept {
    const auto it = std::ranges::find(cells, column, &record_cells::value_type::first);
    return it == cells.end() ? std::string_view{} : std::string_view(it->second);
}

std::uint32_t count_of(std::string_view cell) noexcept {
    float value = 0;
    const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    return code == std::errc() && value > 0 && value < 1e6F ? static_cast<std::uint32_t>(value) : 0;
}

record_cells overlaid(record_cells record, std::string_view life) {
    if (life.empty()) return record;
    const record_cells over = cells_of(life);
    const auto set = [&](std::string_view column) {
        const std::string_view value = cell_of(over, column);
        const auto it = std::ranges::find(record, column, &record_cells::value_type::first);
        if (it == record.end()) {
            if (!value.empty()) record.emplace_back(column, value);
        } else if (value.empty()) {
            record.erase(it);
        } else {
            it->second = value;
        }
    };
    const std::string_view said = cell_of(record, "status");
    const bool ends = !cell_of(over, "status_until").empty();
    // A donor whom a file retires is retired, whatever the registry said before.
    if (!cell_of(over, "status").empty() && said != "DE" && (!ends || said.empty() || said == "AV" || said == "RS")) {
        set("status");
        set("status_until");
    }
    // Dates compare as texts do; a reservation without a last day ends after all others.
    const std::string_view last_day = cell_of(record, "reserved_until");
    const bool record_is_later = !cell_of(record, "reserved_for").empty() && (last_day.empty() || last_day > cell_of(over, "reserved_until"));
    if (!cell_of(over, "reserved_for").empty() && !record_is_later) {
        set("reserved_for");
        set("reserved_until");
    }
    for (const std::string_view count : {"donations", "abroad_donations"})
        if (count_of(cell_of(record, count)) < count_of(cell_of(over, count))) set(count);
    return record;
}

record_source::record_source(sqlite::database& in, sqlite::statement& rows) : name_(in.name()), rows_(rows) {
    columns_ = {"id", "A"};  // a registry without typings has a typing column too
    sqlite::statement all(in, "SELECT name FROM columns ORDER BY name");
    while (all.step()) columns_.emplace_back(all.text(0));
    for (const std::string_view life : life_columns) columns_.emplace_back(life);
    std::sort(columns_.begin() + 1, columns_.end());
    columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
    cells_.resize(columns_.size());
}

bool record_source::next(row_view& row) {
    if (!rows_.step()) return false;
    kept_ = overlaid(cells_of(rows_.text(1)), rows_.text(2));
    std::fill(cells_.begin(), cells_.end(), std::string_view{});
    cells_[0] = rows_.text(0);
    for (const auto& [name, value] : kept_) {
        const auto column = std::lower_bound(columns_.begin() + 1, columns_.end(), name);
        if (column != columns_.end() && *column == name) cells_[static_cast<std::size_t>(column - columns_.begin())] = value;
    }
    row.number = ++number_;
    row.cells = cells_;
    row.fault = {};
    return true;
}

}  // namespace allomatch
