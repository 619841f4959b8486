// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/utf8.hpp>
#include <allomatch/registry/registry.hpp>

#include <numeric>
#include <utility>

namespace allomatch {

namespace {
constexpr std::size_t longest_id = 64;
}

const field_column* registry::field(std::string_view name) const noexcept {
    for (const field_column& f : fields_)
        if (same_ignoring_case(f.name(), name)) return &f;
    return nullptr;
}

person_typing registry::typing(donor_index d) const {
    person_typing typed;
    for (std::size_t l = 0; l < locus_count; ++l) {
        const locus_column& c = loci_[l];
        if (c.typed == 0) continue;
        const std::uint32_t text = c.text_codes[d];
        if (text != 0) typed.add(static_cast<locus>(l), c.readings[text], c.texts[text]);
    }
    return typed;
}

registry_memory registry::memory() const noexcept {
    registry_memory m;
    for (const locus_column& c : loci_) {
        if (c.typed == 0) continue;
        m.typings += c.codes.memory();
        m.typing_texts += c.text_codes.memory();
        m.dictionaries += c.dictionary.memory();
        m.dictionaries += c.code_of_text.memory() + c.texts.memory() + c.readings.memory();
    }
    for (const field_column& f : fields_) {
        m.fields += f.memory();
        m.dictionaries += f.word_memory();
    }
    m.ids = ids_.memory();
    m.order = places_.memory() + cluster_begins_.memory();
    return m;
}

void registry::order_places() {
    const auto n = static_cast<donor_index>(size());
    std::array<std::vector<std::uint32_t>, locus_count> counts;
    double best = 2;
    cluster_locus_ = locus::A;
    for (std::size_t l = 0; l < locus_count; ++l) {
        locus_column& column = loci_[l];
        if (column.typed == 0) continue;
        counts[l].assign(column.dictionary.genotype_count() + 1, 0);
        column.text_codes.visit([&](auto texts) {
            for (const auto text : texts) ++counts[l][column.code_of_text[text]];
        });
        double same = 0;
        for (std::size_t code = 1; code < counts[l].size(); ++code) same += double(counts[l][code]) * double(counts[l][code]);
        column.passing = counts[l][untyped_code] / double(n) + same / (double(n) * double(n));
        if (column.passing < best) {
            best = column.passing;
            cluster_locus_ = static_cast<locus>(l);
        }
    }
    std::vector<std::uint32_t>& begins = counts[index(cluster_locus_)];
    if (begins.empty()) begins = {n, 0};  // nobody is typed: one cluster
    std::exclusive_scan(begins.begin(), begins.end(), begins.begin(), std::uint32_t{0});
    std::vector<std::uint32_t> next = begins;
    std::vector<donor_index> places(n);
    for (donor_index d = 0; d < n; ++d) places[next[code(cluster_locus_, d)]++] = d;
    places_ = stored_array(std::move(places));
    cluster_begins_ = stored_array(std::move(begins));
    for (locus_column& column : loci_) {
        if (column.typed == 0) continue;
        packed_column codes;
        codes.reserve(n, static_cast<std::uint32_t>(column.dictionary.genotype_count() - 1));
        for (const donor_index d : places_) codes.push_back(column.code_of_text[column.text_codes[d]]);
        column.codes = std::move(codes);
    }
}

registry_builder::registry_builder(nomenclature::pointer names, mac_table::pointer mac, null_policy nulls)
    : mac_(std::move(mac)) {
    building_.names_ = std::move(names);
    building_.nulls_ = nulls;
    building_.mac_fingerprint_ = mac_ != nullptr ? mac_->fingerprint() : 0;
    context_.names = building_.names_.get();
    context_.mac = mac_.get();
}

void registry_builder::declare_fields(const std::vector<std::string>& columns) {
    for (const std::string& column : columns) {
        const field_definition* definition = find_field(column);
        const std::string name(definition != nullptr ? definition->name : column);
        if (building_.field(name) != nullptr) {
            problem p;
            p.column = column;
            p.reason = "the field " + name + " is given by two columns";
            throw format_error(std::move(p));
        }
        building_.fields_.emplace_back(name, definition != nullptr ? definition->kind : field_kind::text, definition);
    }
}

registry_builder::known_text& registry_builder::look_up(locus l, std::string_view text) {
    known_texts& known = known_[index(l)];
    if (const auto it = known.find(text); it != known.end()) return it->second;
    return known.emplace(std::string(text), known_text{read_locus(context_, l, text, building_.nulls_)}).first->second;
}

const result<typed_locus>& registry_builder::read(locus l, std::string_view text) { return look_up(l, text).read; }

std::vector<problem> registry_builder::add(const donor_texts& donor) {
    std::vector<problem> problems;
    const auto refuse = [&](std::string column, std::string_view text, std::string reason) {
        problems.push_back(problem::with_value(std::move(column), text, std::move(reason)));
    };
    const std::string_view id = trim(donor.id);
    if (id.empty())
        refuse("id", donor.id, "the id is empty");
    else if (id.size() > longest_id)
        refuse("id", id, "the id is longer than 64 bytes");
    else if (!is_utf8(id))
        refuse("id", id, "the id is not valid UTF-8");
    else if (building_.find(id))
        refuse("id", id, "the id is there already");

    std::array<known_text*, locus_count> typed{};
    for (std::size_t l = 0; l < locus_count; ++l) {
        if (all_of(donor.typings[l], is_space)) continue;
        typed[l] = &look_up(static_cast<locus>(l), donor.typings[l]);
        if (!typed[l]->read) problems.push_back(typed[l]->read.error());
        if (!building_.loci_[l].texts.has_room_for(donor.typings[l]))
            refuse(std::string(locus_names[l]), donor.typings[l], "the registry is full: 4 GiB of typings at this locus");
    }
    for (std::size_t f = 0; f < building_.fields_.size(); ++f)
        if (auto p = building_.fields_[f].check(donor.fields[f])) problems.push_back(*std::move(p));
    if (!building_.ids_.has_room_for(id))
        refuse("id", id, "the registry is full: 4 GiB of ids");
    if (!problems.empty()) return problems;

    for (std::size_t l = 0; l < locus_count; ++l) {
        registry::locus_column& column = building_.loci_[l];
        known_text* known = typed[l];
        if (known != nullptr && known->text_code == 0) {
            known->text_code = static_cast<std::uint32_t>(column.texts.size());
            column.texts.push_back(donor.typings[l]);
            column.code_of_text.push_back(column.dictionary.intern(known->read->meaning));
            column.readings.push_back(known->read->readings);
        }
        if (known != nullptr && column.typed == 0)  // loci that nobody is typed at take no memory
            for (std::size_t i = 0; i < building_.size(); ++i) column.text_codes.push_back(0);
        if (known != nullptr) ++column.typed;
        if (column.typed != 0) column.text_codes.push_back(known != nullptr ? known->text_code : 0);
    }
    for (std::size_t f = 0; f < building_.fields_.size(); ++f) building_.fields_[f].push_back(donor.fields[f]);
    building_.ids_.push_back(id);
    return problems;
}

const std::vector<std::string>& registry_builder::warnings(locus l, std::string_view text) const {
    return known_[index(l)].find(text)->second.read->warnings;
}

std::shared_ptr<const registry> registry_builder::finish(const registry_origin& origin) {
    building_.origin_ = origin;
    for (registry::locus_column& column : building_.loci_) {
        column.dictionary.finish();
        if (column.typed == 0) continue;
        column.text_codes.shrink_to_fit();
        column.texts.shrink_to_fit();
        column.code_of_text.shrink_to_fit();
        column.readings.shrink_to_fit();
    }
    for (field_column& f : building_.fields_) f.shrink_to_fit();
    building_.ids_.shrink_to_fit();
    building_.order_places();
    registry next;
    next.names_ = building_.names_;
    next.nulls_ = building_.nulls_;
    next.mac_fingerprint_ = building_.mac_fingerprint_;
    known_ = {};
    return std::make_shared<registry>(std::exchange(building_, std::move(next)));
}

}  // namespace allomatch
