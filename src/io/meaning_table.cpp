// SPDX-License-Identifier: Apache-2.0
#include <allomatch/io/meaning_table.hpp>

#include <algorithm>
#include <unordered_map>

namespace allomatch::io {

table meaning_table(const meaning_changes& changes, std::size_t first, std::size_t count) {
    using strings = column::strings;
    strings ids;
    strings loci;
    strings texts;
    strings kinds;
    strings before;
    strings after;
    strings reasons;
    std::vector<bool> has_locus;
    std::unordered_map<std::uint32_t, meaning_words> known;
    auto rows = changes.rows();
    rows = rows.subspan(std::min(first, rows.size()));
    for (const auto& row : rows.first(std::min(count, rows.size()))) {
        const auto [it, added] = known.try_emplace(row.change);
        if (added) it->second = changes.words(row);
        const meaning_words& words = it->second;
        const auto where = changes.where(row);
        ids.emplace_back(changes.donor_id(row));
        loci.emplace_back(where ? name(*where) : std::string_view{});
        has_locus.push_back(where.has_value());
        texts.push_back(words.text);
        kinds.emplace_back(name(changes.kind(row)));
        before.push_back(words.before);
        after.push_back(words.after);
        reasons.push_back(words.reason);
    }
    table out;
    out.columns.push_back({"donor_id", std::move(ids), {}});
    out.columns.push_back({"locus", std::move(loci), std::move(has_locus)});
    out.columns.push_back({"text", std::move(texts), {}});
    out.columns.push_back({"change", std::move(kinds), {}});
    out.columns.push_back({"before", std::move(before), {}});
    out.columns.push_back({"after", std::move(after), {}});
    out.columns.push_back({"reason", std::move(reasons), {}});
    return out;
}

}  // namespace allomatch::io
