#pragma once

#include <functional>
#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::preview {

/// How a decrypted value is looked for in what was rendered.
enum class Reach {
  kNowhere,   ///< empty, or a boolean or null: no secret, and masking it would mask everything
  kScalar,    ///< 1 to 3 bytes: where a scalar is nothing but it
  kAlone,     ///< a number of 4 or 5 digits: where no letter, digit or `.` is next to it
  kAnywhere,  ///< 4 bytes and more: inside of longer texts too
};
Reach ReachOf(std::string_view value);

/// `text`: what to look for. `stands_for`: the value that its hash is of. Both borrowed.
using FormVisitor = std::function<void(std::string_view text, std::string_view stands_for)>;

/// Each way in which a template, or a tool, puts a value into a text as it is: itself; without
/// white space around it; as JSON and Go quote it (helm's toJson escapes <, > and & too), also
/// twice; in a single-quoted YAML or shell text; in a URL; in HTML; in base64 (standard, URL-safe,
/// with and without padding); a number as helm prints it (12345678 is 1.2345678e+07); of a value
/// with several lines each line of 8 bytes and more, for a template indents it.
void ForEachForm(std::string_view value, const FormVisitor& visit);

}  // namespace acd::preview
