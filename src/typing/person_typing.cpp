// SPDX-License-Identifier: Apache-2.0
#include <allomatch/typing/person_typing.hpp>

#include <string>

namespace allomatch {

void person_typing::add(locus l, std::span<const reading_pair> pairs, std::string_view text) {
    readings[index(l)] = pairs;
    phase[index(l)] = {};
    if (text.find('~') == std::string_view::npos) return;
    const std::string prefix = std::string(name(l)) + '*';
    for (const std::string_view block : split(text, '^'))
        if (block.find('~') != std::string_view::npos && (text.size() == block.size() || block.find(prefix) != std::string_view::npos))
            phase[index(l)] = block;
}

}  // namespace allomatch
