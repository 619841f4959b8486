// SPDX-License-Identifier: Apache-2.0
#include <allomatch/store/stored_searches.hpp>

namespace allomatch {

std::string_view name(result_change::kind what) noexcept {
    switch (what) {
        case result_change::kind::added: return "new";
        case result_change::kind::changed: return "changed";
        case result_change::kind::gone: break;
    }
    return "gone";
}

io::table repeated_search::to_table() const {
    io::column::strings kinds, ids, reasons, words;
    std::vector<std::int64_t> befores, afters;
    std::vector<bool> has_before, has_after, has_reason;
    for (const result_change& c : changes) {
        kinds.emplace_back(name(c.what));
        ids.push_back(c.donor_id);
        befores.push_back(static_cast<std::int64_t>(c.rank_before));
        has_before.push_back(c.rank_before != 0);
        afters.push_back(static_cast<std::int64_t>(c.rank_after));
        has_after.push_back(c.rank_after != 0);
        reasons.push_back(c.reason);
        has_reason.push_back(!c.reason.empty());
        words.push_back(c.words);
    }
    io::table out;
    out.columns.push_back({"change", std::move(kinds), {}});
    out.columns.push_back({"donor_id", std::move(ids), {}});
    out.columns.push_back({"rank_before", std::move(befores), std::move(has_before)});
    out.columns.push_back({"rank_after", std::move(afters), std::move(has_after)});
    out.columns.push_back({"reason", std::move(reasons), std::move(has_reason)});
    out.columns.push_back({"words", std::move(words), {}});
    return out;
}

}  // namespace allomatch
