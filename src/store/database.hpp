// SPDX-License-Identifier: Apache-2.0
// SQLite as values: connections and statements that close themselves, errors that name the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace allomatch::sqlite {

class database;

/// A prepared statement. Parameters and columns are numbered from 0.
class statement {
public:
    statement(database& in, std::string_view sql);

    statement& bind(int parameter, std::string_view text);
    statement& bind(int parameter, std::int64_t value);
    statement& bind(int parameter, double value);
    statement& bind(int parameter, std::nullptr_t);
    template <class T>
    statement& bind(int parameter, const std::optional<T>& value) {
        return value ? bind(parameter, *value) : bind(parameter, nullptr);
    }
    /// Binds all parameters, in order.
    template <class... T>
    statement& with(const T&... values) {
        int at = 0;
        (bind(at++, values), ...);
        return *this;
    }

    /// Moves to the next row; false at the end, after which the statement may be run again.
    bool step();
    /// Runs a statement without rows.
    void run() {
        while (step()) {}
    }
    void reset() noexcept;

    /// Valid until the next step.
    [[nodiscard]] std::string_view text(int column) const noexcept;
    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    [[nodiscard]] double real(int column) const noexcept;
    [[nodiscard]] bool is_null(int column) const noexcept;

private:
    struct finalizer {
        void operator()(sqlite3_stmt* s) const noexcept;
    };
    database* in_;
    std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

enum class access { read_only, read_write, create };

/// A connection. Not thread-safe.
class database {
public:
    /// \throws store_error naming the file.
    database(const std::filesystem::path& path, access how);

    void run(std::string_view sql) { statement(*this, sql).run(); }
    /// Several statements, separated by semicolons.
    void run_script(const std::string& sql);
    [[nodiscard]] std::int64_t value(std::string_view sql);
    [[nodiscard]] std::int64_t last_id() const noexcept;
    [[nodiscard]] bool in_transaction() const noexcept;
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// \throws store_error with what SQLite says of its last error, in words for people.
    [[noreturn]] void fail(int code) const;

private:
    friend class statement;
    struct closer {
        void operator()(sqlite3* handle) const noexcept;
    };
    std::string name_;
    std::unique_ptr<sqlite3, closer> handle_;
};

/// All that is read while it lives is of one version. Nothing where a transaction is under way already.
class read_transaction {
public:
    explicit read_transaction(database& in);
    read_transaction(const read_transaction&) = delete;
    read_transaction& operator=(const read_transaction&) = delete;
    ~read_transaction();

private:
    database& in_;
    bool own_;
};

}  // namespace allomatch::sqlite
