// SPDX-License-Identifier: Apache-2.0
#include <allomatch/nomenclature/serology.hpp>

#include <algorithm>

namespace allomatch {

std::optional<serology_family> family_of(gene g) noexcept {
    switch (g) {
        case gene::A: return serology_family::A;
        case gene::B: return serology_family::B;
        case gene::C: return serology_family::Cw;
        case gene::DRB1:
        case gene::DRB3:
        case gene::DRB4:
        case gene::DRB5: return serology_family::DR;
        case gene::DQB1: return serology_family::DQ;
        case gene::DQA1:
        case gene::DPA1:
        case gene::DPB1: return std::nullopt;
    }
    return std::nullopt;
}

std::optional<serology_family> family_from_name(std::string_view text) noexcept {
    if (text == "C") return serology_family::Cw;
    const auto it = std::find(serology_family_names.begin(), serology_family_names.end(), text);
    if (it == serology_family_names.end()) return std::nullopt;
    return static_cast<serology_family>(it - serology_family_names.begin());
}

std::optional<std::size_t> antigen_table::find(std::uint32_t number) const noexcept {
    const auto it = std::find(numbers_.begin(), numbers_.end(), number);
    if (it == numbers_.end()) return std::nullopt;
    return static_cast<std::size_t>(it - numbers_.begin());
}

std::size_t antigen_table::add(std::uint32_t number) {
    if (const auto i = find(number)) return *i;
    if (numbers_.size() == antigen_set::capacity) {
        problem p;
        p.text = std::to_string(number);
        p.reason = "more than 128 antigens in one family";
        throw format_error(std::move(p));
    }
    numbers_.push_back(number);
    children_.emplace_back();
    return numbers_.size() - 1;
}

void antigen_table::add_child(std::uint32_t parent, std::uint32_t child) {
    const std::size_t p = add(parent);
    const std::size_t c = add(child);
    children_[p].insert(c);
}

void antigen_table::close() {
    below_ = children_;
    for (bool changed = true; changed;) {
        changed = false;
        for (auto& set : below_) {
            antigen_set wider = set;
            set.for_each([&](std::size_t i) { wider |= below_[i]; });
            changed = changed || wider != set;
            set = wider;
        }
    }
    lines_.assign(size(), {});
    for (std::size_t i = 0; i < size(); ++i) {
        lines_[i].insert(i);
        lines_[i] |= below_[i];
        for (std::size_t j = 0; j < size(); ++j)
            if (below_[j].contains(i)) lines_[i].insert(j);
    }
}

antigen_set antigen_table::lines_of(const antigen_set& set) const {
    antigen_set all;
    set.for_each([&](std::size_t i) { all |= lines_[i]; });
    return all;
}

std::vector<std::size_t> antigen_table::path(std::size_t from, std::size_t to) const {
    if (from == to) return {from};
    if (!below_[from].contains(to) && below_[to].contains(from)) {
        auto reversed = path(to, from);
        std::reverse(reversed.begin(), reversed.end());
        return reversed;
    }
    if (!below_[from].contains(to)) return {};
    // Breadth first, as a damaged file may have cycles.
    std::vector<std::size_t> reached{from};
    std::vector<std::size_t> parent(size(), size());
    for (std::size_t next = 0; next < reached.size() && parent[to] == size(); ++next)
        children_[reached[next]].for_each([&](std::size_t child) {
            if (parent[child] != size() || child == from) return;
            parent[child] = reached[next];
            reached.push_back(child);
        });
    std::vector<std::size_t> steps{to};
    while (steps.back() != from) steps.push_back(parent[steps.back()]);
    std::reverse(steps.begin(), steps.end());
    return steps;
}

}  // namespace allomatch
