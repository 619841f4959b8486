// SPDX-License-Identifier: Apache-2.0
/// \file
/// Rankings from TOML files.
#pragma once

#include <allomatch/search/ranking.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace allomatch::io {

struct named_ranking {
    std::string name;
    ranking order;
    friend bool operator==(const named_ranking&, const named_ranking&) = default;
};

/// Reads a ranking from a TOML 1.0 file of at most 1 MiB, plain or gzip. `criteria` is a list of names and tables, or
/// `[[criteria]]` tables. A table has `by` and what differs from the usual meaning of that criterion: `bands` (numbers
/// or dates; a date counts as days since 1970-01-01), `order` (texts), `direction` ("ascending" or "descending"),
/// `weight` (a number), `missing` ("first" or "last"). `preset` names a preset whose criteria follow those of the file,
/// `name` is a text; without it the file's stem is the name. The ranking has passed `validate`.
///
/// Whole numbers are taken up to 2^53, brackets and dots of a key to a depth of 32.
/// \throws format_error for a file that cannot be read or has neither criteria nor a preset; and, with the line, for
/// damaged TOML (`column` is the character), an unknown key, a value of the wrong kind (`column` is its key), a preset
/// that does not exist and what `validate` refuses.
[[nodiscard]] named_ranking read_ranking(const std::filesystem::path& file);
/// The same from text; `place` is its name in messages. Without a `name` in the text the name is empty.
[[nodiscard]] named_ranking parse_ranking(std::string_view text, std::string_view place);

}  // namespace allomatch::io
