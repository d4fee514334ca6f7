#pragma once

#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// A value as the stores without types of their own, dotenv and INI, print it: a string as it is,
/// `true`, `5`, `1.0`, `1E+06`, `<nil>`, a time without its fraction; a list, or a map inside of
/// one, as Go's %v prints it. The result is as secret as the value.
/// Spec: sops stores.ValToString.
SecretBytes FlatText(const Node& value);

}  // namespace acd::sops
