// SPDX-License-Identifier: Apache-2.0
#include "column_names.hpp"
#include "donor_record.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/text.hpp>
#include <allomatch/io/donor_files.hpp>
#include <allomatch/io/input.hpp>
#include <allomatch/registry/field.hpp>

#include <expat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

namespace allomatch::io {

namespace {

constexpr std::array<std::string_view, 2> schema_versions{"2.2", "2.3"};
constexpr int piece_size = 1 << 16;
constexpr std::size_t deepest = 64;  // the layout needs 7

// Q, questionable, tells no more than nothing.
std::optional<std::string> cmv_word(std::string_view code) { return std::string(code == "Q" ? "" : code); }

// In a listing RS tells that the donor is reserved for the patient in RSV_PAT, whoever looks at it.
std::optional<std::string> status_word(std::string_view code) { return std::string(code == "RS" ? "OP" : code); }

std::vector<published_field> wmda_fields() {
    std::vector<published_field> fields{
        {"GRID", "grid"},
        {"ID", "registry_id"},
        {"ETHN", "population"},
        {"BIRTH_DATE", "birth_date", date_part},
        {"SEX", "sex"},
        {"ABO", "abo"},
        {"RHESUS", "rh"},
        {"WEIGHT", "weight_kg"},
        {"NMBR_PREG", "pregnancies"},
        {"IDM/CMV", "cmv", cmv_word},
        {"IDM/ANTI_CMV", "cmv", cmv_word},
        {"STATUS", "status", status_word},
        {"CONTACT_DATE", "last_contact", date_part},
        {"TNC", "tnc_collected"},
    };
    for (published_field& f : typing_fields()) fields.push_back(std::move(f));
    // Carried along under their own names.
    for (const char* const path :
         {"ATTR", "CCR5", "RSV_PAT", "STAT_END_DATE", "STAT_REASON", "CHECKUP_DATE", "HEIGHT", "NMBR_TRANS", "NMBR_MARR",
          "NMBR_PBSC", "COLL_TYPE", "IDM/TOXO", "IDM/EBV", "KIR/KIR_GL", "LOCAL_ID", "BANK_MANUF_ID", "COLL_DATE",
          "FREEZE_DATE", "PROC_METH", "VIABILITY", "VOL", "VOL_FRZN", "TNC_FRZN", "CD34PC", "CD34PC_FRZN"}) {
        const std::string_view whole(path);
        fields.push_back({path, folded(whole.substr(whole.rfind('/') + 1))});
    }
    return fields;
}

/// A count of cells in `unit`. Nothing where the text does not tell its own unit: a small plain number may be millions already.
std::string cells_in(std::string_view text, double unit) {
    double cells = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), cells);
    if (code != std::errc() || end != text.data() + text.size()) return {};
    const bool scientific = text.find_first_of("eE") != std::string_view::npos;
    if (!scientific && cells < 1e6) return {};
    return number_text(static_cast<float>(cells / unit));
}

std::string_view local_name(const XML_Char* name) {
    const std::string_view whole(name);
    return whole.substr(whole.rfind('|') + 1);
}

}  // namespace

struct wmda_source::state {
    state(input_window input, const donor_file_options& options)
        : window(std::move(input)), limit(options.max_record),
          record({"id", "change", "type", "pool", "donations", "tnc", "cd34", "volume_ml"}, wmda_fields(), donor_record::names::exact) {
        parser.reset(XML_ParserCreateNS(nullptr, '|'));
        if (!parser) throw std::bad_alloc();
        XML_SetUserData(parser.get(), this);
        XML_SetElementHandler(parser.get(), on_start, on_end);
        XML_SetCharacterDataHandler(parser.get(), on_text);
        XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
        XML_SetDefaultHandler(parser.get(), on_other);
        while (!inventory_seen && !finished) advance();
        // An upload without changes has no inventory; a full one always has.
        if (!inventory_seen) mode = update_mode::differential;
    }

    struct free_parser {
        void operator()(XML_Parser p) const { XML_ParserFree(p); }
    };

    input_window window;
    std::size_t limit;
    donor_record record;
    std::unique_ptr<XML_ParserStruct, free_parser> parser;
    std::exception_ptr thrown;  // inside a handler
    bool suspended = false;
    bool last_piece = false;
    bool finished = false;
    std::uint64_t fed = 0;
    std::uint64_t reached = 0;  // byte of the latest event

