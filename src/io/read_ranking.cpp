// SPDX-License-Identifier: Apache-2.0
#include "toml_depth.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/read_ranking.hpp>
#include <allomatch/registry/field.hpp>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <sstream>
#include <type_traits>

#include "tomlplusplus.hpp"

namespace allomatch::io {

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;
constexpr std::size_t deepest = 32;

std::string words_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (node.is_array()) return "[..]";
    if (node.is_table()) return "{..}";
    std::ostringstream words;
    node.visit([&](const auto& value) {
        if constexpr (requires { words << value.get(); }) words << std::boolalpha << value.get();
    });
    return words.str();
}

class ranking_reader {
public:
    ranking_reader(std::string_view text, std::string_view place) : text_(without_mark(text)), place_(place) {}

    named_ranking read() const {
        if (text_.size() > largest_file)
            fail(0, {}, {}, "is larger than " + std::to_string(largest_file) + " bytes");
        const toml::table file = parse();
        check_keys(file, {"name", "preset", "criteria"}, "no such key; there are name, preset and criteria");
        named_ranking read;
        read.name = text_at(file, "name", "the name is a text").value_or("");
        if (const toml::node* criteria = file.get("criteria")) {
            for (const toml::node& one : list(*criteria, "criteria", "criteria are a list of names and tables"))
                read.order.criteria.push_back(criterion_of(one));
        }
        if (const auto preset = text_at(file, "preset", "the preset is a text")) {
            ranking rest = placed(*file.get("preset"), [&] { return ranking::preset(*preset); });
            std::move(rest.criteria.begin(), rest.criteria.end(), std::back_inserter(read.order.criteria));
        }
        if (read.order.criteria.empty()) fail(0, "criteria", {}, "no list of criteria");
        return read;
    }

private:
    [[noreturn]] void fail(std::uint64_t line, std::string_view column, std::string_view text, std::string reason) const {
        problem p = problem::with_value(column, text, std::move(reason));
        p.place = place_;
        p.row = line;
        throw format_error(std::move(p));
    }
    [[noreturn]] void fail(const toml::node& node, std::string_view key, std::string reason) const {
        fail(node.source().begin.line, key, words_of(node), std::move(reason));
    }
    /// What `job` returns; what it throws has the line of `node`.
    template <class Job>
    std::invoke_result_t<Job> placed(const toml::node& node, Job job) const {
        try {
            return job();
        } catch (const format_error& error) {
            problem p = error.details();
            p.place = place_;
            p.row = node.source().begin.line;
            throw format_error(std::move(p));
        }
    }

    [[nodiscard]] std::uint64_t line_of(std::size_t byte) const {
        const std::string_view before = text_.substr(0, byte);
        return 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    }
    toml::table parse() const {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t length = utf8_length(text_.substr(at));
            if (length == 0) fail(line_of(at), {}, text_.substr(at, 1), "damaged TOML: not UTF-8");
            at += length;
        }
        const std::size_t deep = find_deep_nesting(text_, deepest);
        if (deep != text_.npos) fail(line_of(deep), {}, {}, "damaged TOML: nested more than " + std::to_string(deepest) + " deep");
        try {
            return toml::parse(text_);
        } catch (const toml::parse_error& error) {
            std::string_view reason = error.description();
            constexpr std::string_view start = "Error while parsing ";
            if (reason.starts_with(start)) reason.remove_prefix(start.size());
            const toml::source_position at = error.source().begin;
            fail(at.line, std::to_string(at.column), {}, "damaged TOML: " + shown(reason, 300));
        }
    }

    void check_keys(const toml::table& table, std::initializer_list<std::string_view> known, const char* reason) const {
        for (const auto& [key, value] : table)
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                fail(key.source().begin.line, {}, key.str(), reason);
    }
    std::string text_of(const toml::node& node, std::string_view key, const std::string& reason) const {
        if (const auto* text = node.as_string()) return text->get();
        fail(node, key, reason);
    }
    std::optional<std::string> text_at(const toml::table& table, std::string_view key, const std::string& reason) const {
        const toml::node* node = table.get(key);
        return node == nullptr ? std::nullopt : std::optional(text_of(*node, key, reason));
    }
    const toml::array& list(const toml::node& node, std::string_view key, const std::string& reason) const {
        if (const toml::array* all = node.as_array()) return *all;
        fail(node, key, reason);
    }

    double number(const toml::node& node, std::string_view key, const std::string& reason) const {
        constexpr std::int64_t largest = std::int64_t{1} << 53;
        if (const auto* real = node.as_floating_point()) return real->get();
        const auto* whole = node.as_integer();
        if (whole == nullptr) fail(node, key, reason);
        if (whole->get() < -largest || whole->get() > largest) fail(node, key, "a whole number beyond 2^53");
        return static_cast<double>(whole->get());
    }
    /// A number, or a date as the days that date fields count.
    double edge(const toml::node& node, const std::string& reason) const {
        if (!node.is_date() && !node.is_string()) return number(node, "bands", reason);
        const auto day = read_date(words_of(node));
        if (!day) fail(node, "bands", reason);
        return *day;
    }

    criterion criterion_of(const toml::node& node) const {
        criterion c;
        if (const toml::table* table = node.as_table())
            c = criterion_of(*table, node);
        else
            c.by = text_of(node, "criteria", "expected the name of a criterion or a table with `by`");
        placed(node, [&] { validate({{c}}); });
        return c;
    }
    criterion criterion_of(const toml::table& table, const toml::node& node) const {
        check_keys(table, {"by", "bands", "order", "direction", "weight", "missing"},
                   "no such key of a criterion; there are by, bands, order, direction, weight and missing");
        const std::string need = "a criterion needs a name in `by`";
        if (!table.contains("by")) fail(node, "by", need);
        criterion c;
        c.by = *text_at(table, "by", need);
        const std::string of_it = " of " + shown(c.by, 64);
        if (const toml::node* bands = table.get("bands")) {
            for (const toml::node& one : list(*bands, "bands", "the bands" + of_it + " are a list of numbers or dates"))
                c.bands.push_back(edge(one, "an edge" + of_it + " is a number or a date"));
        }
        if (const toml::node* order = table.get("order")) {
            const std::string reason = "the order" + of_it + " is a list of texts";
            for (const toml::node& one : list(*order, "order", reason)) c.order.push_back(text_of(one, "order", reason));
        }
        if (const toml::node* weight = table.get("weight"))
            c.weight = number(*weight, "weight", "the weight" + of_it + " is a number");
        if (const auto ascending = is_first(table, "direction", "ascending", "descending", of_it))
            c.direction = *ascending ? sort_direction::ascending : sort_direction::descending;
        c.missing_first = is_first(table, "missing", "first", "last", of_it).value_or(false);
        return c;
    }
    /// Whether the value is the first of two words; nothing where there is none.
    std::optional<bool> is_first(const toml::table& table, std::string_view key, std::string_view first,
                                 std::string_view second, const std::string& of_it) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) return std::nullopt;
        const std::string reason = std::string(key) + of_it + " is " + std::string(first) + " or " + std::string(second);
        const std::string word = text_of(*node, key, reason);
        if (word != first && word != second) fail(*node, key, reason);
        return word == first;
    }

    const std::string_view text_;
    const std::string place_;
};

}  // namespace

named_ranking parse_ranking(std::string_view text, std::string_view place) { return ranking_reader(text, place).read(); }

named_ranking read_ranking(const std::filesystem::path& file) {
    named_ranking read = parse_ranking(read_file(file, largest_file), path_text(file));
    if (read.name.empty()) read.name = file_stem(file);
    return read;
}

}  // namespace allomatch::io
