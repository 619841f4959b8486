// SPDX-License-Identifier: Apache-2.0
/// \file
/// Registries to search, derived from a store, and single donors as it keeps them.
#pragma once

#include <allomatch/io/people.hpp>
#include <allomatch/store/registry_store.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace allomatch {

/// How a registry came from its store.
enum class derivation : std::uint8_t {
    read,       ///< all donors were read from the store
    patched,    ///< changes were laid over an earlier version
    unchanged,  ///< the earlier version is the latest
};

/// Donors to search and those whose typings the rules of the store cannot read, which are left out.
struct derived_registry {
    std::shared_ptr<const registry> donors;  ///< its `origin` is the store and its version
    io::import_report unreadable;            ///< of the donors that were read; those of an earlier version are not told again
    derivation how = derivation::read;
};

/// Reads all donors from the store. Some microseconds a donor. \throws store_error when the rules are not those of the store.
[[nodiscard]] derived_registry read_registry(const registry_store& from, const reading_rules& rules);

/// What the donors of the store are under other rules, which the store need not have: to compare before `switch_rules`. The
/// registry has no origin. Cost: as `read_registry`. \throws store_error when the store cannot be read.
[[nodiscard]] derived_registry reread_donors(const registry_store& from, const reading_rules& rules);

/// The next version of a registry derived from this store: with the changes of donors since. `current` itself when there
/// are none. Registries of another store or with other rules are read anew, and so is one that has changed a lot.
/// Cost: as `registry_update`.
[[nodiscard]] derived_registry follow(const registry_store& from, std::shared_ptr<const registry> current,
                                      const reading_rules& rules);

/// Where the snapshot of a store lies: beside it, with the ending `.amx` instead of its own, or behind it where it is the same.
[[nodiscard]] std::filesystem::path snapshot_path(const std::filesystem::path& store);

/// The donors of a store, from its snapshot with the changes since where there is one that fits, else from the store.
[[nodiscard]] derived_registry open_registry(const registry_store& from, const reading_rules& rules);
/// The latest version and an account of all donors of the store: `unreadable` counts every donor and names each that cannot be
/// read. `before` is what this function gave last; without donors the registry is opened.
/// Cost: as `follow` or `open_registry`; while some donors cannot be read, a look at all ids with each change.
[[nodiscard]] derived_registry latest_registry(const registry_store& from, const derived_registry& before, const reading_rules& rules);

/// Writes the snapshot of a registry that is derived from the store, unless that version is there already.
/// \throws store_error when it is not derived from it, or the file there is something else than a snapshot of this store;
/// format_error when it cannot be written.
void write_snapshot(const registry_store& of, const registry& donors);

/// One donor as the store keeps it.
struct stored_donor {
    std::string id;
    bool there = true;  ///< false: deleted
    std::vector<std::pair<std::string, std::string>> record;  ///< cells as received, by column
    std::vector<std::pair<std::string, std::string>> life;    ///< what the registry itself laid over them
};
[[nodiscard]] std::optional<stored_donor> find_donor(const registry_store& in, std::string_view id);

/// What a donor was, oldest first.
struct donor_state {
    std::uint64_t version = 0;  ///< row of the log
    std::string at, actor, action;
    stored_donor donor;
};
[[nodiscard]] std::vector<donor_state> donor_history(const registry_store& in, std::string_view id);

}  // namespace allomatch
