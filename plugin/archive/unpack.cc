#include "plugin/archive/unpack.h"

#include "plugin/archive/archive_reader.h"
#include "plugin/archive/tree_builder.h"

namespace acd::archive {

Result<UnpackStats> Unpack(ByteSource& source, int root_fd, const UnpackOptions& options) {
  TreeBuilder builder(root_fd, options);
  return ArchiveReader(source, options.limits, builder).Run();
}

}  // namespace acd::archive
