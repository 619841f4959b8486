// SPDX-License-Identifier: Apache-2.0
#include <allomatch/io/arrow.hpp>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <new>
#include <type_traits>
#include <utility>

namespace allomatch::io {
namespace {

// Null pointers to buffers without bytes are refused by some consumers.
alignas(64) constexpr std::byte no_bytes[64]{};

template <class T>
const void* start_of(const std::vector<T>& values) {
    return values.empty() ? static_cast<const void*>(no_bytes) : values.data();
}

std::vector<std::uint8_t> packed_bits(const std::vector<bool>& bits) {
    std::vector<std::uint8_t> bytes((bits.size() + 7) / 8);
    for (std::size_t i = 0; i < bits.size(); ++i) {
        if (bits[i]) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (1U << (i % 8)));
    }
    return bytes;
}

// The buffers of one column, owned by its ArrowArray.
struct exported_column {
    std::vector<std::uint8_t> validity;
    std::vector<std::int64_t> integers;  // or the offsets of large text
    std::vector<double> doubles;
    std::vector<std::uint8_t> bits;
    std::vector<std::int32_t> offsets;
    std::vector<char> text;
    const void* buffers[3] = {};
};

template <class Offset>
void pack_text(column::strings&& values, std::size_t bytes, std::vector<Offset>& offsets,
               std::vector<char>& text) {
    offsets.reserve(values.size() + 1);
    text.reserve(bytes);
    offsets.push_back(0);
    for (const std::string& value : values) {
        text.insert(text.end(), value.begin(), value.end());
        offsets.push_back(static_cast<Offset>(text.size()));
    }
    column::strings().swap(values);
}

void release_column(ArrowArray* array) {
    delete static_cast<exported_column*>(array->private_data);
    array->release = nullptr;
}

struct exported_batch {
    std::vector<ArrowArray> children;
    std::vector<ArrowArray*> pointers;
    const void* buffers[1] = {};

    exported_batch() = default;
    exported_batch(const exported_batch&) = delete;
    exported_batch& operator=(const exported_batch&) = delete;
    ~exported_batch() {
        for (ArrowArray& child : children) {
            if (child.release != nullptr) child.release(&child);
        }
    }
};

void release_batch(ArrowArray* array) {
    delete static_cast<exported_batch*>(array->private_data);
    array->release = nullptr;
}

// Turns a column into an array and returns its format.
const char* export_column(column&& values, ArrowArray& array, std::size_t utf8_limit) {
    auto owned = std::make_unique<exported_column>();
    array = {};
    array.length = static_cast<std::int64_t>(values.size());
    array.n_buffers = 2;
    if (!values.valid.empty()) {
        array.null_count = std::count(values.valid.begin(), values.valid.end(), false);
        if (array.null_count > 0) {
            owned->validity = packed_bits(values.valid);
            owned->buffers[0] = owned->validity.data();
        }
    }
    const auto fill = [&](auto& list) -> const char* {
        using list_type = std::remove_cvref_t<decltype(list)>;
        if constexpr (std::is_same_v<list_type, std::vector<std::int64_t>>) {
            owned->integers = std::move(list);
            owned->buffers[1] = start_of(owned->integers);
            return "l";
        } else if constexpr (std::is_same_v<list_type, std::vector<double>>) {
            owned->doubles = std::move(list);
            owned->buffers[1] = start_of(owned->doubles);
            return "g";
        } else if constexpr (std::is_same_v<list_type, std::vector<bool>>) {
            owned->bits = packed_bits(list);
            owned->buffers[1] = start_of(owned->bits);
            return "b";
        } else {
            std::size_t bytes = 0;
            for (const std::string& value : list) bytes += value.size();
            const bool large = bytes > utf8_limit;
            if (large) {
                pack_text(std::move(list), bytes, owned->integers, owned->text);
            } else {
                pack_text(std::move(list), bytes, owned->offsets, owned->text);
            }
            owned->buffers[1] = large ? start_of(owned->integers) : start_of(owned->offsets);
            owned->buffers[2] = start_of(owned->text);
            array.n_buffers = 3;
            return large ? "U" : "u";
        }
    };
    const char* const format = std::visit(fill, values.values);
    array.buffers = owned->buffers;
    array.private_data = owned.release();
    array.release = release_column;
    return format;
}

void release_field(ArrowSchema* field) {
    delete static_cast<std::string*>(field->private_data);
    field->release = nullptr;
}

struct exported_schema {
    std::vector<ArrowSchema> children;
    std::vector<ArrowSchema*> pointers;

