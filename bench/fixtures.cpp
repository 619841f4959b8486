// SPDX-License-Identifier: Apache-2.0
#include "fixtures.hpp"

#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/people.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <stdexcept>

namespace allomatch::bench {

namespace {

pool make_pool(std::size_t donors, const frequency_set& set) {
    simulation_options options;
    options.donors = donors;
    options.patients = 1000;
    const auto plan = simulation::prepare(options, set);
    pool made;
    made.mac = plan->mac();
    io::import_report report;
    donor_simulator rows(plan);
    made.donors = io::import_donors(rows, set.names(), made.mac, {}, report);
    patient_simulator patient_rows(plan);
    made.patients = io::import_patients(patient_rows, set.names(), made.mac, {}, report);
    return made;
}

}  // namespace

frequency_set recombined_set(std::size_t haplotypes) {
    const frequency_set own = builtin_east_asian(nomenclature::builtin());
    const haplotype_table& rows = own.rows();
    // A ~ C B ~ DRB1 DQB1, by the positions of the set.
    std::array<std::vector<std::size_t>, 3> parts;
    for (std::size_t at = 0; at < own.loci().size(); ++at) {
        const locus l = own.loci()[at];
        parts[l == locus::A ? 0 : l == locus::B || l == locus::C ? 1 : 2].push_back(at);
    }
    using names = std::vector<std::string>;
    std::array<std::map<names, double>, 3> shares;
    std::map<names, double> whole;
    const auto cut = [&](std::size_t row, const std::vector<std::size_t>& at) {
        names out;
        for (const std::size_t i : at) out.push_back(own.allele(i, rows.codes(row)[i]).name);
        return out;
    };
    std::vector<std::size_t> everywhere;
    for (const auto& part : parts) everywhere.insert(everywhere.end(), part.begin(), part.end());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        whole[cut(row, everywhere)] += rows.frequency(row);
        for (std::size_t p = 0; p < 3; ++p) shares[p][cut(row, parts[p])] += rows.frequency(row);
    }
    std::vector<std::pair<double, names>> joined;
    for (const auto& [a, fa] : shares[0])
        for (const auto& [b, fb] : shares[1])
            for (const auto& [c, fc] : shares[2]) {
                names all = a;
                all.insert(all.end(), b.begin(), b.end());
                all.insert(all.end(), c.begin(), c.end());
                if (!whole.contains(all)) joined.emplace_back(fa * fb * fc, std::move(all));
            }
    std::sort(joined.rbegin(), joined.rend());
    joined.resize(std::min(joined.size(), haplotypes - std::min(haplotypes, whole.size())));
    double sum = 0;
    for (const auto& [f, all] : joined) sum += f;
    constexpr double recombined = 0.4;
    std::vector<locus> loci;
    for (const std::size_t at : everywhere) loci.push_back(own.loci()[at]);
    frequency_set_builder builder("recombined", loci, own.names());
    const auto add = [&](const names& all, double f) {
        const std::vector<std::string_view> views(all.begin(), all.end());
        if (builder.add(views, f)) throw std::logic_error("a recombined haplotype was refused");
    };
    for (const auto& [all, f] : whole) add(all, f / own.sum_as_read() * (1 - recombined));
    for (const auto& [f, all] : joined) add(all, f / sum * recombined);
    return std::move(builder).build(false);
}

const predicted_pool& simulated_predicted_pool(std::size_t donors) {
    static std::map<std::size_t, predicted_pool> pools;
    if (const auto it = pools.find(donors); it != pools.end()) return it->second;
    pools.clear();
    frequency_set set = recombined_set(20'000);
    predicted_pool made{make_pool(donors, set), nullptr};
    made.sets = std::make_shared<const populations>(
        std::vector<populations::set_pointer>{std::make_shared<const haplotype_index>(std::move(set))});
    return pools.emplace(donors, std::move(made)).first->second;
}

namespace {

std::shared_ptr<const patient> typed_patient(const std::string& id, const std::array<std::string, locus_count>& texts) {
    const auto names = nomenclature::builtin();
    auto who = std::make_shared<patient>();
    if (!read_patient({.names = names.get()}, null_policy::ignore_inside_ambiguity, id, texts, {}, *who).empty())
        throw std::logic_error("a first-field patient was refused");
    return who;
}

}  // namespace

std::vector<std::shared_ptr<const patient>> first_field_patients(const pool& people, std::size_t count) {
    const auto names = nomenclature::builtin();
    std::vector<std::shared_ptr<const patient>> out;
    for (std::size_t i = 0; i < count; ++i) {
        const patient& typed = *people.patients[i];
        std::array<std::string, locus_count> texts;
        for (const locus l : {locus::A, locus::B, locus::DRB1}) {
            std::array<std::string, 2> sides;
            for (std::size_t side = 0; side < 2; ++side) {
                const reading& r = typed.readings[index(l)].front()[side];
                if (r.what != reading::kind::alleles) continue;
                const std::string field = std::to_string(names->first_field(r.alleles.ranges()[0].begin));
                sides[side] = std::string(name(l)) + '*' + (field.size() < 2 ? "0" : "") + field + ":XX";
            }
            texts[index(l)] = pair_text(sides[0], sides[1]);
        }
        out.push_back(typed_patient(typed.id, texts));
    }
    return out;
}

std::shared_ptr<const patient> hardest_patient() {
    std::array<std::string, locus_count> texts;
    texts[index(locus::A)] = pair_text("A*02:XX", "A*24:XX");
    texts[index(locus::B)] = pair_text("B*15:XX", "B*40:XX");
    texts[index(locus::DRB1)] = pair_text("DRB1*04:XX", "DRB1*15:XX");
    return typed_patient("hardest", texts);
}

const pool& simulated_pool(std::size_t donors) {
    static std::map<std::size_t, pool> pools;
    if (const auto it = pools.find(donors); it != pools.end()) return it->second;
    std::erase_if(pools, [](const auto& entry) { return entry.first > 1'000'000; });
    return pools.emplace(donors, make_pool(donors, builtin_east_asian(nomenclature::builtin()))).first->second;
}

std::optional<std::filesystem::path> shared_data() {
    const char* set = std::getenv("ALLOMATCH_SHARED");
    const std::filesystem::path folder =
        set != nullptr ? std::filesystem::path(set) : std::filesystem::path(ALLOMATCH_BENCH_DIR) / ".." / ".." / "shared";
    if (!std::filesystem::is_directory(folder / "data")) return std::nullopt;
    return folder / "data";
}

search_request usual_request() {
    search_request request;
    request.max_mismatches = 1;
    request.threads = 1;
    return request;
}

}  // namespace allomatch::bench
