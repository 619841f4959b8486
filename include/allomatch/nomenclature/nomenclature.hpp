// SPDX-License-Identifier: Apache-2.0
/// \file
/// A release of the HLA nomenclature: alleles, groups, classes, serology and renames.
#pragma once

#include <allomatch/nomenclature/clinical_facts.hpp>
#include <allomatch/nomenclature/serology.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

struct release_tables;

/// What a name resolves to.
struct resolved_name {
    allele_set alleles;           ///< empty when the name is unknown
    bool suffix_left_out = false; ///< all alleles carry a suffix that the name did not give
    std::string renamed_to;       ///< current name when an old one was followed, else empty
    std::string reason;           ///< why there are no alleles
};

/// One IPD-IMGT/HLA release. Immutable after loading: any number of threads may read it.
///
/// Three kinds exist: a release folder (`load`), the small starter table inside the library
/// (`builtin`, not for clinical use), and `names`, where every allele name cut to two fields is its
/// own class and nothing else is known.
class nomenclature {
public:
    using pointer = std::shared_ptr<const nomenclature>;

    /// Loads `folder/wmda/{hla_nom,hla_nom_g,hla_nom_p,rel_dna_ser,rel_ser_ser}.txt` and, where it is
    /// present, `folder/tce/dpb_tce.csv`. Releases from 3.33.0 on; about 50 ms for 40,000 alleles.
    /// \throws format_error naming file, line, column and text for anything it does not know.
    static pointer load(const std::filesystem::path& folder);
    /// The starter table, loaded once per process.
    static pointer builtin();
    /// No nomenclature: two-field names are classes, nulls too.
    static pointer names();
    /// By the words of the `--release` option: `builtin`, `names` or a folder.
    static pointer open(std::string_view release);

    explicit nomenclature(const release_tables& tables);
    nomenclature(const nomenclature&) = delete;
    nomenclature& operator=(const nomenclature&) = delete;

    [[nodiscard]] bool names_only() const noexcept { return names_only_; }
    [[nodiscard]] const std::string& version() const noexcept { return version_; }
    /// Hash of everything that gives a typing its meaning: two of the same fingerprint give out the same ids.
    [[nodiscard]] std::uint64_t fingerprint() const noexcept { return fingerprint_; }
    [[nodiscard]] std::size_t allele_count() const noexcept { return keys_.size(); }
    [[nodiscard]] std::size_t class_count() const noexcept { return classes_.size(); }
    [[nodiscard]] std::size_t old_name_count() const noexcept { return old_by_text_.size(); }
    [[nodiscard]] std::size_t p_group_count() const noexcept { return p_groups_.size(); }
    [[nodiscard]] std::size_t g_group_count() const noexcept { return g_groups_.size(); }
    /// Rows about alleles that `hla_nom.txt` does not list; they are passed over.
    [[nodiscard]] std::size_t unmatched_rows() const noexcept { return unmatched_rows_; }

    // Alleles. `id` is always one that this nomenclature gave out.
    [[nodiscard]] gene gene_of(allele_id id) const noexcept {
        return names_only_ ? static_cast<gene>(id >> 28) : allele_name::gene_of_key(keys_[id]);
    }
    [[nodiscard]] std::uint32_t first_field(allele_id id) const noexcept {
        return names_only_ ? id >> 16 & 0xFFFU : static_cast<std::uint32_t>(keys_[id] >> 40 & 0xFFFU);
    }
    [[nodiscard]] allele_name name_of(allele_id id) const noexcept;
    /// "A*02:01:01:01"
    [[nodiscard]] std::string allele_text(allele_id id) const;
    [[nodiscard]] class_id class_of(allele_id id) const noexcept {
        return names_only_ ? id : class_of_[id];
    }
    [[nodiscard]] bool is_null(allele_id id) const noexcept { return class_of(id) == no_class; }
    /// "A*02:01:01G", or empty when the allele is in no G group.
    [[nodiscard]] std::string g_group_text(allele_id id) const;
    /// Antigens that `rel_dna_ser.txt` names for the allele, in any of its columns.
    [[nodiscard]] const antigen_set& serology(allele_id id) const noexcept;
    /// The same for comparing antigens: at C a first field above 10 is always its antigen.
    [[nodiscard]] const antigen_set& matching_serology(allele_id id) const noexcept;
    /// Versions of the TCE assignment in the release, oldest first: "V1", "V2" ..
    [[nodiscard]] const std::vector<std::string>& tce_versions() const noexcept { return tce_versions_; }
    /// Number of a version by its name; the newest one for an empty name.
    /// \throws format_error naming the versions that there are.
    [[nodiscard]] std::size_t tce_version(std::string_view name) const;
    /// T-cell epitope group of a DPB1 allele in a version: 1, 2, 3, or 0 where none is known.
    [[nodiscard]] std::uint8_t tce_group(allele_id id, std::size_t version) const noexcept {
        return version < tce_versions_.size() ? tce_[version * keys_.size() + id] : std::uint8_t{0};
    }
    /// In the newest version.
    [[nodiscard]] std::uint8_t tce_group(allele_id id) const noexcept { return tce_group(id, tce_versions_.size() - 1); }
    /// Expression and core division of a DPB1 allele; core or non-core as the release says, else as the built-in table.
    [[nodiscard]] dpb1_facts dpb1_facts_of(allele_id id) const;
    /// Leader of a B allele.
    [[nodiscard]] b_leader leader_of(allele_id id) const noexcept;

