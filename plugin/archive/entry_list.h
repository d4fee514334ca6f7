#pragma once

#include <memory>

#include "decrypt/base/result.h"
#include "plugin/archive/named_entry.h"
#include "plugin/archive/unpack.h"

namespace acd::archive {

/// What Unpack would make of an archive, by name.
struct EntryList {
  std::unique_ptr<NamedEntry> root;  ///< a folder
  UnpackStats stats;
};

/// Reads a gzip-compressed tar to its end, as Unpack does and by its rules, and writes nothing:
/// what Unpack refuses is refused in the same words. Memory is bounded: folders that no entry names
/// count as entries, and names and links together are at most 64 MiB.
/// Stops reading at the end of the tar: the caller drains the rest.
/// Errors: those of Unpack, without kIo. Threads: safe to call concurrently.
Result<EntryList> ListEntries(ByteSource& source, const UnpackOptions& options);

}  // namespace acd::archive
