#pragma once

#include <string>
#include <thread>
#include <vector>

#include "plugin/server/repository_source.h"

namespace acd::commands {

/// The files of a folder on this machine, copied for a render: the caller's own are not on a file
/// system of our choice, and are not ours to write to. Left out are git's own files, and our work
/// folder when that lies in the repository.
class LocalRepository final : public server::RepositorySource {
 public:
  /// `root`: a real path. `workspace`: Engine::workspace_path.
  LocalRepository(server::RequestMetadata metadata, std::string root, const std::string& workspace);

  Result<server::RequestMetadata> ReadMetadata() override { return std::move(metadata_); }
  Status ReadFiles(int root_fd, const archive::UnpackOptions& options, const exec::Budget& budget,
                   archive::UnpackStats& stats) override;
  void Drain() override {}
  std::uint64_t received_bytes() const override { return 0; }

 private:
  server::RequestMetadata metadata_;
  std::string root_;
  std::vector<std::string> excluded_;
};

/// The real path of a folder. Errors name it: kNotFound, kInvalidInput (no folder), kIo.
Result<std::string> RealFolder(const std::string& path);

/// Loads ciphers while the repository is copied. Not keys: nobody may need them, and they may be
/// slow to read.
std::jthread WarmUp();

}  // namespace acd::commands
