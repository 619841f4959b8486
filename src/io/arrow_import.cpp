// SPDX-License-Identifier: Apache-2.0
#include "arrow_column.hpp"
#include "column_names.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/arrow.hpp>

#include <cstring>
#include <limits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace allomatch::io {
namespace {

// An Arrow struct that is released when it goes out of scope.
template <class T>
class owned {
public:
    owned() = default;
    explicit owned(T* from) : value_(*from) { from->release = nullptr; }
    owned(const owned&) = delete;
    owned& operator=(const owned&) = delete;
    ~owned() { reset(); }

    void reset() {
        if (value_.release != nullptr) value_.release(&value_);
        value_ = {};
    }
    T* get() { return &value_; }
    const T* operator->() const { return &value_; }

private:
    T value_{};
};

}  // namespace

struct arrow_source::state {
    state(ArrowArrayStream* from, std::string n) : name(std::move(n)), stream(from) {
        if (stream->release == nullptr) fail("the stream was released or read already");
        owned<ArrowSchema> schema;
        check(stream->get_schema(stream.get(), schema.get()));
        if (schema->release == nullptr || schema->format == nullptr ||
            std::strcmp(schema->format, "+s") != 0) {
            fail("the stream does not hold a table");
        }
        std::unordered_set<std::string> seen;
        for (std::int64_t i = 0; i < schema->n_children; ++i) {
            const ArrowSchema& field = *schema->children[i];
            add_column(field, seen);
        }
        cells.resize(columns.size());
    }

    std::string name;
    owned<ArrowArrayStream> stream;
    std::vector<std::string> columns;
    std::vector<arrow_column> readers;
    owned<ArrowArray> batch;
    std::int64_t at = 0;  // next row in the batch
    std::uint64_t number = 0;
    bool ended = false;
    std::vector<std::string_view> cells;
    std::string fault;

    [[noreturn]] void fail(std::string reason, std::string column = {}, std::string text = {}) const {
        problem p;
        p.place = name;
        p.column = std::move(column);
        p.text = shown(text);
        p.reason = std::move(reason);
        throw format_error(std::move(p));
    }

    void check(int code) {
        if (code == 0) return;
        const char* const said = stream->get_last_error(stream.get());
        const std::string why = said != nullptr ? shown(said) : "error " + std::to_string(code);
        fail("the stream cannot be read: " + why);
    }

    void add_column(const ArrowSchema& field, std::unordered_set<std::string>& seen) {
        std::string column = field.name != nullptr ? field.name : "";
        if (!is_utf8(column)) fail("a column name is not valid UTF-8", {}, column);
        if (!column.empty() && !seen.insert(folded(column)).second) {
            fail("the frame names this column twice", column);
        }
        std::optional<arrow_column> reader = arrow_column::of(field);
        if (!reader) {
            std::string format = field.format != nullptr ? field.format : "";
            fail("columns of this Arrow type are not read (text, numbers, booleans and dates are)", column,
                 field.dictionary != nullptr ? "dictionary of " + format : format);
        }
        columns.push_back(std::move(column));
        readers.push_back(std::move(*reader));
    }

    // Returns false at the end of the stream.
    bool next_batch() {
        batch.reset();
        at = 0;
        check(stream->get_next(stream.get(), batch.get()));
        if (batch->release == nullptr) return false;
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 32;
        if (batch->length < 0 || batch->offset < 0 || batch->length > most || batch->offset > most) {
            fail("a batch has an offset or length out of range");
        }
        if (batch->n_children != static_cast<std::int64_t>(readers.size()) ||
            (batch->n_children > 0 && batch->children == nullptr)) {
            fail("a batch has another number of columns than the stream");
        }
        const std::int64_t last = batch->offset + batch->length;
        for (std::size_t i = 0; i < readers.size(); ++i) {
            if (const char* what = readers[i].bind(batch->children[i], last)) fail(what, columns[i]);
        }
        return true;
    }

    [[nodiscard]] bool row_is_missing(std::int64_t row) const {
        if (batch->n_buffers < 1 || batch->buffers == nullptr || batch->buffers[0] == nullptr) return false;
        const auto* const bits = static_cast<const std::uint8_t*>(batch->buffers[0]);
        return ((bits[row / 8] >> (row % 8)) & 1) == 0;
    }

    bool next(row_view& row) {
        while (!ended && at == batch->length) {
            ended = true;  // also when next_batch throws
            ended = !next_batch();
        }
        if (ended) return false;
        const std::int64_t source = batch->offset + at;
        const bool missing = row_is_missing(source);
        fault.clear();
        for (std::size_t i = 0; i < readers.size(); ++i) {
            const char* what = nullptr;
            cells[i] = missing ? std::string_view{} : readers[i].text(source, what);
            if (what != nullptr && fault.empty()) fault = "column " + shown(columns[i], 64) + ": " + what;
        }
        ++at;
        row.number = ++number;
        row.cells = cells;
        row.fault = fault;
        return true;
    }
};

arrow_source::arrow_source(ArrowArrayStream* stream, std::string name)
    : state_(std::make_unique<state>(stream, std::move(name))) {}

arrow_source::~arrow_source() = default;

std::string_view arrow_source::name() const { return state_->name; }

std::span<const std::string> arrow_source::columns() const { return state_->columns; }

bool arrow_source::next(row_view& row) { return state_->next(row); }

}  // namespace allomatch::io
