#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/archive/unpack.h"
#include "plugin/exec/command_runner.h"

namespace acd::server {

/// What a request says before its files: `ManifestRequestMetadata` of the wire.
struct RequestMetadata {
  std::string app_rel_path;
  std::string checksum;                                          ///< of the archive
  std::vector<std::pair<std::string, std::string>> environment;  ///< as sent, order kept
};

/// Where a request and the files of its repository come from.
class RepositorySource {
 public:
  virtual ~RepositorySource() = default;
  /// Comes first, once.
  virtual Result<RequestMetadata> ReadMetadata() = 0;
  /// Puts the files below an empty folder, within `budget`. `root_fd`: open, borrowed. `stats`:
  /// what was made, if nothing failed.
  virtual Status ReadFiles(int root_fd, const archive::UnpackOptions& options,
                           const exec::Budget& budget, archive::UnpackStats& stats) = 0;
  /// Takes what is left, on every path: a client whose server answers before it has sent everything
  /// never sees the answer's text.
  virtual void Drain() = 0;
  virtual std::uint64_t received_bytes() const = 0;
};

}  // namespace acd::server
