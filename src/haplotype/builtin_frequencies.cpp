// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/text.hpp>
#include <allomatch/haplotype/builtin_frequencies.hpp>

#include <charconv>

namespace allomatch {

namespace east_asian_text {
extern const std::string_view haplotypes;
}

frequency_set builtin_east_asian(const nomenclature::pointer& names) {
    std::optional<frequency_set_builder> builder;
    bool header = true;
    for (const std::string_view line : split(east_asian_text::haplotypes, '\n')) {
        if (line.empty() || line.front() == '#' || std::exchange(header, false)) continue;
        const std::size_t tab = line.find('\t');
        std::vector<std::string_view> haplotype;
        for (const std::string_view allele : split(line.substr(0, tab), '~')) haplotype.push_back(allele);
        if (!builder) {
            std::vector<locus> loci;
            for (const std::string_view allele : haplotype) loci.push_back(*locus_from_name(allele.substr(0, allele.find('*'))));
            builder.emplace("east_asian", std::move(loci), names);
        }
        const std::string_view number = line.substr(tab + 1);
        double frequency = 0;
        std::from_chars(number.data(), number.data() + number.size(), frequency);
        static_cast<void>(builder->add(haplotype, frequency));  // left out when the nomenclature lacks an allele
    }
    return std::move(*builder).build(false);
}

}  // namespace allomatch