    exported_schema() = default;
    exported_schema(const exported_schema&) = delete;
    exported_schema& operator=(const exported_schema&) = delete;
    ~exported_schema() {
        for (ArrowSchema& child : children) {
            if (child.release != nullptr) child.release(&child);
        }
    }
};

void release_schema(ArrowSchema* schema) {
    delete static_cast<exported_schema*>(schema->private_data);
    schema->release = nullptr;
}

struct exported_stream {
    std::vector<std::string> names;
    std::vector<const char*> formats;
    ArrowArray batch{};
    const char* error = nullptr;

    exported_stream() = default;
    exported_stream(const exported_stream&) = delete;
    exported_stream& operator=(const exported_stream&) = delete;
    ~exported_stream() {
        if (batch.release != nullptr) batch.release(&batch);
    }

    void write_schema(ArrowSchema& out) const {
        auto owned = std::make_unique<exported_schema>();
        owned->children.resize(names.size());
        for (std::size_t i = 0; i < names.size(); ++i) {
            ArrowSchema& field = owned->children[i];
            auto name = std::make_unique<std::string>(names[i]);
            field.format = formats[i];
            field.name = name->c_str();
            field.flags = ARROW_FLAG_NULLABLE;
            field.private_data = name.release();
            field.release = release_field;
            owned->pointers.push_back(&field);
        }
        out = {};
        out.format = "+s";
        out.name = "";
        out.n_children = static_cast<std::int64_t>(names.size());
        out.children = owned->pointers.data();
        out.private_data = owned.release();
        out.release = release_schema;
    }
};

exported_stream& data_of(ArrowArrayStream* stream) {
    return *static_cast<exported_stream*>(stream->private_data);
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) noexcept {
    try {
        data_of(stream).write_schema(*out);
        return 0;
    } catch (const std::bad_alloc&) {
        data_of(stream).error = "out of memory";
        return ENOMEM;
    }
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) noexcept {
    *out = std::exchange(data_of(stream).batch, ArrowArray{});
    return 0;
}

const char* get_last_error(ArrowArrayStream* stream) noexcept { return data_of(stream).error; }

void release_stream(ArrowArrayStream* stream) noexcept {
    delete static_cast<exported_stream*>(stream->private_data);
    stream->release = nullptr;
}

}  // namespace

void export_stream(table&& rows, ArrowArrayStream* out, std::size_t utf8_limit) {
    const std::size_t count = rows.rows();
    assert(std::all_of(rows.columns.begin(), rows.columns.end(),
                       [count](const column& c) { return c.size() == count; }));
    auto owned = std::make_unique<exported_stream>();
    auto batch = std::make_unique<exported_batch>();
    batch->children.resize(rows.columns.size());
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        column& source = rows.columns[i];
        owned->names.push_back(std::move(source.name));
        owned->formats.push_back(export_column(std::move(source), batch->children[i], utf8_limit));
        batch->pointers.push_back(&batch->children[i]);
    }
    rows.columns.clear();
    ArrowArray& array = owned->batch;
    array.length = static_cast<std::int64_t>(count);
    array.n_buffers = 1;
    array.buffers = batch->buffers;
    array.n_children = static_cast<std::int64_t>(batch->children.size());
    array.children = batch->pointers.data();
    array.private_data = batch.release();
    array.release = release_batch;
    *out = {get_schema, get_next, get_last_error, release_stream, owned.release()};
}

}  // namespace allomatch::io
