#include "plugin/archive/entry_list.h"

#include "plugin/archive/archive_reader.h"
#include "plugin/archive/name_builder.h"

namespace acd::archive {

Result<EntryList> ListEntries(ByteSource& source, const UnpackOptions& options) {
  NameBuilder builder(options);
  EntryList list;
  ACD_TRY(list.stats, ArchiveReader(source, options.limits, builder).Run());
  list.root = builder.Take();
  return list;
}

}  // namespace acd::archive
