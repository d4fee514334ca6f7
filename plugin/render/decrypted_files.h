#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace acd::render {

/// How many files were decrypted: by format, sops's word for it, and by the kind of the key that
/// opened them, "age", "ssh", "pgp", or "several" where a file needs more than one kind. Few words,
/// whatever the files are.
using DecryptedFiles = std::map<std::pair<std::string, std::string>, std::uint64_t>;

}  // namespace acd::render
