#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/stores/store.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Reads an INI file as a map of sections, each a map of strings. The first is always `DEFAULT`:
/// the keys above any section. Sections may repeat; of a key that repeats in its section the last
/// value counts, at the first place. A section's comment is its first member, a key's comes behind
/// the key. `content` is borrowed for the call.
/// Errors: kInvalidInput "Could not unmarshal input data: ..." in the words of ini.v1, with the
/// line's number and not its text; kLimitExceeded (bytes, nodes). Threads: safe to call
/// concurrently. Spec: sops stores/ini over gopkg.in/ini.v1, its options as sops sets them.
Result<Node> ReadIni(std::span<const std::uint8_t> content, const Limits& limits);

/// Prints maps of maps as `sops -d` prints an INI file, one section for each member of each
/// document. Comments at the top level are dropped; of several between two keys the last is kept,
/// with the key before it, as in sops. The result is as secret as the tree.
/// Errors: kInvalidInput "Error marshaling to INI: ..." (a member of the top level that is no map,
/// an empty name); kLimitExceeded (alignment could make a small document huge).
Result<SecretBytes> WriteIni(const std::vector<Node>& documents);

/// Prints a value by itself, as `sops -d --extract` does: compact JSON, in which a map is a list of
/// `{"Key":...,"Value":...}`. An empty map that was `read_as` JSON is a nil there, so `null`.
/// Error: kInvalidInput (infinity or NaN).
Result<SecretBytes> WriteIniValue(const Node& value, Format read_as);

}  // namespace acd::sops
