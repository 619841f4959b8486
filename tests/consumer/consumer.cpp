// SPDX-License-Identifier: Apache-2.0
#include <allomatch/typing/reading.hpp>

int main() {
    const auto names = allomatch::nomenclature::builtin();
    const auto read = allomatch::read_position({names.get(), nullptr, allomatch::gene_set::all(), {}}, "A*02:01");
    return read && !read->alleles.empty() ? 0 : 1;
}
