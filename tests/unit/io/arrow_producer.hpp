// SPDX-License-Identifier: Apache-2.0
// Arrow streams made by hand, sound or broken.
#pragma once

#include <allomatch/io/arrow.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace allomatch::io::testing {

// A producer of streams that owns all its memory and counts what is not released. Batches are given out
// once; nothing is validated, so that broken streams can be built.
class producer {
public:
    struct field {
        std::string name, format;
        std::string value_format;  // of a dictionary
    };

    template <class T>
    const void* keep(const std::vector<T>& values) {
        std::vector<std::byte>& bytes = memory_.emplace_back(values.size() * sizeof(T));
        if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
        return bytes.data();
    }

    ArrowArray* array(std::int64_t length, std::vector<const void*> buffers, std::int64_t offset = 0) {
        auto& kept = buffers_.emplace_back(std::move(buffers));
        ArrowArray& out = arrays_.emplace_back();
        out.length = length;
        out.offset = offset;
        out.null_count = -1;
        out.n_buffers = static_cast<std::int64_t>(kept.size());
        out.buffers = kept.data();
        return &out;
    }

    void batch(std::int64_t length, std::vector<ArrowArray*> columns, std::int64_t offset = 0,
               const void* validity = nullptr) {
        ArrowArray* const out = array(length, {validity}, offset);
        auto& kept = children_.emplace_back(std::move(columns));
        out->n_children = static_cast<std::int64_t>(kept.size());
        out->children = kept.data();
        batches_.push_back(out);
    }

    ArrowArrayStream* stream() {
        stream_.get_schema = [](ArrowArrayStream* s, ArrowSchema* out) { return self(s).schema(*out); };
        stream_.get_next = [](ArrowArrayStream* s, ArrowArray* out) { return self(s).give(*out); };
        stream_.get_last_error = [](ArrowArrayStream* s) { return self(s).error; };
        stream_.release = [](ArrowArrayStream* s) {
            --self(s).open;
            s->release = nullptr;
        };
        stream_.private_data = this;
        ++open;
        return &stream_;
    }

    std::vector<field> fields;
    std::string root = "+s";
    const char* error = nullptr;
    int fail_at = -1;  // the batch at which get_next fails
    int open = 0;      // structs not released

private:
    static producer& self(ArrowArrayStream* s) { return *static_cast<producer*>(s->private_data); }

    int schema(ArrowSchema& out) {
        out = {};
        out.format = root.c_str();
        out.n_children = static_cast<std::int64_t>(fields.size());
        for (const field& f : fields) {
            ArrowSchema& child = schemas_.emplace_back();
            child.format = f.format.c_str();
            child.name = f.name.c_str();
            if (!f.value_format.empty()) {
                child.dictionary = &schemas_.emplace_back();
                child.dictionary->format = f.value_format.c_str();
            }
            schema_children_.push_back(&child);
        }
        out.children = schema_children_.data();
        out.private_data = this;
        out.release = [](ArrowSchema* s) {
            --static_cast<producer*>(s->private_data)->open;
            s->release = nullptr;
        };
        ++open;
        return 0;
    }

    int give(ArrowArray& out) {
        if (static_cast<int>(given_) == fail_at) return 5;
        out = {};
        if (given_ == batches_.size()) return 0;
        out = *batches_[given_++];
        out.private_data = this;
        out.release = [](ArrowArray* a) {
            --static_cast<producer*>(a->private_data)->open;
            a->release = nullptr;
        };
        ++open;
        return 0;
    }

    std::deque<std::vector<std::byte>> memory_;
    std::deque<std::vector<const void*>> buffers_;
    std::deque<std::vector<ArrowArray*>> children_;
    std::deque<ArrowArray> arrays_;
    std::deque<ArrowSchema> schemas_;
    std::vector<ArrowSchema*> schema_children_;
    std::vector<ArrowArray*> batches_;
    std::size_t given_ = 0;
    ArrowArrayStream stream_{};
};

}  // namespace allomatch::io::testing
