// SPDX-License-Identifier: Apache-2.0
/// \file
/// The record of truth of a registry: one SQLite file with donors as received, patients, searches and what became of them.
#pragma once

#include <allomatch/core/error.hpp>
#include <allomatch/nomenclature/mac_table.hpp>
#include <allomatch/nomenclature/nomenclature.hpp>
#include <allomatch/registry/registry.hpp>
#include <allomatch/typing/genotype.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace allomatch {

namespace sqlite {
class database;
}

/// What typings are read with.
struct reading_rules {
    nomenclature::pointer names;
    mac_table::pointer mac{};  ///< null: without NMDP codes
    null_policy nulls = null_policy::ignore_inside_ambiguity;
};

/// What a store says of itself.
struct store_info {
    std::string path;
    std::string id;                        ///< 32 hexadecimal digits, drawn when it was made
    std::uint64_t version = 0;             ///< number of the last change of a donor
    std::string release;                   ///< that typings are read with
    std::uint64_t release_fingerprint = 0;
    std::uint64_t mac_fingerprint = 0;     ///< 0: without NMDP codes
    null_policy nulls = null_policy::ignore_inside_ambiguity;
    std::uint64_t donors = 0;
    std::uint64_t patients = 0;            ///< active ones
    std::uint64_t searches = 0;
    std::uint64_t changes = 0;             ///< entries of the audit trail
};

/// A connection to a store. Every change is one transaction that is on the disk when its function returns, or has not
/// happened, whatever is killed when. Many processes may read while one writes; writers wait for one another for up to
/// ten seconds. Not thread-safe: open one for each thread.
class registry_store {
public:
    /// Makes a new store. \throws store_error when there is a file already or it cannot be written.
    static registry_store create(const std::filesystem::path& path, const reading_rules& rules, const std::string& actor);
    /// \throws store_error when it is not a store, is of a newer format, is damaged or cannot be opened.
    explicit registry_store(const std::filesystem::path& path);
    registry_store(registry_store&&) noexcept;
    registry_store& operator=(registry_store&&) noexcept;
    ~registry_store();

    [[nodiscard]] const std::string& path() const noexcept;
    [[nodiscard]] store_info info() const;
    /// Number of the last change of a donor; microseconds.
    [[nodiscard]] std::uint64_t version() const;
    /// Names store and version for registries that are derived from it.
    [[nodiscard]] const std::string& id() const noexcept;
    /// What typings are read with: the rule for null alleles, and the fingerprint of the release.
    [[nodiscard]] null_policy nulls() const;
    [[nodiscard]] std::uint64_t release_fingerprint() const;
    /// Whether these are the rules of the store.
    [[nodiscard]] bool has(const reading_rules& rules) const;
    /// Whether there never was a donor or patient: the first import decides the rules then.
    [[nodiscard]] bool is_blank() const;
    /// Refuses rules that are not those of the store, unless it is blank. \throws store_error naming both.
    void check(const reading_rules& rules) const;
    /// From now on typings are read with these. Registries and snapshots of before are made anew when next asked for.
    void switch_rules(const reading_rules& rules, const std::string& actor);

    /// The connection, for the other parts of the room.
    [[nodiscard]] sqlite::database& connection() const noexcept { return *connection_; }

private:
    registry_store(std::unique_ptr<sqlite::database> connection);
    std::unique_ptr<sqlite::database> connection_;
    std::string id_;
};

/// Whether a file is a store; false also for one that cannot be read.
[[nodiscard]] bool is_store(const std::filesystem::path& path) noexcept;

}  // namespace allomatch
