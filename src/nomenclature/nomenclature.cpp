// SPDX-License-Identifier: Apache-2.0
#include <allomatch/nomenclature/nomenclature.hpp>
#include <allomatch/nomenclature/release_tables.hpp>

#include <algorithm>

namespace allomatch {

namespace {

std::string with_gene(gene g, std::string_view text) {
    std::string out(name(g));
    out += '*';
    out += text;
    return out;
}

allele_id packed(gene g, const allele_name& n) {
    const std::size_t suffix = n.suffix == 0 ? 0 : allele_name::suffixes.find(n.suffix) + 1;
    return static_cast<allele_id>(index(g) << 28 | std::size_t{n.fields[0]} << 16 |
                                  std::size_t{n.fields[1]} << 3 | suffix);
}

}  // namespace

nomenclature::pointer nomenclature::load(const std::filesystem::path& folder) {
    return std::make_shared<const nomenclature>(read_release(folder));
}

nomenclature::pointer nomenclature::builtin() {
    static const pointer starter = std::make_shared<const nomenclature>(read_starter());
    return starter;
}

nomenclature::pointer nomenclature::names() {
    static const pointer instance = [] {
        std::shared_ptr<nomenclature> n(new nomenclature);
        n->names_only_ = true;
        n->version_ = "names";
        n->antigen_sets_.emplace_back();
        n->take_fingerprint();
        return n;
    }();
    return instance;
}

nomenclature::pointer nomenclature::open(std::string_view release) {
    if (release == "builtin") return builtin();
    if (release == "names") return names();
    return load(std::filesystem::path(std::u8string(release.begin(), release.end())));
}

nomenclature::nomenclature(const release_tables& tables) : version_(tables.version), keys_(tables.alleles) {
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    for (allele_id id = 0; id < keys_.size(); ++id) {
        auto& begins = first_field_begin_[index(gene_of(id))];
        if (begins.size() < first_field(id) + 1) begins.resize(first_field(id) + 1, id);
    }
    allele_id end = static_cast<allele_id>(keys_.size());
    for (std::size_t g = gene_count; g-- > 0;) {
        auto& begins = first_field_begin_[g];
        begins.push_back(end);
        end = begins.front();
    }
    take_groups(tables);
    take_serology(tables);
    take_old_names(tables);
    take_dpb1_facts(tables);
    take_fingerprint();
}

void nomenclature::take_dpb1_facts(const release_tables& tables) {
    tce_versions_ = tables.tce_versions;
    tce_.assign(tce_versions_.size() * keys_.size(), 0);
    for (const auto& row : tables.tce) {
        const auto id = find(row.key);
        if (!id) {
            ++unmatched_rows_;
            continue;
        }
        for (std::size_t v = 0; v < tce_versions_.size(); ++v) tce_[v * keys_.size() + *id] = row.groups[v];
        if (row.core == tce3_core::unknown) continue;
        if (tce3_core_.empty()) tce3_core_.assign(keys_.size(), tce3_core::unknown);
        tce3_core_[*id] = row.core;
    }
}

std::size_t nomenclature::tce_version(std::string_view name) const {
    if (name.empty()) return tce_versions_.empty() ? 0 : tce_versions_.size() - 1;
    const auto found = std::find(tce_versions_.begin(), tce_versions_.end(), name);
    if (found != tce_versions_.end()) return static_cast<std::size_t>(found - tce_versions_.begin());
    std::string known;
    for (const std::string& version : tce_versions_) known += (known.empty() ? "" : ", ") + version;
    throw format_error(problem::with_value("tce_version", name,
        known.empty() ? "the release has no TCE groups" : "the release has no such version; it has " + known));
}

dpb1_facts nomenclature::dpb1_facts_of(allele_id id) const {
    dpb1_facts facts = facts_of_dpb1(name_of(id));
    if (!tce3_core_.empty()) facts.core = tce3_core_[id];
    return facts;
}

b_leader nomenclature::leader_of(allele_id id) const noexcept {
    return allomatch::leader_of(first_field(id), name_of(id).fields[1]);
}

void nomenclature::take_groups(const release_tables& tables) {
    const auto take = [this](const std::vector<release_tables::group>& rows, std::vector<named_group>& groups) {
        for (const auto& row : rows) {
            named_group g{row.key, {}};
            for (const std::uint64_t key : row.members) {
                if (const auto id = find(key))
                    g.members.collect(allele_set(*id));
                else
                    ++unmatched_rows_;
            }
            g.members.normalise();
            if (!g.members.empty()) groups.push_back(std::move(g));
        }
        std::sort(groups.begin(), groups.end(), [](const named_group& a, const named_group& b) { return a.key < b.key; });
    };
    take(tables.p_groups, p_groups_);
    take(tables.g_groups, g_groups_);

    const auto spread = [this](const std::vector<named_group>& groups) {
        std::vector<std::uint32_t> of(keys_.size(), none);
        for (std::uint32_t i = 0; i < groups.size(); ++i)
            groups[i].members.for_each([&](allele_id id) { of[id] = i; });
        return of;
    };
    g_group_of_ = spread(g_groups_);
    const std::vector<std::uint32_t> p_group_of = spread(p_groups_);
    std::vector<class_id> class_of_p_group(p_groups_.size(), no_class);
    class_of_.assign(keys_.size(), no_class);
    for (allele_id id = 0; id < keys_.size(); ++id) {
        if (name_of(id).is_null()) continue;
        const std::uint32_t p = p_group_of[id];
        if (p != none && class_of_p_group[p] != no_class) {
            class_of_[id] = class_of_p_group[p];
            continue;
        }
        class_of_[id] = static_cast<class_id>(classes_.size());
        classes_.push_back({id, p});
        if (p != none) class_of_p_group[p] = class_of_[id];
    }
}

void nomenclature::take_serology(const release_tables& tables) {
    for (const auto& row : tables.broads)
        for (const std::uint32_t child : row.children)
            antigens_[index(row.family)].add_child(row.antigen, child);
    for (const auto& row : tables.serology)
        if (const auto family = family_of(allele_name::gene_of_key(row.key)))
            for (const std::uint32_t antigen : row.antigens) antigens_[index(*family)].add(antigen);
    auto& cw = antigens_[index(serology_family::Cw)];
    const auto& c_fields = first_field_begin_[index(gene::C)];
    for (std::uint32_t first = 11; first + 1 < c_fields.size(); ++first)
        if (c_fields[first] != c_fields[first + 1]) cw.add(first);
    for (auto& table : antigens_) table.close();

    std::map<std::array<std::uint64_t, 2>, std::uint16_t> known;
    const auto intern = [&](const antigen_set& set) {
        const auto [it, added] = known.try_emplace(set.words, static_cast<std::uint16_t>(antigen_sets_.size()));
        if (added) antigen_sets_.push_back(set);
        return it->second;
    };
    serology_of_.assign(keys_.size(), intern({}));
    for (const auto& row : tables.serology) {
        const auto id = find(row.key);
        const auto family = family_of(allele_name::gene_of_key(row.key));
        if (!id) ++unmatched_rows_;
        if (!id || !family) continue;
        antigen_set set = antigen_sets_[serology_of_[*id]];
        for (const std::uint32_t antigen : row.antigens) set.insert(*antigens_[index(*family)].find(antigen));
        serology_of_[*id] = intern(set);
    }
    matching_serology_of_ = serology_of_;
    for (std::uint32_t first = 11; first + 1 < c_fields.size(); ++first) {
        antigen_set own;
        if (const auto i = cw.find(first)) own.insert(*i);
        for (allele_id id = c_fields[first]; id != c_fields[first + 1]; ++id)
            matching_serology_of_[id] = intern(own);
    }
}

void nomenclature::take_old_names(const release_tables& tables) {
    for (const auto& row : tables.old_names) {
        const auto parsed = read_allele_name(row.name);
        old_name old{parsed ? parsed->key(row.g) : 0, row.current, row.cause};
        old_by_text_.insert_or_assign(with_gene(row.g, row.name), std::move(old));
    }
    for (const auto& [text, old] : old_by_text_)
        if (old.key != 0) old_by_key_.push_back(&old);
    std::sort(old_by_key_.begin(), old_by_key_.end(),
              [](const old_name* a, const old_name* b) { return a->key < b->key; });
}

allele_name nomenclature::name_of(allele_id id) const noexcept {
    if (!names_only_) return allele_name::from_key(keys_[id]);
    allele_name n;
    n.fields[0] = static_cast<std::uint16_t>(id >> 16 & 0xFFFU);
    n.fields[1] = static_cast<std::uint16_t>(id >> 3 & 0x1FFFU);
    n.count = n.fields[1] == 0 ? 1 : 2;
    n.suffix = (id & 7U) == 0 ? char{0} : allele_name::suffixes[(id & 7U) - 1];
    return n;
}

std::string nomenclature::allele_text(allele_id id) const { return with_gene(gene_of(id), name_of(id).text()); }

std::string nomenclature::g_group_text(allele_id id) const {
    if (names_only_ || g_group_of_[id] == none) return {};
    const std::uint64_t key = g_groups_[g_group_of_[id]].key;
    return with_gene(gene_of(id), allele_name::from_key(key).text()) + 'G';
}

gene nomenclature::gene_of_class(class_id id) const noexcept {
    return gene_of(names_only_ ? id : classes_[id].first);
}

std::string nomenclature::class_text(class_id id) const {
    if (names_only_) return allele_text(id);
    const class_info& c = classes_[id];
    if (c.p_group == none) return allele_text(c.first);
    return with_gene(gene_of(c.first), allele_name::from_key(p_groups_[c.p_group].key).text()) + 'P';
}

const antigen_set& nomenclature::serology(allele_id id) const noexcept {
    return antigen_sets_[names_only_ ? 0 : serology_of_[id]];
}

const antigen_set& nomenclature::matching_serology(allele_id id) const noexcept {
    return antigen_sets_[names_only_ ? 0 : matching_serology_of_[id]];
}

std::optional<allele_id> nomenclature::find(std::uint64_t key) const noexcept {
    const auto& begins = first_field_begin_[key >> 52];
    const std::size_t first = key >> 40 & 0xFFF;
    if (first + 1 >= begins.size()) return std::nullopt;
    const auto end = keys_.begin() + begins[first + 1];
    const auto it = std::lower_bound(keys_.begin() + begins[first], end, key);
    if (it == end || *it != key) return std::nullopt;
    return static_cast<allele_id>(it - keys_.begin());
}

allele_set nomenclature::first_field_alleles(gene g, std::uint32_t first) const {
    const auto& begins = first_field_begin_[index(g)];
    if (names_only_ || first + 1 >= begins.size()) return {};
    return {begins[first], begins[first + 1]};
}

allele_set nomenclature::prefix(gene g, const allele_name& wanted) const {
    const auto& begins = first_field_begin_[index(g)];
    if (std::size_t{wanted.fields[0]} + 1 >= begins.size()) return {};
    const auto end = keys_.begin() + begins[wanted.fields[0] + 1U];
    allele_name bare = wanted;
    bare.suffix = 0;
    const auto low = std::lower_bound(keys_.begin() + begins[wanted.fields[0]], end, bare.key(g));
    const auto high = std::lower_bound(low, end, wanted.prefix_end(g));
    return {static_cast<allele_id>(low - keys_.begin()), static_cast<allele_id>(high - keys_.begin())};
}

const allele_set* nomenclature::find_group(const std::vector<named_group>& groups, std::uint64_t key) {
    const auto it = std::lower_bound(groups.begin(), groups.end(), key,
                                     [](const named_group& g, std::uint64_t k) { return g.key < k; });
    return it == groups.end() || it->key != key ? nullptr : &it->members;
}

const allele_set* nomenclature::p_group(gene g, const allele_name& group) const noexcept {
    return find_group(p_groups_, group.key(g));
}

const allele_set* nomenclature::g_group(gene g, const allele_name& group) const noexcept {
    return find_group(g_groups_, group.key(g));
}

resolved_name nomenclature::small_g_group(gene g, const allele_name& group) const {
    const allele_set* p = p_group(g, group);
    if (p == nullptr) return resolve(g, group);
    resolved_name found{*p, false, {}, {}};
    std::uint32_t last = none;
    p->for_each([&](allele_id id) {
        const std::uint32_t touched = g_group_of_[id];
        if (touched == none || touched == last) return;
        last = touched;
        g_groups_[touched].members.for_each([&](allele_id member) {
            if (is_null(member)) found.alleles.collect(allele_set(member));
        });
    });
    found.alleles.normalise();
    return found;
}

resolved_name nomenclature::resolve(gene g, const allele_name& wanted) const {
    trail seen;
    return resolve(g, wanted, seen);
}

resolved_name nomenclature::resolve(gene g, const allele_name& wanted, trail& seen) const {
    if (names_only_) return {allele_set(packed(g, wanted)), false, {}, {}};
    if (const auto id = find(wanted.key(g))) return {allele_set(*id), false, {}, {}};

    const auto carries = [&](allele_id id) { return name_of(id).suffix == wanted.suffix; };
    const allele_set all = prefix(g, wanted);
    resolved_name found;
    if (wanted.suffix == 0) {
        found.alleles = all;
        found.suffix_left_out = !all.empty() && !all.any(carries);
    } else {
        all.for_each([&](allele_id id) {
            if (carries(id)) found.alleles.append(id);
        });
    }
    if (!found.alleles.empty()) return found;

    // Old names: the exact one first, else all that start so.
    if (auto old = resolve_old(g, wanted.text(), seen)) return *std::move(old);
    allele_name bare = wanted;
    bare.suffix = 0;
    const std::uint64_t end = wanted.prefix_end(g);
    auto it = std::lower_bound(old_by_key_.begin(), old_by_key_.end(), bare.key(g),
                               [](const old_name* o, std::uint64_t key) { return o->key < key; });
    for (; it != old_by_key_.end() && (*it)->key < end; ++it) {
        const allele_name old = allele_name::from_key((*it)->key);
        if (wanted.suffix != 0 && old.suffix != wanted.suffix) continue;
        follow_into(g, **it, seen, found);
    }
    found.alleles.normalise();
    if (!found.alleles.empty()) {
        found.reason.clear();
    } else if (found.reason.empty()) {
        found.reason = "no allele of this name in release " + version_;
        if (!all.empty()) found.reason += "; without the suffix there is one";
    }
    return found;
}

void nomenclature::follow_into(gene g, const old_name& old, trail& seen, resolved_name& found) const {
    const resolved_name one = follow(g, old, seen);
    found.alleles.collect(one.alleles);
    if (!one.renamed_to.empty()) {
        if (!found.renamed_to.empty()) found.renamed_to += '/';
        found.renamed_to += one.renamed_to;
    }
    found.reason = one.reason;
}

resolved_name nomenclature::resolve_digits(gene g, std::string_view text) const {
    if (auto old = resolve_old(g, text)) return *std::move(old);
    const auto pairs = read_old_digits(g, text);
    if (!pairs) return {{}, false, {}, "not a name of before 2010: pairs of digits are expected"};
    resolved_name found = resolve(g, *pairs);
    if (!found.alleles.empty()) return found;
    const std::string_view digits = text.substr(0, leading(text, is_digit));
    const std::string start = with_gene(g, digits);
    resolved_name older;
    trail seen;
    for (auto it = old_by_text_.lower_bound(start); it != old_by_text_.end() && it->first.starts_with(start); ++it) {
        const std::string_view rest = std::string_view(it->first).substr(start.size());
        const std::size_t more = leading(rest, is_digit);
        const bool same_suffix = text.size() == digits.size() || rest.substr(more) == text.substr(digits.size());
        if (rest.find(':') == std::string_view::npos && same_suffix) follow_into(g, it->second, seen, older);
    }
    older.alleles.normalise();
    return older.alleles.empty() ? found : older;
}

std::optional<resolved_name> nomenclature::resolve_old(gene g, std::string_view text) const {
    trail seen;
    return resolve_old(g, text, seen);
}

std::optional<resolved_name> nomenclature::resolve_old(gene g, std::string_view text, trail& seen) const {
    const auto it = old_by_text_.find(with_gene(g, text));
    if (it == old_by_text_.end()) return std::nullopt;
    return follow(g, it->second, seen);
}

resolved_name nomenclature::follow(gene g, const old_name& old, trail& seen) const {
    if (old.current.empty())
        return {{}, false, {}, "deleted from the nomenclature (" + old.cause + ") without an identical allele"};
    resolved_name found;
    if (std::find(seen.begin(), seen.end(), &old) == seen.end()) {
        seen.push_back(&old);
        if (const auto current = read_allele_name(old.current))
            found = resolve(g, *current, seen);
        else if (auto older = resolve_old(g, old.current, seen))
            found = *std::move(older);
        else if (const auto pairs = read_old_digits(g, old.current))
            found = resolve(g, *pairs, seen);
    }
    if (found.alleles.empty())
        found.reason = "renamed to " + with_gene(g, old.current) + ", which release " + version_ + " does not have";
    found.renamed_to = with_gene(g, old.current);
    return found;
}

allele_set nomenclature::antigen_alleles(gene g, std::uint32_t antigen) const {
    const auto family = family_of(g);
    if (!family || names_only_) return {};
    const antigen_table& table = antigens(*family);
    const auto i = table.find(antigen);
    if (!i) return {};
    const auto& begins = first_field_begin_[index(g)];
    allele_set found;
    for (allele_id id = begins.front(); id != begins.back(); ++id)
        if (serology(id).intersects(table.line(*i))) found.append(id);
    return found;
}

}  // namespace allomatch
