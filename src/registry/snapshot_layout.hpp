// SPDX-License-Identifier: Apache-2.0
// Format version 1 of snapshot files, byte for byte.
#pragma once

#include <allomatch/core/hash.hpp>
#include <allomatch/core/parallel.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace allomatch::snapshot_layout {

// As in PNG: a byte above 127, and line ends that a transfer as text would change.
inline constexpr std::array<char, 8> magic{'\x89', 'A', 'M', 'X', '\r', '\n', '\x1A', '\n'};
inline constexpr std::uint32_t byte_order = 0x0102'0304;
inline constexpr std::uint32_t other_byte_order = 0x0403'0201;
inline constexpr std::uint64_t alignment = 64;

[[nodiscard]] constexpr std::uint64_t aligned(std::uint64_t at) noexcept { return (at + alignment - 1) / alignment * alignment; }

struct header {
    std::array<char, 8> magic;
    std::uint32_t byte_order;
    std::uint32_t version;
    std::uint64_t checksum;  // of all that follows, up to the end of the table
    std::uint64_t file_size;
    std::uint64_t donors;
    std::uint64_t release_fingerprint;
    std::uint64_t mac_fingerprint;
    std::uint32_t section_count;
    std::uint8_t nulls;
    std::uint8_t cluster_locus;
    std::array<std::uint8_t, 2> reserved;
    std::array<char, 40> release;
    std::array<char, 24> written_by;
    std::array<std::uint8_t, 16> origin_store;
    std::uint64_t origin_version;
    std::uint64_t origin_change;
};
inline constexpr std::size_t checked_from = 24;  // first byte after the checksum

struct section {
    std::array<char, 32> name;
    std::uint64_t offset;
    std::uint64_t size;
    std::uint64_t checksum;
    std::uint32_t element_size;
    std::uint32_t reserved;
};

/// An element of the section "loci".
struct locus_summary {
    std::uint64_t typed;
    double passing;
};

static_assert(sizeof(header) == 160 && offsetof(header, file_size) == checked_from && sizeof(section) == 64);
static_assert(std::has_unique_object_representations_v<header> && std::has_unique_object_representations_v<section>);

/// Checksum of a section: the hash of the hashes of its blocks, which are worked out in parallel.
[[nodiscard]] inline std::uint64_t checksum_of(std::string_view bytes) {
    constexpr std::size_t block = std::size_t{1} << 20;
    constexpr std::size_t blocks_at_once = 4;
    std::vector<std::uint64_t> hashes((bytes.size() + block - 1) / block);
    parallel_for_blocks(hashes.size(), blocks_at_once, 0, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) hashes[i] = hash_of(bytes.substr(i * block, block));
    });
    return hash_of(std::span<const std::uint64_t>(hashes));
}

/// Text in a field of fixed width, cut short where it does not fit.
template <std::size_t N>
[[nodiscard]] std::array<char, N> fixed(std::string_view text) {
    std::array<char, N> out{};
    for (std::size_t i = 0; i < std::min(text.size(), N - 1); ++i) out[i] = text[i];
    return out;
}
template <std::size_t N>
[[nodiscard]] std::string_view text_of(const std::array<char, N>& field) {
    const std::string_view all(field.data(), N);
    return all.substr(0, all.find('\0'));
}

}  // namespace allomatch::snapshot_layout
