#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd::archive {

/// Everything before the last slash of a clean relative path; empty for the root.
std::string_view FolderOf(std::string_view clean);

/// An entry's name as a clean path below the root, by text alone (Go's filepath.Clean); "." is the
/// root itself.
/// Error: kInvalidInput "illegal filepath in archive: NAME" when it is absolute or leads out.
Result<std::string> EntryPath(std::string_view name);

/// What to store as the target of the symlink at `clean`: relative, and with ".." only at its
/// start. Those lead through real folders (the writer refuses links among the ancestors), the rest
/// only downwards, so by induction no chain of such links leaves the root. Error: kInvalidInput
/// "illegal filepath in symlink: NAME" when `target` is absolute or leads out.
Result<std::string> LinkTarget(std::string_view clean, std::string_view target);

/// A name for a message: no control characters, no broken UTF-8, not too long.
std::string Printable(std::string_view name);

}  // namespace acd::archive
