// SPDX-License-Identifier: Apache-2.0
#include <allomatch/registry/position_table.hpp>

namespace allomatch {

void position_table::push_back(const position& p) {
    kinds_.push_back(static_cast<std::uint8_t>(p.what));
    classes_.append({p.classes.data(), p.classes.size()});
    class_ends_.push_back(static_cast<std::uint32_t>(classes_.size()));
    antigens_.push_back(p.antigens);
    antigens_of_one_.append({p.antigens_of_one.data(), p.antigens_of_one.size()});
    antigens_of_one_ends_.push_back(static_cast<std::uint32_t>(antigens_of_one_.size()));
    first_fields_.append({p.first_fields.data(), p.first_fields.size()});
    first_field_ends_.push_back(static_cast<std::uint32_t>(first_fields_.size()));
    traits_.push_back(p.traits.bits());
}

position position_table::operator[](std::size_t i) const {
    const auto part = [i](const auto& ends, const auto& values) {
        return std::span(values.begin() + (i == 0 ? 0 : ends[i - 1]), values.begin() + ends[i]);
    };
    const auto classes = part(class_ends_, classes_);
    const auto antigens_of_one = part(antigens_of_one_ends_, antigens_of_one_);
    const auto first_fields = part(first_field_ends_, first_fields_);
    return {static_cast<position::kind>(kinds_[i]),
            {classes.begin(), classes.end()},
            antigens_[i],
            {antigens_of_one.begin(), antigens_of_one.end()},
            {first_fields.begin(), first_fields.end()},
            allele_traits::from_bits(traits_[i])};
}

}  // namespace allomatch
