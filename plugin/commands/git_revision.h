#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"
#include "plugin/server/repository_source.h"

namespace acd::commands {

/// Reads a git repository on this machine through the program `git`, without a work tree: nothing
/// is checked out, no filter, hook or attribute of the repository has a say.
class GitRepository {
 public:
  /// `root`: its top folder, or one below it. `tool_path`: where git is looked for. `runner` is
  /// borrowed. Error: kNotFound (no git).
  static Result<GitRepository> Open(std::string root, const std::string& tool_path,
                                    exec::CommandRunner& runner);

  /// The tree of files that `revision` (a branch, a tag, HEAD~1, ...) has at our root.
  /// Errors: kNotFound (git knows none of that name), kToolFailed.
  Result<std::string> Tree(const std::string& revision, const exec::Budget& budget) const;

  /// One git command in the repository. Errors: the runner's; kToolFailed with git's own words.
  Result<SecretBytes> Run(std::vector<std::string> args, const exec::Budget& budget,
                          std::span<const std::uint8_t> input = {}) const;

 private:
  GitRepository(std::string root, std::string git, const std::string& tool_path,
                exec::CommandRunner& runner);
  /// Run, for an answer of one line.
  Result<std::string> Line(std::vector<std::string> args, const exec::Budget& budget) const;
  std::string root_;
  std::string git_;
  std::map<std::string, std::string> environment_;
  exec::CommandRunner* runner_;
};

/// The files of one revision. Submodules are empty folders.
class GitRevision final : public server::RepositorySource {
 public:
  /// `repository` is borrowed. `tree`: from GitRepository::Tree.
  GitRevision(server::RequestMetadata metadata, const GitRepository& repository, std::string tree)
      : metadata_(std::move(metadata)), repository_(repository), tree_(std::move(tree)) {}

  /// Whether the revision has a folder of that path.
  Result<bool> HasFolder(const std::string& path, const exec::Budget& budget) const;

  Result<server::RequestMetadata> ReadMetadata() override { return std::move(metadata_); }
  Status ReadFiles(int root_fd, const archive::UnpackOptions& options, const exec::Budget& budget,
                   archive::UnpackStats& stats) override;
  void Drain() override {}
  std::uint64_t received_bytes() const override { return received_; }

 private:
  server::RequestMetadata metadata_;
  const GitRepository& repository_;
  std::string tree_;
  std::uint64_t received_ = 0;
};

}  // namespace acd::commands
