// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "binding.hpp"

#include <allomatch/store/stored_donors.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace allomatch::python {

using names_pointer = std::shared_ptr<nomenclature>;
using mac_pointer = std::shared_ptr<mac_table>;

/// A connection that threads take turns at. Nobody waits for a turn while holding the GIL.
class connection {
public:
    explicit connection(registry_store open) : nulls_(open.nulls()), store_(std::move(open)) {}

    /// What typings are read with here: null alleles are read as the store does.
    [[nodiscard]] reading_rules rules(const names_pointer& names, const mac_pointer& mac) const { return {names, mac, nulls_}; }

    /// `work(store)` without the GIL.
    template <class Work>
    auto with(const Work& work) {
        const py::gil_scoped_release unlocked;
        const std::scoped_lock turn(mutex_);
        return work(opened());
    }
    /// `work(store)` with the GIL.
    template <class Work>
    auto with_gil(const Work& work) {
        const py::gil_scoped_release unlocked;
        const std::scoped_lock turn(mutex_);
        const py::gil_scoped_acquire locked;
        return work(opened());
    }
    /// The donors as they are now; the last version is kept, so that the next time only changes are read.
    derived_registry latest(const reading_rules& rules) {
        return with([&](const registry_store& s) { return latest_ = latest_registry(s, latest_, rules); });
    }
    void switch_rules(const reading_rules& rules, const std::string& actor) {
        with([&](registry_store& s) {
            s.switch_rules(rules, actor);
            nulls_ = rules.nulls;
            latest_ = {};
        });
    }
    void close() {
        const py::gil_scoped_release unlocked;
        const std::scoped_lock turn(mutex_);
        latest_ = {};
        store_.reset();
    }

private:
    registry_store& opened() {
        if (!store_) throw store_error(problem::with_input("store", "is closed"));
        return *store_;
    }

    null_policy nulls_;
    std::recursive_mutex mutex_;  // a progress function may ask the store
    std::optional<registry_store> store_;
    derived_registry latest_;
};

using store_class = py::class_<connection>;

/// The day of an option; `fallback` where it is left out. \throws format_error.
day_number day_of(const char* option, const std::optional<std::string>& text, day_number fallback);
null_policy policy(const std::string& nulls);

/// Status, reservations, steps to a collection, utilisation.
void bind_donor_life(py::module_& m, store_class& store);
/// Following a store, alerts, other rules.
void bind_following(py::module_& m, store_class& store);

}  // namespace allomatch::python
