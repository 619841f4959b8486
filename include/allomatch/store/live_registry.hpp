// SPDX-License-Identifier: Apache-2.0
/// \file
/// The registry of a store as it is now, whoever changes it.
#pragma once

#include <allomatch/store/stored_donors.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

namespace allomatch {

/// Follows a store: what any process commits to it is in `current()` some moments later, as a new version. Who holds an
/// older version keeps it, complete and unchanged. Thread-safe.
class live_registry {
public:
    /// Opens the registry (snapshot and changes since) and looks for changes every `interval`, which costs some
    /// microseconds when there are none; with an interval of zero only `refresh` looks.
    /// \throws store_error as `registry_store` and `open_registry`.
    live_registry(const std::filesystem::path& store, reading_rules rules,
                  std::chrono::milliseconds interval = std::chrono::milliseconds(100));
    live_registry(const live_registry&) = delete;
    live_registry& operator=(const live_registry&) = delete;
    ~live_registry();

    /// The latest version that was picked up. Never null; nanoseconds.
    [[nodiscard]] std::shared_ptr<const registry> current() const;
    /// Picks up changes now; true when there were any. Costs what `follow` does. \throws store_error.
    bool refresh();
    /// Why changes are not picked up at present, such as another release; nothing when they are.
    [[nodiscard]] std::optional<problem> trouble() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace allomatch
