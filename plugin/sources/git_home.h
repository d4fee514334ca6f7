#pragma once

#include <map>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/sources/git_login.h"
#include "plugin/sources/session.h"
#include "plugin/sources/tool_folder.h"

namespace acd::sources {

/// A home for git and one bare repository in it. No configuration but ours: no hooks, no
/// submodules, no helpers, no file: or ext: transports, no redirects (they would take the
/// credentials along), one file may not pass 256 MiB. Credentials are in its configuration file
/// (mode 0600, on tmpfs), bound to the repository's origin; a key for SSH in a file beside it.
class GitHome {
 public:
  /// Errors: kNotFound (no git), kIo, kInvalidInput (SSH without host keys).
  static Result<GitHome> Make(const Session& session, const GitLogin& login);

  /// Fetches one commit, no history. Errors: kToolFailed and kNotFound, with git's words, naming
  /// repository and commit.
  Status Fetch(const std::string& commit);
  /// A local command of git over what was fetched; `max_bytes` of output.
  Result<exec::Outcome> Look(std::vector<std::string> args, std::size_t max_bytes) const;

 private:
  GitHome(const Session& session, const GitLogin& login, ToolFolder folder)
      : session_(session), login_(login), folder_(std::move(folder)) {}
  Status Configure();
  Status ConfigureSsh();
  exec::Command Base(std::vector<std::string> args) const;

  const Session& session_;
  const GitLogin& login_;
  ToolFolder folder_;
  std::string program_;
  std::map<std::string, std::string> environment_;
};

}  // namespace acd::sources
