// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/file.hpp>

#include <sqlite3.h>

namespace allomatch::sqlite {

namespace {

/// How long to wait for another process that is writing.
constexpr int wait_ms = 10'000;

std::string reason_of(int code, const char* said) {
    switch (code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return "another process is writing to it and has not finished";
        case SQLITE_FULL: return "the disk is full";
        case SQLITE_READONLY:
        case SQLITE_PERM: return "it may not be written to";
        case SQLITE_CANTOPEN: return "it cannot be opened";
        case SQLITE_NOTADB: return "is not a registry store";
        case SQLITE_CORRUPT: return "is damaged";
        case SQLITE_IOERR: return std::string("it cannot be read or written: ") + said;
        default: return said;
    }
}

/// The name of a file that nobody changes while it is read.
std::string unchanging(const std::filesystem::path& path) {
    std::string uri = "file:";
    const std::filesystem::path whole = std::filesystem::absolute(path);
    for (const char c : whole.native()) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '_' || c == '-';
        if (plain) {
            uri += c;
        } else {
            uri += '%';
            uri += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
            uri += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 0xF];
        }
    }
    return uri + "?immutable=1";
}

}  // namespace

void database::closer::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
void statement::finalizer::operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }

database::database(const std::filesystem::path& path, access how) : name_(path_text(path)) {
    int flags = SQLITE_OPEN_NOMUTEX;
    flags |= how == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (how == access::create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) fail(code);
    // Who may not write beside the file can still read it, as long as nobody has it open.
    code = how == access::read_write ? sqlite3_exec(handle, "SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr) : SQLITE_OK;
    std::error_code error;
    if (((code & 0xFF) == SQLITE_READONLY || (code & 0xFF) == SQLITE_CANTOPEN) && !std::filesystem::exists(name_ + "-wal", error)) {
        code = sqlite3_open_v2(unchanging(path).c_str(), &handle, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
        handle_.reset(handle);
        if (code != SQLITE_OK) fail(code);
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, wait_ms);
    // A file from elsewhere must not make this program do what it says.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void database::run_script(const std::string& sql) {
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

std::int64_t database::value(std::string_view sql) {
    statement s(*this, sql);
    return s.step() ? s.integer(0) : 0;
}

std::int64_t database::last_id() const noexcept { return sqlite3_last_insert_rowid(handle_.get()); }
bool database::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

void database::fail(int code) const {
    const char* said = handle_ != nullptr ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    throw store_error(problem::with_input(name_, reason_of(code, said)));
}

statement::statement(database& in, std::string_view sql) : in_(&in) {
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(in.handle_.get(), sql.data(), static_cast<int>(sql.size()), 0, &handle, nullptr);
    if (code != SQLITE_OK) in.fail(code);
    handle_.reset(handle);
}

statement& statement::bind(int parameter, std::string_view text) {
    const int code = sqlite3_bind_text64(handle_.get(), parameter + 1, text.empty() ? "" : text.data(), text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) in_->fail(code);
    return *this;
}
statement& statement::bind(int parameter, std::int64_t value) {
    if (const int code = sqlite3_bind_int64(handle_.get(), parameter + 1, value); code != SQLITE_OK) in_->fail(code);
    return *this;
}
statement& statement::bind(int parameter, double value) {
    if (const int code = sqlite3_bind_double(handle_.get(), parameter + 1, value); code != SQLITE_OK) in_->fail(code);
    return *this;
}
statement& statement::bind(int parameter, std::nullptr_t) {
    if (const int code = sqlite3_bind_null(handle_.get(), parameter + 1); code != SQLITE_OK) in_->fail(code);
    return *this;
}

bool statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    reset();
    if (code != SQLITE_DONE) in_->fail(code);
    return false;
}

void statement::reset() noexcept { sqlite3_reset(handle_.get()); }

std::string_view statement::text(int column) const noexcept {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}
std::int64_t statement::integer(int column) const noexcept { return sqlite3_column_int64(handle_.get(), column); }
double statement::real(int column) const noexcept { return sqlite3_column_double(handle_.get(), column); }
bool statement::is_null(int column) const noexcept {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

read_transaction::read_transaction(database& in) : in_(in), own_(!in.in_transaction()) {
    if (own_) in_.run("BEGIN");
}

read_transaction::~read_transaction() {
    try {
        if (own_ && in_.in_transaction()) in_.run("COMMIT");
    } catch (const store_error&) {  // only reading was done
    }
}

}  // namespace allomatch::sqlite
