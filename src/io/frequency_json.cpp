// SPDX-License-Identifier: Apache-2.0
#include "frequency_rows.hpp"

#include <allomatch/core/text.hpp>

#include <nlohmann/json.hpp>

#include <bitset>
#include <iterator>
#include <optional>
#include <unordered_set>

namespace allomatch::io::haplotype_files {

namespace {

std::string_view without_comments(std::string_view text) noexcept {
    for (;;) {
        while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
        if (!text.starts_with('#')) return text;
        text.remove_prefix(std::min(text.find('\n'), text.size()));
    }
}

/// Bytes of a text that tell how far they were read.
class watched_bytes {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    watched_bytes(const char* at, const char** reached) : at_(at), reached_(reached) {}
    reference operator*() const { return *at_; }
    watched_bytes& operator++() {
        *reached_ = ++at_;
        return *this;
    }
    bool operator==(const watched_bytes& other) const { return at_ == other.at_; }
    bool operator!=(const watched_bytes& other) const { return at_ != other.at_; }

private:
    const char* at_;
    const char** reached_;
};

/// Takes the events of the parser, so that no tree is built, however deep the text nests.
class json_reader final : public nlohmann::json_sax<nlohmann::json> {
public:
    json_reader(std::string_view text, const std::string& place, const std::string& name)
        : text_(text), place_(place), name_(name), reached_(text.data()) {}

    std::vector<file_part> read() {
        const std::string_view body = without_comments(text_);
        const char* const end = body.data() + body.size();
        nlohmann::json::sax_parse(watched_bytes(body.data(), &reached_), watched_bytes(end, &reached_), this);
        return std::move(parts_);
    }

    bool null() override { return value(kind::null, "null"); }
    bool boolean(bool b) override { return value(kind::other, b ? "true" : "false"); }
    bool number_integer(std::int64_t n) override { return value(kind::number, std::to_string(n)); }
    bool number_unsigned(std::uint64_t n) override { return value(kind::number, std::to_string(n)); }
    bool number_float(double, const std::string& written) override { return value(kind::number, written); }
    bool string(std::string& s) override { return value(kind::text, s); }
    bool binary(binary_t&) override { return value(kind::other, {}); }
    bool start_array(std::size_t) override { return open(true); }
    bool start_object(std::size_t) override { return open(false); }
    bool end_array() override { return close(); }
    bool end_object() override { return close(); }

    bool key(std::string& written) override {
        if (passing_over_ > 0) return true;
        if (in_ == inside::set)
            set_key(written);
        else
            entry_key(written);
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
        std::string_view reason = e.what();
        reason.remove_prefix(std::min(reason.find("] ") + 2, reason.size()));
        if (reason.starts_with("parse error at")) reason.remove_prefix(reason.find(": ") + 2);
        fail({}, "damaged JSON: " + shown(reason, 300));
    }

private:
    enum class kind : std::uint8_t { null, number, text, other };
    enum class inside : std::uint8_t { text, sets, set, entries, entry };
    enum class set_member : std::uint8_t { version, population, frequencies, unknown };

    struct entry {
        pending_row row;
        std::bitset<locus_count> loci;
        std::optional<double> frequency;
        bool has_frequency = false;
        std::optional<problem> fault;  // the first one
        bool ambiguous = false;        // a key is there twice
    };

    /// \throws format_error at the byte before which the parser stands.
    [[noreturn]] void fail(std::string_view text, std::string reason) const {
        std::string_view before = text_.substr(0, static_cast<std::size_t>(reached_ - text_.data()));
        if (!before.empty()) before.remove_suffix(1);
        const std::string_view line = before.substr(before.rfind('\n') + 1);
        problem p = problem::with_value(std::to_string(line.size() + 1), text, std::move(reason));
        p.place = place_;
        p.row = 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
        throw format_error(std::move(p));
    }

    bool value(kind k, std::string_view text) {
        if (passing_over_ > 0) return true;
        switch (in_) {
            case inside::text: fail(text, "frequencies in JSON are an object, or an array of objects");
            case inside::sets: fail(text, "a frequency set is an object");
            case inside::set: set_value(k, text); break;
            case inside::entries: refuse_entry(text); break;
            case inside::entry: entry_value(k, text); break;
        }
        return true;
    }

