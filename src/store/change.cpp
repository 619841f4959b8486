// SPDX-License-Identifier: Apache-2.0
#include "change.hpp"

#include <allomatch/core/text.hpp>
#include <allomatch/core/utf8.hpp>

#include <openssl/evp.h>

#include <chrono>
#include <ctime>

namespace allomatch {

namespace audit_trail {

digest::digest() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), EVP_sha256(), nullptr); }
digest::~digest() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

void digest::add(std::string_view bytes) {
    const auto size = static_cast<std::uint64_t>(bytes.size());
    std::array<char, 8> head{};
    for (std::size_t i = 0; i < head.size(); ++i) head[i] = static_cast<char>(size >> (8 * i) & 0xFF);
    EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), head.data(), head.size());
    EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size());
}

std::string digest::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), bytes.data(), &size);
    EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), EVP_sha256(), nullptr);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += "0123456789abcdef"[bytes[i] >> 4];
        text += "0123456789abcdef"[bytes[i] & 0xF];
    }
    return text;
}

void add_row(digest& to, const sqlite::statement& row, int columns) {
    for (int i = 0; i < columns; ++i) {
        to.add(row.is_null(i) ? "null" : "value");
        to.add(row.text(i));
    }
}

std::string hash_of(const entry& e, std::string_view previous) {
    digest d;
    for (const std::string_view part : {std::string_view(previous), std::string_view(e.at), std::string_view(e.actor),
                                        std::string_view(e.action), std::string_view(e.detail), std::string_view(e.digest)})
        d.add(part);
    d.add(std::to_string(e.seq));
    d.add(std::to_string(e.version));
    return d.finish();
}

}  // namespace audit_trail

std::string time_text() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

namespace {

constexpr std::size_t longest_actor = 200;

sqlite::database& begun(sqlite::database& db, const std::string& actor) {
    if (trim(actor).empty() || actor.size() > longest_actor || !is_utf8(actor))
        throw store_error(problem::with_value("actor", actor, "expected who makes the change: 1 to 200 bytes of text"));
    db.run("BEGIN IMMEDIATE");
    return db;
}

}  // namespace

store_change::store_change(const registry_store& in, std::string actor, std::string action)
    : db_(begun(in.connection(), actor)), actor_(std::move(actor)), action_(std::move(action)),
      add_log_(db_, "INSERT INTO log(id, record, life, audit) VALUES(?, ?, ?, ?)"),
      set_donor_(db_, "INSERT INTO donors(id, entry, there) VALUES(?, ?, ?) "
                      "ON CONFLICT(id) DO UPDATE SET entry = excluded.entry, there = excluded.there") {
    entry_ = db_.value("SELECT coalesce(max(seq), 0) FROM audit") + 1;
    for (std::size_t i = 0; i < last_rows_.size(); ++i)
        last_rows_[i] = db_.value("SELECT coalesce(max(rowid), 0) FROM " + std::string(store_schema::append_only[i]));
}

store_change::~store_change() {
    if (!db_.in_transaction()) return;
    try {
        db_.run("ROLLBACK");
    } catch (const store_error&) {  // SQLite has undone it already
    }
}

std::int64_t store_change::set_donor(std::string_view id, std::optional<std::string_view> record,
                                     std::optional<std::string_view> life) {
    add_log_.with(id, record, life, entry_).run();
    const std::int64_t seq = db_.last_id();
    set_donor_.with(id, seq, static_cast<std::int64_t>(record.has_value())).run();
    return seq;
}

void store_change::commit(const nlohmann::ordered_json& detail) {
    audit_trail::digest rows;
    for (std::size_t i = 0; i < last_rows_.size(); ++i) {
        const std::string table(store_schema::append_only[i]);
        const auto columns = static_cast<int>(db_.value("SELECT count(*) FROM pragma_table_info('" + table + "')"));
        sqlite::statement added(db_, "SELECT * FROM " + table + " WHERE rowid > ? ORDER BY rowid");
        added.with(last_rows_[i]);
        while (added.step()) audit_trail::add_row(rows, added, columns);
    }
    audit_trail::entry e{entry_, time_text(), actor_, action_, detail.dump(),
                         db_.value("SELECT coalesce(max(seq), 0) FROM log"), rows.finish()};
    std::string previous;
    {
        sqlite::statement last(db_, "SELECT hash FROM audit ORDER BY seq DESC LIMIT 1");
        if (last.step()) previous = last.text(0);
    }
    sqlite::statement(db_, "INSERT INTO audit(seq, at, actor, action, detail, version, digest, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?)")
        .with(e.seq, e.at, e.actor, e.action, e.detail, e.version, e.digest, audit_trail::hash_of(e, previous))
        .run();
    db_.run("COMMIT");
}

}  // namespace allomatch
