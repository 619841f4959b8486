// SPDX-License-Identifier: Apache-2.0
/// \file
/// Who did what when: a trail that is only ever added to, in a chain of hashes.
#pragma once

#include <allomatch/store/registry_store.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace allomatch {

/// One change of a store.
struct audit_entry {
    std::int64_t seq = 0;
    std::string at;      ///< UTC, 2026-01-31T23:59:59Z
    std::string actor;   ///< as given
    std::string action;  ///< "import", "search" ..
    std::string detail;  ///< a JSON object
    std::uint64_t version = 0;  ///< of the donors afterwards
    std::string hash;    ///< SHA-256 of this entry, the rows that it added, and the hash before; hexadecimal
};

/// Entries with numbers above `after`, oldest first.
[[nodiscard]] std::vector<audit_entry> audit_entries(const registry_store& in, std::int64_t after = 0, std::size_t most = 1000);

/// Checks that nothing was changed behind the back of the library: the file itself, the chain of hashes, every row that an
/// entry covers, and that each donor is as the last change left it. Reads everything: some seconds for a million rows.
/// A trail that was cut off at its end is only noticed by who has kept a later hash; returns the last one.
/// \throws store_error naming the first entry, table or donor that does not fit.
std::string verify_store(const registry_store& in);

}  // namespace allomatch