    bool open(bool array) {
        if (passing_over_ > 0) {
            ++passing_over_;
            return true;
        }
        const std::string_view bracket = array ? "[" : "{";
        switch (in_) {
            case inside::text:
                several_ = array;
                array ? void(in_ = inside::sets) : begin_set();
                break;
            case inside::sets:
                if (array) fail(bracket, "a frequency set is an object");
                begin_set();
                break;
            case inside::set:
                if (array && member_ == set_member::frequencies) {
                    in_ = inside::entries;
                    break;
                }
                if (member_ != set_member::unknown) set_value(kind::other, bracket);
                passing_over_ = 1;
                break;
            case inside::entries:
                if (array) {
                    refuse_entry(bracket);
                    passing_over_ = 1;
                    break;
                }
                in_ = inside::entry;
                entry_ = {};
                entry_.row.line = ++part().report.rows_read;
                break;
            case inside::entry:
                entry_value(kind::other, bracket);
                passing_over_ = 1;
                break;
        }
        return true;
    }

    bool close() {
        if (passing_over_ > 0) {
            --passing_over_;
            return true;
        }
        switch (in_) {
            case inside::entry:
                end_entry();
                in_ = inside::entries;
                break;
            case inside::entries: in_ = inside::set; break;
            case inside::set:
                end_set();
                in_ = several_ ? inside::sets : inside::text;
                break;
            case inside::sets:
                if (parts_.empty()) fail({}, "no frequency set");
                in_ = inside::text;
                break;
            case inside::text: break;
        }
        return true;
    }

    [[nodiscard]] file_part& part() { return parts_.back(); }

    void begin_set() {
        in_ = inside::set;
        seen_ = {};
        population_ = name_;
        rows_.clear();
        parts_.emplace_back();
    }

    void set_key(const std::string& written) {
        member_ = set_member::unknown;
        for (std::size_t i = 0; i < set_members.size(); ++i)
            if (same_ignoring_case(written, set_members[i])) member_ = static_cast<set_member>(i);
        if (member_ == set_member::unknown) return;
        if (seen_[static_cast<std::size_t>(member_)]) fail(written, "the key is there twice");
        seen_.set(static_cast<std::size_t>(member_));
    }

    void set_value(kind k, std::string_view text) {
        switch (member_) {
            case set_member::version:
            case set_member::population:
                if (k != kind::text && k != kind::null)
                    fail(text, std::string(set_members[static_cast<std::size_t>(member_)]) + " is a text or null");
                if (k == kind::null || trim(text).empty()) return;
                (member_ == set_member::version ? part().nomenclature_version : population_) = trim(text);
                break;
            case set_member::frequencies: fail(text, "frequencies is an array");
            case set_member::unknown: break;
        }
    }

    void end_set() {
        if (!seen_[static_cast<std::size_t>(set_member::frequencies)])
            fail({}, "a frequency set has no 'frequencies'");
        if (!populations_.insert(population_).second) fail(population_, "this population is there twice");
        if (several_) part().id = population_;
        for (problem& p : part().report.problems) p.id = part().id;
        if (!rows_.empty()) part().populations.push_back({population_, std::move(rows_)});
        rows_ = {};
    }

    void refuse(std::uint64_t number, problem p) {
        p.place = place_;
        p.row = number;
        ++part().report.rows_refused;
        part().report.problems.push_back(std::move(p));
    }

    void refuse_entry(std::string_view text) {
        const std::uint64_t number = ++part().report.rows_read;
        refuse(number, problem::with_value({}, text, "an entry is an object with loci and a frequency"));
    }

    void entry_fault(std::string_view column, std::string_view text, std::string reason) {
        if (!entry_.fault) entry_.fault = problem::with_value(column, text, std::move(reason));
    }