    update_mode mode = update_mode::unstated;
    bool inventory_seen = false;
    std::size_t depth = 0;
    std::size_t passing_over = 0;  // depth of the element that the layout does not name
    bool in_donor = false;
    bool too_long = false;
    bool ready = false;
    std::uint64_t donor_begin = 0;
    std::string pool;
    std::string path;
    std::optional<std::size_t> field;
    std::string text;

    [[noreturn]] void fail(std::string reason, std::string_view found = {}) const {
        problem p = problem::with_input(window.name(), std::move(reason));
        p.row = XML_GetCurrentLineNumber(parser.get());
        p.text = shown(found);
        throw format_error(std::move(p));
    }

    // -- pieces of the file to the parser ------------------------------------

    XML_Status feed() {
        if (window.rest().empty()) window.extend();
        const std::string_view piece = window.rest().substr(0, piece_size);
        void* const into = XML_GetBuffer(parser.get(), piece_size);
        if (into == nullptr) throw std::bad_alloc();
        if (!piece.empty()) std::memcpy(into, piece.data(), piece.size());
        window.consume(piece.size());
        fed += piece.size();
        last_piece = window.rest().empty() && window.at_end();
        return XML_ParseBuffer(parser.get(), static_cast<int>(piece.size()), last_piece);
    }

    /// Parses up to the next donor, the first inventory or the end of a piece.
    void advance() {
        const XML_Status status = suspended ? XML_ResumeParser(parser.get()) : feed();
        if (thrown) std::rethrow_exception(thrown);
        if (status == XML_STATUS_ERROR) refuse_damage();
        suspended = status == XML_STATUS_SUSPENDED;
        if (suspended) return;
        finished = last_piece;
        if (fed - reached > limit + piece_size) fail("a tag or comment is longer than " + std::to_string(limit) + " bytes");
    }

