// SPDX-License-Identifier: Apache-2.0
#include "column_names.hpp"
#include "donor_record.hpp"
#include "json_stream.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/io/donor_files.hpp>

#include <nlohmann/json.hpp>

#include <utility>

namespace allomatch::io {

namespace {

std::optional<std::string> change_word(std::string_view code) {
    if (same_ignoring_case(code, "N")) return "new";
    if (same_ignoring_case(code, "U")) return "changed";
    if (same_ignoring_case(code, "NU")) return "upsert";
    if (same_ignoring_case(code, "D")) return "deleted";
    return std::nullopt;
}

std::optional<std::string> type_word(std::string_view code) {
    if (same_ignoring_case(code, "D")) return "adult";
    if (same_ignoring_case(code, "C")) return "cord";
    return std::nullopt;
}

std::vector<published_field> atlas_fields() {
    std::vector<published_field> fields{{"recordId", "id"},
                                        {"changeType", "change", change_word},
                                        {"donorType", "type", type_word},
                                        {"ethn", "population"},
                                        {"donPool", "donpool"}};
    for (published_field& f : typing_fields()) fields.push_back({folded(f.path), f.column});
    return fields;
}

/// Takes the events of one donor into a record. No tree is built, however deep the donor nests.
class donor_events final : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit donor_events(donor_record& record) : record_(record) {}

    void read(std::string_view text) {
        outer_.clear();
        path_.clear();
        entry_.reset();
        passing_over_ = 0;
        nlohmann::json::sax_parse(text.begin(), text.end(), this);
    }

    bool null() override { return true; }
    bool boolean(bool b) override { return refuse(b ? "true" : "false"); }
    bool number_integer(std::int64_t n) override { return put(std::to_string(n)); }
    bool number_unsigned(std::uint64_t n) override { return put(std::to_string(n)); }
    bool number_float(double, const std::string& written) override { return refuse(written); }
    bool string(std::string& s) override { return put(s); }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override {
        if (passing_over_ > 0 || (!outer_.empty() && !group())) return pass_over("an object");
        outer_.push_back(path_.size());
        return true;
    }
    bool end_object() override {
        if (passing_over_ > 0) {
            --passing_over_;
            return true;
        }
        path_.resize(outer_.back());
        outer_.pop_back();
        return true;
    }
    bool start_array(std::size_t) override { return pass_over("an array"); }
    bool end_array() override {
        --passing_over_;
        return true;
    }
    bool key(std::string& written) override {
        if (passing_over_ > 0) return true;
        path_.resize(outer_.back());
        if (!path_.empty()) path_ += '/';
        path_ += folded(written);
        entry_ = record_.find(path_);
        if (entry_) record_.meet(*entry_);
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
        std::string_view reason = e.what();
        reason.remove_prefix(std::min(reason.find("] ") + 2, reason.size()));
        if (reason.starts_with("parse error at")) reason.remove_prefix(reason.find(": ") + 2);
        record_.clear_cells();
        record_.fault("damaged JSON: " + shown(reason, 300));
        return false;
    }

private:
    [[nodiscard]] bool group() const { return entry_ && record_.is_group(*entry_); }

    bool refuse(std::string_view found) {
        if (passing_over_ == 0 && entry_)
            record_.fault(record_.path_of(*entry_) + (group() ? " is an object" : " is a text") + ", found " + std::string(found));
        return true;
    }
    bool pass_over(std::string_view found) {
        refuse(found);
        ++passing_over_;
        return true;
    }
    bool put(std::string_view text) {
        if (group()) return refuse("'" + shown(text, 40) + "'");
        if (passing_over_ == 0 && entry_) record_.put(*entry_, text);
        return true;
    }

    donor_record& record_;
    std::string path_;
    std::vector<std::size_t> outer_;  // lengths of the paths around
    std::optional<std::size_t> entry_;
    std::size_t passing_over_ = 0;  // depth inside a value that is not of the layout
};

}  // namespace

struct atlas_source::state {
    state(input_window window, const donor_file_options& options)
        : json(std::move(window), options.max_record), limit(options.max_record), record({}, atlas_fields(), donor_record::names::without_case),
          id(record.at("id")) {
        if (!json.take('{')) json.fail("a donor file in JSON is an object with updateMode and donors");
        read_members(true);
        if (!in_donors) json.fail("no donors: not a donor file of Atlas");
    }

    json_stream json;
    std::size_t limit;
    donor_record record;
    std::size_t id;
    donor_events events{record};
    update_mode mode = update_mode::unstated;
    bool has_mode = false;
    bool has_donors = false;
    bool in_donors = false;
    bool first = true;

    /// Reads the members of the file up to its donors, or to its end.
    void read_members(bool at_start) {
        if (json.take('}')) return finish();
        for (;;) {
            if (!at_start) {
                if (json.take('}')) return finish();
                json.expect(',', "or '}'");
            }
            at_start = false;
            const std::string key = folded(json.text("a name"));
            json.expect(':', "behind a name");
            if (key == "donors") {
                if (std::exchange(has_donors, true)) json.fail("donors is there twice");
                json.expect('[', "as the start of donors");
                in_donors = true;
                return;
            }
            if (key == "updatemode")
                read_mode();
            else
                pass_over();
        }
    }

    void read_mode() {
        if (has_donors) json.fail("updateMode has to stand before donors");
        if (std::exchange(has_mode, true)) json.fail("updateMode is there twice");
        const std::string word = json.text("updateMode");
        if (same_ignoring_case(word, "full"))
            mode = update_mode::full;
        else if (same_ignoring_case(word, "diff") || same_ignoring_case(word, "differential"))
            mode = update_mode::differential;
        else if (same_ignoring_case(word, "check"))
            json.fail("updateMode is check: the file is there to be compared, not to be read");
        else
            json.fail("updateMode is '" + shown(word, 40) + "', expected full or diff");
    }

    void pass_over() {
        const auto passed = json.value();
        if (passed && passed->empty()) json.fail("a value is missing");
    }

    void finish() {
        if (json.peek()) json.fail("text behind the end of the JSON object");
    }

    bool next(row_view& row) {
        if (!in_donors) return false;
        if (json.take(']')) {
            if (first) json.fail("donors is empty");
            in_donors = false;
            read_members(false);
            return false;
        }
        if (!std::exchange(first, false)) json.expect(',', "or ']' behind a donor");
        json.peek();
        record.begin(json.line());
        const auto donor = json.value();
        if (!donor)
            record.fault("the donor is longer than " + std::to_string(limit) + " bytes");
        else if (donor->empty())
            json.fail("expected a donor");
        else if (!donor->starts_with('{'))
            record.fault("a donor is an object, found '" + shown(*donor, 40) + "'");
        else {
            events.read(*donor);
            if (record.cell(id).empty()) record.fault("no recordId");
        }
        record.show(row);
        return true;
    }
};

atlas_source::atlas_source(const std::filesystem::path& path, const donor_file_options& options)
    : state_(std::make_unique<state>(input_window(path), options)) {}

atlas_source::atlas_source(std::string_view text, std::string name, const donor_file_options& options)
    : state_(std::make_unique<state>(input_window(text, std::move(name)), options)) {}

atlas_source::~atlas_source() = default;

std::string_view atlas_source::name() const { return state_->json.name(); }

std::span<const std::string> atlas_source::columns() const { return state_->record.columns(); }

bool atlas_source::next(row_view& row) { return state_->next(row); }

update_mode atlas_source::mode() const noexcept { return state_->mode; }

}  // namespace allomatch::io
