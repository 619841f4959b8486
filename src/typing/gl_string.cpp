// SPDX-License-Identifier: Apache-2.0
#include <allomatch/typing/gl_string.hpp>

#include <optional>
#include <utility>

namespace allomatch {

namespace {

/// More alternatives than any laboratory reports; a product of hostile lists stops here.
constexpr std::size_t most_alternatives = 100'000;

problem fault(std::string_view text, std::string reason) {
    problem p;
    p.text = shown(text);
    p.reason = std::move(reason);
    return p;
}

/// The locus that a reading speaks of, from its prefix or its alleles.
std::optional<locus> locus_in(const typing_context& context, std::string_view text, const reading& r) {
    if (r.what == reading::kind::alleles) return locus_of(context.names->gene_of(r.alleles.ranges()[0].begin));
    if (text.starts_with("HLA-")) text.remove_prefix(4);
    if (const auto g = gene_from_name(text.substr(0, text.find('*')))) return locus_of(*g);
    if (const auto g = context.genes.only()) return locus_of(*g);
    if (context.genes == gene_set(locus::DRB345)) return locus::DRB345;
    return std::nullopt;
}

using per_locus = std::array<std::vector<reading_pair>, locus_count>;

/// One genotype: one or two haplotype blocks. Adds a pair to each locus it names.
std::optional<problem> read_genotype(const typing_context& context, std::string_view text, per_locus& out,
                                     std::vector<std::string>& warnings) {
    std::array<std::optional<reading_pair>, locus_count> pairs;
    std::size_t side = 0;
    for (const std::string_view block : split(text, '+')) {
        if (side == 2) return fault(text, "more than two chromosomes in one genotype");
        for (const std::string_view part : split(block, '~')) {
            if (part.empty()) return fault(text, "an empty place beside + or ~");
            if (is_space(part.front()) || is_space(part.back())) {
                problem p = fault(text, "white space inside a GL String");
                std::erase_if(p.text, is_space);
                p.suggestion = std::exchange(p.text, shown(text));
                return p;
            }
            result<reading> read = read_position(context, part);
            if (!read) return std::move(read.error());
            const auto l = locus_in(context, part, *read);
            if (!l) return fault(part, "which locus? the text has no prefix such as A* or DRB1*");
            for (std::string& w : read->warnings) warnings.push_back(std::move(w));
            auto& pair = pairs[index(*l)];
            if (!pair) pair.emplace();
            if ((*pair)[side].what != reading::kind::blank)
                return fault(text, "locus " + std::string(name(*l)) + " stands twice on one chromosome");
            (*pair)[side] = std::move(*read);
        }
        ++side;
    }
    for (std::size_t l = 0; l < locus_count; ++l) {
        if (!pairs[l]) continue;
        const bool one_side = side == 2 && ((*pairs[l])[0].what == reading::kind::blank ||
                                            (*pairs[l])[1].what == reading::kind::blank);
        if (one_side && static_cast<locus>(l) != locus::DRB345)
            return fault(text, "the two sides of + name different loci");
        out[l].push_back(std::move(*pairs[l]));
    }
    return std::nullopt;
}

/// Joins two blocks of DRB345 (as `DRB3*..^DRB4*..`): of each pair of alternatives the one or two
/// alleles present.
std::optional<problem> join_drb345(std::string_view text, std::vector<reading_pair>& have,
                                   const std::vector<reading_pair>& more) {
    if (have.size() * more.size() > most_alternatives) return fault(text, "too many alternatives");
    std::vector<reading_pair> joined;
    for (const reading_pair& a : have) {
        for (const reading_pair& b : more) {
            reading_pair pair;
            std::size_t filled = 0;
            for (const reading_pair* one : {&a, &b}) {
                for (const reading& r : *one) {
                    if (r.what == reading::kind::blank) continue;
                    if (filled == 2) return fault(text, "more than two alleles of DRB3, DRB4 and DRB5");
                    pair[filled++] = r;
                }
            }
            joined.push_back(std::move(pair));
        }
    }
    have = std::move(joined);
    return std::nullopt;
}

}  // namespace

result<gl_reading> read_gl_string(const typing_context& context, std::string_view text) {
    gl_reading out;
    text = trim(text);
    if (text.empty()) return out;
    for (const std::string_view block : split(text, '^')) {
        if (block.empty()) return fault(text, "an empty locus between ^");
        per_locus here;
        std::size_t genotypes = 0;
        for (const std::string_view alternative : split(block, '|')) {
            if (++genotypes > most_alternatives) return fault(block, "too many alternatives");
            if (alternative.empty()) return fault(block, "an empty genotype in the list");
            if (auto p = read_genotype(context, alternative, here, out.warnings)) return *std::move(p);
        }
        for (std::size_t l = 0; l < locus_count; ++l) {
            if (here[l].empty()) continue;
            if (here[l].size() != genotypes)
                return fault(block, "locus " + std::string(locus_names[l]) + " is missing in a genotype of the list");
            auto& all = out.loci[l];
            if (all.empty())
                all = std::move(here[l]);
            else if (static_cast<locus>(l) != locus::DRB345)
                return fault(text, "locus " + std::string(locus_names[l]) + " stands twice");
            else if (auto p = join_drb345(text, all, here[l]))
                return *std::move(p);
        }
    }
    return out;
}

}  // namespace allomatch
