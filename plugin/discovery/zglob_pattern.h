#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acd::discovery {

/// What go-zglob 0.0.6 makes of a pattern with a wildcard (`*` or `{`; nothing else starts one).
struct ZglobPattern {
  std::string root;  ///< the folder to walk: all before the component with the wildcard
  std::string
      dirmask;        ///< with a slash at its end; of what is shorter only its prefixes are walked
  std::string regex;  ///< of whole paths; not yet known to be one
};

/// `pattern`: absolute, clean. Nothing if it has no wildcard. Unlike zglob's, `$NAME` is a name: an
/// application's path must not be able to ask for what is in the environment.
std::optional<ZglobPattern> TranslateZglob(std::string_view pattern);

}  // namespace acd::discovery
