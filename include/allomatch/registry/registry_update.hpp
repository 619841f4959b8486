// SPDX-License-Identifier: Apache-2.0
/// \file
/// The next version of a registry, made while others search the last one.
#pragma once

#include <allomatch/registry/registry.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace allomatch {

/// Collects changes of donors and makes the next version of a registry from them. The last version is neither changed nor
/// locked: any number of threads may go on searching it, also one that lies in a mapped file. What the changes do not touch
/// is shared by both. Not thread-safe itself.
///
/// Donors are changed as a whole: one that is put has no more than what is put. A changed donor keeps the index, a new one
/// takes that of a removed one or the next, the last ones move to indices that are left; results of searches do not depend on
/// it. Texts, genotypes and words that no donor has any more stay in the dictionaries until a registry is built anew.
class registry_update {
public:
    /// `mac` may be null. Both are kept alive.
    registry_update(std::shared_ptr<const registry> base, mac_table::pointer mac);

    /// Declares the fields of the donors to come, before the first `put`, as `registry_builder::declare_fields`. A field that
    /// the base lacks is missing for the donors that are not put; one that is not declared is missing for those that are.
    void declare_fields(const std::vector<std::string>& columns) { changes_.declare_fields(columns); }

    /// Adds a donor, or replaces the one with this id. Refuses what `registry_builder::add` refuses, the same id twice in one
    /// update among it, and returns why; the donor is then what it was. Costs what `add` costs.
    [[nodiscard]] std::vector<problem> put(const registry_builder::donor_texts& donor) { return changes_.add(donor); }
    /// Removes a donor of the base, unless it is put in the same update, before or after. False where the base has no such id.
    bool remove(std::string_view id);

    // As of `registry_builder`, of the donors put.
    [[nodiscard]] std::optional<donor_index> find(std::string_view id) const noexcept { return changes_.find(id); }
    [[nodiscard]] const std::vector<std::string>& warnings(locus l, std::string_view text) const { return changes_.warnings(l, text); }
    [[nodiscard]] const result<typed_locus>& read(locus l, std::string_view text) { return changes_.read(l, text); }

    /// Makes the next version. The update is empty afterwards, without declared fields, and goes on from that one. Copies the columns that change,
    /// on all cores: about 80 bytes a donor when donors come or go, a few where only one field changes. A change of more
    /// than an eighth of the donors orders them anew, as a fresh build does.
    /// `mac_fingerprint` of the next version is that of the table given here, if one was.
    /// \throws format_error when texts of more than 4 GiB come together; there is no next version then, and the changes are
    /// lost.
    [[nodiscard]] std::shared_ptr<const registry> finish(const registry_origin& origin = {});

private:
    std::shared_ptr<const registry> base_;
    registry_builder changes_;
    std::unordered_set<donor_index> removed_;
};

}  // namespace allomatch
