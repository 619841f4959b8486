// SPDX-License-Identifier: Apache-2.0
#include "donors_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return allomatch::fuzz::atlas_donors(data, size);
}