    [[noreturn]] void refuse_damage() const {
        const XML_Error code = XML_GetErrorCode(parser.get());
        if (code == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
        const bool at_end = last_piece && (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
                                           code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION);
        fail(std::string(at_end ? "the file ends too early: " : "not well-formed XML: ") + XML_ErrorString(code));
    }

    // -- what the parser finds -------------------------------------------------

    /// Runs a handler, from which no exception may pass through the parser.
    template <class Job>
    static void handle(void* self, Job job) noexcept {
        state& s = *static_cast<state*>(self);
        if (s.thrown) return;
        try {
            s.reached = static_cast<std::uint64_t>(XML_GetCurrentByteIndex(s.parser.get()));
            job(s);
        } catch (...) {
            s.thrown = std::current_exception();
            XML_StopParser(s.parser.get(), XML_FALSE);
        }
    }
    static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
        handle(self, [&](state& s) { s.start(local_name(name), attributes); });
    }
    static void on_end(void* self, const XML_Char*) {
        handle(self, [](state& s) { s.end(); });
    }
    static void on_text(void* self, const XML_Char* found, int size) {
        handle(self, [&](state& s) { s.characters({found, static_cast<std::size_t>(size)}); });
    }
    static void on_other(void* self, const XML_Char*, int) {
        handle(self, [](state&) {});
    }
    static void on_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        handle(self, [](state& s) { s.fail("a document type definition is not read"); });
    }

    void suspend() { XML_StopParser(parser.get(), XML_TRUE); }

    void start(std::string_view name, const XML_Char** attributes) {
        if (++depth > deepest) fail("elements are nested deeper than " + std::to_string(deepest));
        if (depth == 1 && name != "INVENTORIES")
            fail("the root is not INVENTORIES: not a WMDA inventory", name);
        if (passing_over > 0 || depth == 1) return;
        if (depth == 2 && name == "INVENTORY") return start_inventory(attributes);
        if (depth == 3 && (name == "DONOR" || name == "CBU")) return start_donor(name);
        if (depth > 3) return start_field(name);
        passing_over = depth;
    }

    void start_inventory(const XML_Char** attributes) {
        std::string_view version;
        update_mode found = update_mode::unstated;
        pool.clear();
        for (; *attributes != nullptr; attributes += 2) {
            const std::string_view key = local_name(attributes[0]);
            const std::string_view value = trim(std::string_view(attributes[1]));
            if (key == "SCHEMA_VERSION") version = value;
            if (key == "POOL") pool = value;
            if (key != "UPDATE_MODE") continue;
            if (value != "FULL" && value != "DIFF") fail("UPDATE_MODE is neither FULL nor DIFF", value);
            found = value == "FULL" ? update_mode::full : update_mode::differential;
        }
        if (std::find(schema_versions.begin(), schema_versions.end(), version) == schema_versions.end())
            fail(version.empty() ? "an INVENTORY without SCHEMA_VERSION" : "SCHEMA_VERSION is not 2.2 or 2.3", version);
        if (inventory_seen && found != mode) fail("inventories of different UPDATE_MODE in one file");
        mode = found;
        if (!std::exchange(inventory_seen, true)) suspend();
    }

    void start_donor(std::string_view name) {
        in_donor = true;
        too_long = false;
        donor_begin = reached;
        path.clear();
        field.reset();
        record.begin(XML_GetCurrentLineNumber(parser.get()));
        cell("type") = name == "CBU" ? "cord" : "adult";
        cell("pool") = pool;
    }

    void start_field(std::string_view name) {
        if (field) {
            record.fault(record.path_of(*field) + " is a text, found the element " + shown(name, 40));
            passing_over = depth;
            return;
        }
        const std::size_t outer = path.size();
        if (!path.empty()) path += '/';
        path += name;
        const auto entry = record.find(path);
        if (!entry) {
            path.resize(outer);
            passing_over = depth;
            return;
        }
        record.meet(*entry);
        text.clear();
        if (!record.is_group(*entry)) field = entry;
    }

    void characters(std::string_view found) {
        if (!in_donor || passing_over > 0) return;
        if (reached - donor_begin > limit) {
            too_long = true;
            text.clear();
            return;
        }
        if (field)
            text += found;
        else if (!trim(found).empty())
            record.fault("text outside of the fields: '" + shown(trim(found), 40) + "'");
    }

    void end() {
        const std::size_t closed = depth--;
        if (passing_over > 0) {
            if (passing_over == closed) passing_over = 0;
            return;
        }
        if (closed == 3) return end_donor();
        if (closed < 3) return;
        if (field) record.put(*field, text);
        field.reset();
        const std::size_t slash = path.rfind('/');
        path.resize(slash == std::string::npos ? 0 : slash);
    }

    std::string& cell(std::string_view column) { return record.cell(record.at(column)); }

    void end_donor() {
        in_donor = false;
        if (too_long || reached - donor_begin > limit) {
            record.clear_cells();
            record.fault("the donor is longer than " + std::to_string(limit) + " bytes");
        }
        const bool global = cell("type") == "adult" && !cell("grid").empty();
        std::swap(cell("id"), cell(global ? "grid" : "registry_id"));
        if (cell("id").empty()) record.fault(cell("type") == "cord" ? "no ID" : "neither GRID nor ID");
        if (cell("status") == "DE")
            cell("change") = "deleted";
        else if (mode == update_mode::differential)
            cell("change") = "upsert";
        cell("donations") = sum(cell("nmbr_marr"), cell("nmbr_pbsc"));
        // What was frozen is what a patient can get.
        cell("tnc") = cells_in(first_of("tnc_frzn", "tnc_collected"), 1e7);
        cell("cd34") = cells_in(first_of("cd34pc_frzn", "cd34pc"), 1e6);
        cell("volume_ml") = first_of("vol_frzn", "vol");
        ready = true;
        suspend();
    }

    const std::string& first_of(std::string_view a, std::string_view b) { return cell(a).empty() ? cell(b) : cell(a); }

    static std::string sum(const std::string& a, const std::string& b) {
        if (a.empty() || b.empty()) return a + b;
        const auto x = number(a);
        const auto y = number(b);
        if (!x || !y) return x ? b : a;
        return std::to_string(*x + *y);
    }

    bool next(row_view& row) {
        while (!ready) {
            if (finished) return false;
            advance();
        }
        ready = false;
        record.show(row);
        return true;
    }
};

wmda_source::wmda_source(const std::filesystem::path& path, const donor_file_options& options)
    : state_(std::make_unique<state>(input_window(path), options)) {}

wmda_source::wmda_source(std::string_view text, std::string name, const donor_file_options& options)
    : state_(std::make_unique<state>(input_window(text, std::move(name)), options)) {}

wmda_source::~wmda_source() = default;

std::string_view wmda_source::name() const { return state_->window.name(); }

std::span<const std::string> wmda_source::columns() const { return state_->record.columns(); }

bool wmda_source::next(row_view& row) { return state_->next(row); }

update_mode wmda_source::mode() const noexcept { return state_->mode; }

}  // namespace allomatch::io
