// SPDX-License-Identifier: Apache-2.0
#include <allomatch/analytics/simulate.hpp>

#include <cmath>

namespace allomatch {

namespace {

constexpr std::size_t longest_prefix = 40;
constexpr std::size_t longest_branch = 200;
/// A donor of 55 years was recruited at 18 at most so many years ago.
constexpr int longest_ago = 37;

[[noreturn]] void refuse(std::string option, std::string text, std::string reason) {
    problem p;
    p.column = std::move(option);
    p.text = std::move(text);
    p.reason = std::move(reason);
    throw format_error(std::move(p));
}

void check_share(const std::string& option, double share) {
    if (!(share >= 0 && share <= 1)) refuse(option, std::to_string(share), "a share is a number from 0 to 1");
}

/// Adds up weights that have to be finite and not negative.
void add_weight(const std::string& option, double weight, double& sum) {
    constexpr double largest = 1e9;
    if (!(weight >= 0 && weight <= largest))
        refuse(option, std::to_string(weight), "a weight is a number from 0 to 1e9");
    sum += weight;
}

void check(const std::string& option, const typing_quality& quality) {
    constexpr std::array<std::string_view, typing_kind_count> kinds{"serology", "xx",        "mac",
                                                                    "g_group",  "two_field", "three_field"};
    double sum = 0;
    for (std::size_t k = 0; k < typing_kind_count; ++k) {
        const typing_profile& profile = quality.profile(static_cast<typing_kind>(k));
        const std::string at = option + '.' + std::string(kinds[k]);
        add_weight(at + ".share", profile.share, sum);
        check_share(at + ".untyped_c", profile.untyped_c);
        check_share(at + ".untyped_dqb1", profile.untyped_dqb1);
        check_share(at + ".untyped_dpb1", profile.untyped_dpb1);
        if (profile.years_ago_to < 0 || profile.years_ago_from < profile.years_ago_to ||
            profile.years_ago_from > longest_ago)
            refuse(at + ".years_ago_from", std::to_string(profile.years_ago_from),
                   "years ago go from at most 37 to at least 0, the earlier first");
    }
    if (!(sum > 0)) refuse(option, {}, "one typing profile needs a share above 0");
    check_share(option + ".retyped", quality.retyped);
    check_share(option + ".blank_homozygotes", quality.blank_homozygotes);
}

void check_text(const std::string& option, std::string_view text, std::size_t longest) {
    if (text.size() > longest) refuse(option, shown(text), "longer than " + std::to_string(longest) + " bytes");
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20) refuse(option, shown(text), "holds a control character");
}

}  // namespace

const typing_profile& typing_quality::profile(typing_kind k) const noexcept {
    switch (k) {
        case typing_kind::serology: return serology;
        case typing_kind::xx: return xx;
        case typing_kind::mac: return mac;
        case typing_kind::g_group: return g_group;
        case typing_kind::two_field: return two_field;
        case typing_kind::three_field: break;
    }
    return three_field;
}

typing_quality patient_typing_quality() {
    typing_quality quality;
    quality.serology = {.share = 0};
    quality.xx = {.share = 0};
    quality.mac = {.share = 0.05, .untyped_dpb1 = 1};
    quality.g_group = {.share = 0.10, .untyped_dpb1 = 0.5};
    quality.two_field = {.share = 0.35, .untyped_dpb1 = 0.3};
    quality.three_field = {.share = 0.50, .untyped_dpb1 = 0.05};
    quality.retyped = 0;
    quality.blank_homozygotes = 0.2;
    return quality;
}

std::vector<simulated_branch> zhejiang_branches() {
    // Weights: people in 10,000, seventh national census (2020), rounded.
    return {{"杭州", 1194}, {"宁波", 940}, {"温州", 957}, {"嘉兴", 540}, {"湖州", 337}, {"绍兴", 527},
            {"金华", 705},  {"衢州", 228}, {"舟山", 116}, {"台州", 662}, {"丽水", 251}};
}

void validate(const simulation_options& options) {
    constexpr day_number first_day = 7'305;   // 1990-01-01
    constexpr day_number last_day = 84'005;   // 2199-12-31
    check("donor_typing", options.donor_typing);
    check("patient_typing", options.patient_typing);
    check_share("other_members", options.other_members);
    check_share("null_alleles", options.null_alleles);
    check_share("female_donors", options.female_donors);
    check_share("available", options.available);
    check_text("donor_prefix", options.donor_prefix, longest_prefix);
    check_text("patient_prefix", options.patient_prefix, longest_prefix);
    if (options.reference_date < first_day || options.reference_date > last_day)
        refuse("reference_date", std::to_string(options.reference_date), "outside 1990-01-01 to 2199-12-31");
    double sum = 0;
    for (const simulated_branch& branch : options.branches) {
        check_text("branches", branch.name, longest_branch);
        add_weight("branches", branch.weight, sum);
    }
    if (!options.branches.empty() && !(sum > 0)) refuse("branches", {}, "one branch needs a weight above 0");
}

}  // namespace allomatch
