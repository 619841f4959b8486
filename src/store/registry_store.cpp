// SPDX-License-Identifier: Apache-2.0
#include "change.hpp"
#include "database.hpp"
#include "schema.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/store/registry_store.hpp>

#include <array>
#include <charconv>
#include <fstream>

#include <unistd.h>

namespace allomatch {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, std::string reason) {
    throw store_error(problem::with_input(path_text(path), std::move(reason)));
}

/// Fingerprints are written as 16 hexadecimal digits: SQLite has no unsigned numbers.
std::string hex(std::uint64_t value) {
    std::string digits(16, '0');
    for (std::size_t i = 0; i < digits.size(); ++i) digits[15 - i] = "0123456789abcdef"[value >> (4 * i) & 0xF];
    return digits;
}

std::uint64_t from_hex(std::string_view digits) {
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

std::string meta(sqlite::database& db, std::string_view key) {
    sqlite::statement s(db, "SELECT value FROM meta WHERE key = ?");
    return s.with(key).step() ? std::string(s.text(0)) : std::string{};
}

void set_meta(sqlite::database& db, std::string_view key, const std::string& value) {
    sqlite::statement(db, "INSERT INTO meta VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value").with(key, value).run();
}

std::string_view name_of(null_policy nulls) { return nulls == null_policy::consider ? "consider" : "ignore_inside_ambiguity"; }

std::uint64_t fingerprint_of(const mac_table::pointer& mac) { return mac != nullptr ? mac->fingerprint() : 0; }

nlohmann::ordered_json set_rules(sqlite::database& db, const reading_rules& rules) {
    set_meta(db, "release", std::string(rules.names->version()));
    set_meta(db, "release_fingerprint", hex(rules.names->fingerprint()));
    set_meta(db, "mac_fingerprint", hex(fingerprint_of(rules.mac)));
    set_meta(db, "nulls", std::string(name_of(rules.nulls)));
    return {{"release", rules.names->version()},
            {"release_fingerprint", hex(rules.names->fingerprint())},
            {"mac_fingerprint", hex(fingerprint_of(rules.mac))},
            {"nulls", name_of(rules.nulls)}};
}

std::unique_ptr<sqlite::database> open(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) refuse(path, "there is no such file");
    if (std::filesystem::is_directory(path, error)) refuse(path, "is a folder");
    auto db = std::make_unique<sqlite::database>(path, sqlite::access::read_write);
    store_schema::check(*db);
    return db;
}

}  // namespace

registry_store::registry_store(std::unique_ptr<sqlite::database> connection)
    : connection_(std::move(connection)), id_(meta(*connection_, "id")) {}
registry_store::registry_store(const std::filesystem::path& path) : registry_store(open(path)) {}
registry_store::registry_store(registry_store&&) noexcept = default;
registry_store& registry_store::operator=(registry_store&&) noexcept = default;
registry_store::~registry_store() = default;

registry_store registry_store::create(const std::filesystem::path& path, const reading_rules& rules, const std::string& actor) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) refuse(path, "is there already");
    // Under a name of its own until it is complete.
    std::filesystem::path unfinished = path;
    unfinished += "." + std::to_string(::getpid()) + ".tmp";
    std::filesystem::remove(unfinished, error);
    try {
        if (!std::filesystem::is_directory(std::filesystem::absolute(path).parent_path(), error))
            refuse(path, "cannot be made: the folder is not there");
        auto db = std::make_unique<sqlite::database>(unfinished, sqlite::access::create);
        db->run("BEGIN IMMEDIATE");
        store_schema::create(*db);
        db->run("INSERT INTO meta VALUES('id', lower(hex(randomblob(16))))");
        db->run("COMMIT");
        registry_store made(std::move(db));
        store_change change(made, actor, "create");
        auto detail = set_rules(made.connection(), rules);
        detail["id"] = made.id();
        change.commit(detail);
        made.connection().run("PRAGMA journal_mode = WAL");
    } catch (...) {
        std::filesystem::remove(unfinished, error);
        throw;
    }
    std::filesystem::create_hard_link(unfinished, path, error);  // never over another
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    if (error) refuse(path, "cannot be made: " + error.message());
    return registry_store(path);
}

const std::string& registry_store::path() const noexcept { return connection_->name(); }
const std::string& registry_store::id() const noexcept { return id_; }

std::uint64_t registry_store::version() const {
    return static_cast<std::uint64_t>(connection_->value("SELECT coalesce(max(seq), 0) FROM log"));
}

null_policy registry_store::nulls() const {
    return meta(*connection_, "nulls") == name_of(null_policy::consider) ? null_policy::consider : null_policy::ignore_inside_ambiguity;
}

std::uint64_t registry_store::release_fingerprint() const { return from_hex(meta(*connection_, "release_fingerprint")); }

store_info registry_store::info() const {
    sqlite::database& db = *connection_;
    const auto count = [&db](std::string_view sql) { return static_cast<std::uint64_t>(db.value(sql)); };
    store_info out;
    out.path = path();
    out.id = id_;
    out.version = version();
    out.release = meta(db, "release");
    out.release_fingerprint = release_fingerprint();
    out.mac_fingerprint = from_hex(meta(db, "mac_fingerprint"));
    out.nulls = nulls();
    out.donors = count("SELECT count(*) FROM donors WHERE there");
    out.patients = count("SELECT count(*) FROM patients WHERE status = 'active'");
    out.searches = count("SELECT count(*) FROM searches");
    out.changes = count("SELECT count(*) FROM audit");
    return out;
}

bool registry_store::has(const reading_rules& rules) const {
    sqlite::database& db = *connection_;
    return from_hex(meta(db, "release_fingerprint")) == rules.names->fingerprint() &&
           from_hex(meta(db, "mac_fingerprint")) == fingerprint_of(rules.mac) && meta(db, "nulls") == name_of(rules.nulls);
}

bool registry_store::is_blank() const {
    return version() == 0 && connection_->value("SELECT count(*) FROM patient_log") == 0;
}

void registry_store::check(const reading_rules& rules) const {
    if (has(rules) || is_blank()) return;
    sqlite::database& db = *connection_;
    const std::string release = meta(db, "release");
    const auto differ = [&](const std::string& what) {
        refuse(path(), what + "; give the same, or see with allomatch store switch what another would change");
    };
    if (from_hex(meta(db, "release_fingerprint")) != rules.names->fingerprint())
        differ("its typings are read with release " + release + ", not with " + std::string(rules.names->version()) +
               (release == rules.names->version() ? " of other tables (fingerprint " + hex(rules.names->fingerprint()) + ")" : ""));
    if (from_hex(meta(db, "mac_fingerprint")) != fingerprint_of(rules.mac))
        differ(rules.mac == nullptr ? "its typings are read with a table of NMDP codes" : "its typings are read with another table of NMDP codes, or none");
    if (meta(db, "nulls") != name_of(rules.nulls)) differ("its typings are read with nulls " + meta(db, "nulls"));
}

void registry_store::switch_rules(const reading_rules& rules, const std::string& actor) {
    store_change change(*this, actor, "switch rules");
    change.commit(set_rules(*connection_, rules));
}

bool is_store(const std::filesystem::path& path) noexcept {
    try {
        constexpr std::string_view magic("SQLite format 3\0", 16);
        std::array<char, 16> start{};
        std::error_code error;
        if (!std::filesystem::is_regular_file(path, error)) return false;
        std::ifstream(path, std::ios::binary).read(start.data(), start.size());
        return std::string_view(start.data(), start.size()) == magic;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace allomatch