    void entry_key(const std::string& written) {
        locus_ = std::nullopt;
        gene_ = std::nullopt;
        is_frequency_ = same_ignoring_case(written, "frequency");
        if (is_frequency_) {
            if (entry_.has_frequency) ambiguous("frequency", written, "the key is there twice");
            entry_.has_frequency = true;
            return;
        }
        constexpr std::size_t longest_name = 6;
        if (written.size() > longest_name) return;
        std::string capital = written;
        for (char& c : capital) c = upper(c);
        locus_ = locus_from_name(capital);
        if (locus_) return;
        gene_ = gene_from_name(capital);
        if (gene_) locus_ = locus_of(*gene_);
    }

    void ambiguous(std::string_view column, std::string_view text, std::string reason) {
        entry_.ambiguous = true;
        entry_fault(column, text, std::move(reason));
    }

    void entry_value(kind k, std::string_view text) {
        if (is_frequency_) return frequency_value(k, text);
        if (!locus_) return;
        const std::string_view column = gene_ ? name(*gene_) : name(*locus_);
        // A haplotype has one of DRB3, DRB4 and DRB5: no text says that it is another one.
        const bool empty = k == kind::null || (k == kind::text && trim(text).empty());
        if (gene_ && empty) return;
        if (entry_.loci[index(*locus_)])
            return ambiguous(column, text, "locus " + std::string(name(*locus_)) + " is there twice");
        entry_.loci.set(index(*locus_));
        if (empty) return entry_fault(column, {}, "no allele at this locus");
        if (k != kind::text) return entry_fault(column, text, "not a text");
        entry_.row.alleles.push_back(part().alleles.number(*locus_, gene_ ? with_gene(text) : trim(text)));
    }

    /// The text of an allele of `gene_` with its gene, which DRB345 needs.
    std::string_view with_gene(std::string_view text) {
        text = trim(text);
        if (text.find('*') != std::string_view::npos) {
            std::string_view bare = text;
            if (bare.starts_with("HLA-")) bare.remove_prefix(4);
            if (bare.substr(0, bare.find('*')) != name(*gene_))
                entry_fault(name(*gene_), text, "not an allele of " + std::string(name(*gene_)));
            return text;
        }
        ((allele_ = name(*gene_)) += '*') += text;
        return allele_;
    }

    void frequency_value(kind k, std::string_view text) {
        if (k != kind::number) return entry_fault("frequency", text, "not a number");
        auto read = read_frequency(text);
        if (!read) return entry_fault("frequency", text, read.error().reason);
        entry_.frequency = *read;
    }

    void end_entry() {
        if (!entry_.ambiguous && entry_.frequency == 0.0) {
            ++part().report.rows_zero;
            return;
        }
        if (!entry_.has_frequency) entry_fault("frequency", {}, "no frequency");
        if (entry_.loci.none()) entry_fault({}, {}, "no locus");
        if (entry_.fault) return refuse(entry_.row.line, *std::move(entry_.fault));
        entry_.row.frequency = *entry_.frequency;
        rows_.push_back(entry_.row);
    }

    static constexpr std::array<std::string_view, 3> set_members{"nomenclatureVersion", "populationId", "frequencies"};

    const std::string_view text_;
    const std::string& place_;
    const std::string& name_;
    const char* reached_;  // behind the last byte that the parser took
    std::vector<file_part> parts_;
    std::unordered_set<std::string> populations_;
    inside in_ = inside::text;
    bool several_ = false;
    std::size_t passing_over_ = 0;  // depth inside a value that nobody asked for

    set_member member_ = set_member::unknown;  // of the key read last
    std::bitset<3> seen_;
    std::string population_;
    std::vector<pending_row> rows_;

    entry entry_;
    std::optional<locus> locus_;  // of the key read last
    std::optional<gene> gene_;    // DRB3, DRB4 or DRB5 when the key says so
    bool is_frequency_ = false;
    std::string allele_;
};

}  // namespace

bool is_json(std::string_view text) noexcept {
    const std::string_view body = without_comments(text);
    return body.starts_with('{') || body.starts_with('[');
}

std::vector<file_part> read_json(std::string_view text, const std::string& place, const std::string& name) {
    return json_reader(text, place, name).read();
}

}  // namespace allomatch::io::haplotype_files
