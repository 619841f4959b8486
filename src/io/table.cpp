// SPDX-License-Identifier: Apache-2.0
#include <allomatch/io/table.hpp>

namespace allomatch::io {

std::size_t column::size() const {
    return std::visit([](const auto& list) { return list.size(); }, values);
}

}  // namespace allomatch::io