    // Ids that are not known to be of this nomenclature.
    /// Whether [begin, end) are alleles of one locus, in part or all of them.
    [[nodiscard]] bool has_alleles(locus l, allele_id begin, allele_id end) const noexcept;
    [[nodiscard]] bool has_class(locus l, class_id id) const noexcept;

    // Classes.
    [[nodiscard]] gene gene_of_class(class_id id) const noexcept;
    /// "A*02:01P", or the name of the allele that is alone in its class.
    [[nodiscard]] std::string class_text(class_id id) const;

    // Names. A gene and the text behind its `*`.
    /// Current alleles of a name, full or truncated; old names are followed.
    [[nodiscard]] resolved_name resolve(gene g, const allele_name& wanted) const;
    /// Follows a name exactly as `hla_nom.txt` spells it when that name was renamed or deleted; nothing
    /// when it was not. `text` may have no colons.
    [[nodiscard]] std::optional<resolved_name> resolve_old(gene g, std::string_view text) const;
    /// A name without colons: as `hla_nom.txt` knows it, else as pairs of digits, else old names that start so.
    [[nodiscard]] resolved_name resolve_digits(gene g, std::string_view text) const;
    /// All alleles of a first field.
    [[nodiscard]] allele_set first_field_alleles(gene g, std::uint32_t first) const;
    [[nodiscard]] const allele_set* p_group(gene g, const allele_name& group) const noexcept;
    [[nodiscard]] const allele_set* g_group(gene g, const allele_name& group) const noexcept;
    /// Small g: the P group and the nulls of the G groups that it touches; the alleles of the name
    /// where no P group has it.
    [[nodiscard]] resolved_name small_g_group(gene g, const allele_name& group) const;

    // Serology.
    [[nodiscard]] const antigen_table& antigens(serology_family f) const noexcept {
        return antigens_[index(f)];
    }
    /// Alleles of gene `g` typed by an antigen: those of its whole line.
    [[nodiscard]] allele_set antigen_alleles(gene g, std::uint32_t antigen) const;

private:
    struct named_group {
        std::uint64_t key;
        allele_set members;
    };
    struct class_info {
        allele_id first;       // lowest member
        std::uint32_t p_group; // index, or none
    };
    struct old_name {
        std::uint64_t key = 0;  // 0 when it has no colon form
        std::string current;
        std::string cause;
    };
    static constexpr std::uint32_t none = 0xFFFF'FFFF;

    nomenclature() = default;
    [[nodiscard]] allele_set prefix(gene g, const allele_name& wanted) const;
    [[nodiscard]] std::optional<allele_id> find(std::uint64_t key) const noexcept;
    [[nodiscard]] static const allele_set* find_group(const std::vector<named_group>& groups, std::uint64_t key);
    /// Rows of old names followed so far: each is followed once, so that cycles end.
    using trail = boost::container::small_vector<const old_name*, 8>;
    resolved_name follow(gene g, const old_name& old, trail& seen) const;
    void follow_into(gene g, const old_name& old, trail& seen, resolved_name& found) const;
    resolved_name resolve(gene g, const allele_name& wanted, trail& seen) const;
    std::optional<resolved_name> resolve_old(gene g, std::string_view text, trail& seen) const;

    void take_groups(const release_tables& tables);
    void take_serology(const release_tables& tables);
    void take_old_names(const release_tables& tables);
    void take_dpb1_facts(const release_tables& tables);
    void take_fingerprint();

    bool names_only_ = false;
    std::string version_;
    std::uint64_t fingerprint_ = 0;
    std::size_t unmatched_rows_ = 0;
    std::vector<std::uint64_t> keys_;  // sorted
    std::array<std::vector<allele_id>, gene_count> first_field_begin_;
    std::vector<class_id> class_of_;
    std::vector<class_info> classes_;
    std::vector<std::uint32_t> g_group_of_;
    std::vector<named_group> p_groups_;  // sorted by key
    std::vector<named_group> g_groups_;
    std::vector<std::uint16_t> serology_of_;
    std::vector<std::uint16_t> matching_serology_of_;
    std::vector<antigen_set> antigen_sets_;
    std::vector<std::string> tce_versions_;
    std::vector<std::uint8_t> tce_;           // by version, then allele
    std::vector<tce3_core> tce3_core_;        // as the release says; empty when it does not
    std::array<antigen_table, serology_family_count> antigens_;
    std::map<std::string, old_name, std::less<>> old_by_text_;  // "A*2401"
    std::vector<const old_name*> old_by_key_;  // sorted by key
};

}  // namespace allomatch
