// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/locus.hpp>
#include <allomatch/core/text.hpp>

#include <algorithm>

namespace allomatch {

namespace {
template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view text) {
    const auto it = std::find(names.begin(), names.end(), text);
    if (it == names.end()) return std::nullopt;
    return static_cast<Enum>(it - names.begin());
}
}  // namespace

std::optional<gene> gene_from_name(std::string_view text) noexcept {
    return find_name<gene>(gene_names, text);
}

std::optional<locus> locus_from_name(std::string_view text) noexcept {
    return find_name<locus>(locus_names, text);
}

std::optional<gene_set> gene_set_from_name(std::string_view text) noexcept {
    if (const auto l = locus_from_name(text)) return gene_set(*l);
    if (const auto g = gene_from_name(text)) return gene_set(*g);
    return std::nullopt;
}

std::vector<locus> loci_from_text(std::string_view text) {
    using enum locus;
    const auto refuse = [](std::string_view part, std::string reason) -> std::vector<locus> {
        throw format_error(problem::with_value("loci", part, std::move(reason)));
    };
    const std::string_view trimmed = trim(text);
    if (trimmed == "6/6") return {A, B, DRB1};
    if (trimmed == "8/8") return {A, B, C, DRB1};
    if (trimmed == "10/10") return {A, B, C, DRB1, DQB1};
    if (trimmed == "12/12") return {A, B, C, DRB1, DQB1, DPB1};
    std::vector<locus> loci;
    for (const std::string_view raw : split(trimmed, ',')) {
        const std::string_view part = trim(raw);
        const auto l = locus_from_name(part);
        if (!l)
            return refuse(part, "not a locus: use 6/6, 8/8, 10/10, 12/12 or a list of A, B, C, DRB1, DRB345, "
                                "DQA1, DQB1, DPA1, DPB1");
        if (std::find(loci.begin(), loci.end(), *l) != loci.end())
            return refuse(part, "the locus is named twice");
        loci.push_back(*l);
    }
    return loci;
}

}  // namespace allomatch
