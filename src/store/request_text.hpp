// SPDX-License-Identifier: Apache-2.0
// Search requests as JSON, as they are kept.
#pragma once

#include <allomatch/search/search.hpp>

#include <string>
#include <string_view>

namespace allomatch {

/// All that a search was asked, but for the day, the threads and the frequencies, which belong to a run.
[[nodiscard]] std::string request_text(const search_request& request);
/// \throws store_error when a text is not from `request_text`.
[[nodiscard]] search_request read_request(std::string_view text);

}  // namespace allomatch
