#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::bench {

/// Made for this program by age-keygen; it opens nothing else.
inline constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-18F96PDTNZQX9NX5EPC2NFDT685DH9NA35NDJV3D6H2XSR6L3E8PS90YJ4P";

/// A data key wrapped for it: the age block of a file that sops 3.13.3 wrote.
inline constexpr std::string_view kWrappedKey = R"(-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBTRDhmYk9qVkswdDhWNXZj
amV0QW5iWGw3bVd0aTBINU93cGd6UHlLUlFRCkxNL2ttVnQ5OWV2K25tQldYSnhh
Q0huR1pUYXNrQXZjNXVXWUhDb2wwdG8KLS0tIHFnS0J3Wk1NL3JlV2VlUUMxQm5n
aHZlSEovejQ3TUN2dm5zb3hGcDFnTncK74dIDQ7qFROAvcEW+ZMuvKby0Fi1t6t1
znLHCNdZRGXIx5253sU1KibHVU5D9NPQARTcciXHuik7OX3mWNhQZg==
-----END AGE ENCRYPTED FILE-----
)";

/// One value of a document, both as sops stores it and as the bare primitives take it.
struct Value {
  std::string aad;  ///< its path
  std::string plain;
  std::string iv, sealed;  ///< binary; `sealed` ends with the tag
};

/// A YAML document of `count` strings of `size` bytes, encrypted as sops does it.
struct Document {
  std::string yaml;
  std::vector<Value> values;
  Value mac;
};

Document MakeDocument(std::size_t count, std::size_t size);

}  // namespace acd::bench
