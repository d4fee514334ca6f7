#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// A block `-----BEGIN LABEL-----` ... `-----END LABEL-----`.
struct PemBlock {
  std::string label;
  bool encrypted = false;  ///< its headers say so
  SecretBytes data;
};

/// The first whole block of a text, or nullopt. Blanks and empty lines in it do not matter, as in
/// Go's encoding/pem, which age uses. Spec: RFC 7468, with the headers of RFC 1421.
std::optional<PemBlock> ReadPem(std::string_view text);

}  // namespace acd::age
