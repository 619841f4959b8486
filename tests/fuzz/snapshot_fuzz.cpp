// SPDX-License-Identifier: Apache-2.0
#include "snapshot_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return allomatch::fuzz::snapshot(data, size);
}
