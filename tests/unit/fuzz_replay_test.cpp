// SPDX-License-Identifier: Apache-2.0
// Every fuzz body over its committed corpus, and over each file cut short and with single bytes changed.
#include "fuzz/csv_body.hpp"
#include "fuzz/donors_body.hpp"
#include "fuzz/filter_body.hpp"
#include "fuzz/frequencies_body.hpp"
#include "fuzz/gl_string_body.hpp"
#include "fuzz/mac_body.hpp"
#include "fuzz/ranking_body.hpp"
#include "fuzz/release_body.hpp"
#include "fuzz/snapshot_body.hpp"
#include "fuzz/typing_body.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

using namespace allomatch;

namespace {

struct body {
    const char* name;
    int (*run)(const std::uint8_t*, std::size_t);
    friend void PrintTo(const body& b, std::ostream* out) { *out << b.name; }
};

class fuzz_replay : public ::testing::TestWithParam<body> {
protected:
    static void run(const std::string& bytes) {
        EXPECT_EQ(GetParam().run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
    }
    static std::vector<std::filesystem::path> corpus() {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(ALLOMATCH_TESTS_DIR) / "fuzz" / "corpus" / GetParam().name))
            files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        return files;
    }
    static std::string bytes_of(const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_P(fuzz_replay, corpus) {
    run("");
    const auto files = corpus();
    EXPECT_GE(files.size(), 3U);
    for (const auto& path : files) {
        SCOPED_TRACE(path.filename().string());
        run(bytes_of(path));
    }
}

TEST_P(fuzz_replay, damaged_corpus) {
    for (const auto& path : corpus()) {
        SCOPED_TRACE(path.filename().string());
        const std::string bytes = bytes_of(path);
        const std::size_t step = std::max<std::size_t>(1, bytes.size() / 40);
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            run(bytes.substr(0, at));
            for (const char c : {'\0', ' ', '/', '9', '\xFF', '\n'}) {
                std::string changed = bytes;
                changed[at] = c;
                run(changed);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(bodies, fuzz_replay,
                         ::testing::Values(body{"csv", fuzz::csv}, body{"typing", fuzz::typing},
                                           body{"gl_string", fuzz::gl_string}, body{"release", fuzz::release},
                                           body{"mac", fuzz::mac}, body{"filter", fuzz::filter},
                                           body{"frequencies", fuzz::frequencies}, body{"ranking", fuzz::ranking_file},
                                           body{"snapshot", fuzz::snapshot},
                                           body{"atlas_donors", fuzz::atlas_donors}, body{"wmda_donors", fuzz::wmda_donors}),
                         [](const auto& about) { return std::string(about.param.name); });

}  // namespace
