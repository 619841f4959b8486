// SPDX-License-Identifier: Apache-2.0
/// \file
/// Positions of one locus, taken apart into arrays.
#pragma once

#include <allomatch/core/stored_array.hpp>
#include <allomatch/typing/genotype.hpp>

#include <cstdint>

namespace allomatch {

/// The form in which positions are kept in files.
class position_table {
public:
    [[nodiscard]] std::size_t size() const noexcept { return kinds_.size(); }
    void push_back(const position& p);
    [[nodiscard]] position operator[](std::size_t i) const;

    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        visit("kinds", self.kinds_);
        visit("class_ends", self.class_ends_);
        visit("classes", self.classes_);
        visit("antigens", self.antigens_);
        visit("antigens_of_one_ends", self.antigens_of_one_ends_);
        visit("antigens_of_one", self.antigens_of_one_);
        visit("first_field_ends", self.first_field_ends_);
        visit("first_fields", self.first_fields_);
        visit("traits", self.traits_);
    }

private:
    stored_array<std::uint8_t> kinds_;
    stored_array<std::uint32_t> class_ends_;
    stored_array<class_id> classes_;
    stored_array<antigen_set> antigens_;
    stored_array<std::uint32_t> antigens_of_one_ends_;
    stored_array<antigen_set> antigens_of_one_;
    stored_array<std::uint32_t> first_field_ends_;
    stored_array<std::uint16_t> first_fields_;
    stored_array<std::uint32_t> traits_;
};

}  // namespace allomatch
