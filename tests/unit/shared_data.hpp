// SPDX-License-Identifier: Apache-2.0
// The shared data folder: real releases, which are not part of the project.
#pragma once

#include <allomatch/nomenclature/nomenclature.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

namespace allomatch::testing {

inline std::filesystem::path shared_folder() {
    if (const char* set = std::getenv("ALLOMATCH_SHARED"); set != nullptr && *set != '\0') return set;
    return std::filesystem::path(ALLOMATCH_TESTS_DIR) / ".." / ".." / "shared";
}

inline std::filesystem::path release_folder(const std::string& version) {
    return shared_folder() / "data" / "imgt" / version;
}

/// A real release, loaded once per process; null where it is absent.
inline nomenclature::pointer real_release(const std::string& version = "3.58.0") {
    static std::map<std::string, nomenclature::pointer> loaded;
    if (const auto it = loaded.find(version); it != loaded.end()) return it->second;
    const std::filesystem::path folder = release_folder(version);
    return loaded[version] = std::filesystem::exists(folder / "wmda" / "hla_nom.txt") ? nomenclature::load(folder) : nullptr;
}

/// The newest real release, or the starter table where there is none.
inline nomenclature::pointer best_release() {
    nomenclature::pointer real = real_release();
    return real != nullptr ? real : nomenclature::builtin();
}

}  // namespace allomatch::testing
