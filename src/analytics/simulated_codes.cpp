// SPDX-License-Identifier: Apache-2.0
#include "simulated_codes.hpp"

#include <algorithm>
#include <set>

namespace allomatch::analytics {

namespace {

std::string two_digits(std::uint32_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) (text += text.empty() ? "" : "/") += part;
    return text;
}

}  // namespace

const std::vector<simulated_codes::second_field>& simulated_codes::second_fields(gene g, std::uint32_t first) {
    const auto [it, added] = second_fields_.try_emplace({g, first});
    if (!added) return it->second;
    auto& found = it->second;
    char suffix = 0;
    names_.first_field_alleles(g, first).for_each([&](allele_id id) {
        const allele_name name = names_.name_of(id);
        if (found.empty() || found.back().number != name.fields[1]) {
            found.push_back({name.fields[1], two_digits(name.fields[1])});
            suffix = name.suffix;
            if (suffix != 0) found.back().text += suffix;
        } else if (suffix != 0 && name.suffix != suffix) {
            // Only a suffix that all alleles carry belongs to the two-field name.
            found.back().text.pop_back();
            suffix = 0;
        }
    });
    return found;
}

std::vector<std::string> simulated_codes::codes_for(allele_id id) {
    const allele_name name = names_.name_of(id);
    const auto& all = second_fields(names_.gene_of(id), name.fields[0]);
    const auto own = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.number == name.fields[1]; });
    std::vector<std::string> codes;
    if (own == all.end()) return codes;
    if (all.size() > 1) {
        const auto& other = own == all.begin() ? all[1] : all[0];
        codes.push_back(code_of(joined(own == all.begin() ? std::vector{own->text, other.text}
                                                          : std::vector{other.text, own->text})));
    }
    if (all.size() > 2) {
        constexpr std::ptrdiff_t longest = 4;
        const auto begin = std::min(own, all.end() - std::min<std::ptrdiff_t>(longest, std::ssize(all)));
        std::vector<std::string> several;
        for (auto s = begin; s != all.end() && s - begin < longest; ++s) several.push_back(s->text);
        codes.push_back(code_of(joined(several)));
    }
    if (std::string list = allele_list(id); !list.empty()) codes.push_back(code_of(list));
    return codes;
}

std::string simulated_codes::allele_list(allele_id id) {
    constexpr std::size_t longest = 12;
    const gene g = names_.gene_of(id);
    const allele_name name = names_.name_of(id);
    std::set<std::pair<std::uint32_t, std::uint16_t>> members{{name.fields[0], name.fields[1]}};
    const auto add = [&](allele_id member) {
        const allele_name m = names_.name_of(member);
        if (members.size() < longest) members.insert({m.fields[0], m.fields[1]});
    };
    std::string group = names_.g_group_text(id);
    if (!group.empty()) {
        std::string_view tail;
        const std::size_t star = group.find('*');
        if (const auto group_name = read_allele_fields(std::string_view(group).substr(star + 1), tail))
            if (const allele_set* alleles = names_.g_group(g, *group_name)) alleles->for_each(add);
    }
    // Alone in its group: together with the first allele of a neighbouring first field.
    constexpr std::uint32_t reach = 32;
    for (std::uint32_t step = 1; members.size() == 1 && step <= reach; ++step) {
        for (const std::uint32_t first : {name.fields[0] + step, name.fields[0] - step}) {
            if (first == 0 || first > allele_name::largest[0] || members.size() > 1) continue;
            const allele_set alleles = names_.first_field_alleles(g, first);
            if (!alleles.empty()) add(alleles.ranges().front().begin);
        }
    }
    if (members.size() == 1) return {};
    std::vector<std::string> list;
    for (const auto& [first, second] : members) {
        const auto& all = second_fields(g, first);
        const auto it = std::find_if(all.begin(), all.end(), [s = second](const auto& f) { return f.number == s; });
        list.push_back(two_digits(first) + ':' + it->text);
    }
    return joined(list);
}

std::string simulated_codes::code_of(const std::string& expansion) {
    const auto [it, added] = code_of_.try_emplace(expansion);
    if (!added) return it->second;
    constexpr std::size_t letters = 3;
    std::string tail;
    for (std::size_t n = codes_.size(); n != 0 || tail.size() < letters; n /= 26)
        tail.insert(tail.begin(), static_cast<char>('A' + n % 26));
    it->second = "SIM" + tail;
    codes_.emplace_back(it->second, expansion);
    return it->second;
}

std::string simulated_codes::text() const {
    if (codes_.empty()) return {};
    std::string text = "SIMULATED CODES - NOT THOSE OF NMDP\n*\tCODE\tSUBTYPE\n\n";
    for (const auto& [code, expansion] : codes_) {
        if (expansion.find(':') != std::string::npos) text += '*';
        text += '\t' + code + '\t' + expansion + '\n';
    }
    return text;
}

}  // namespace allomatch::analytics
