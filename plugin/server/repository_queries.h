#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"
#include "plugin/server/announcements.h"
#include "plugin/server/manifest_service.h"
#include "plugin/server/repository_source.h"
#include "plugin/server/request_record.h"
#include "plugin/workspace/workspace.h"

namespace acd::server {

/// What the repo-server asks about a repository besides its manifests, free of gRPC. Both questions
/// come with the whole repository, which is unpacked like one that is rendered, looked at without
/// any key, and removed. Threads: safe to call concurrently; blocks.
class RepositoryQueries {
 public:
  /// `root` and `settings` are borrowed.
  RepositoryQueries(const workspace::WorkspaceRoot& root, const ServiceSettings& settings)
      : root_(root), settings_(settings) {}

  /// The parameters of the application's renderer. Never fails: where the repository cannot be
  /// looked at, the parameters of every renderer, because the UI shows an application whose
  /// parameters are refused as a plain directory. Drains `source`.
  std::vector<Announcement> Announce(RepositorySource& source, const exec::Budget& client,
                                     RequestRecord& record);

  /// Whether the application's path holds something encrypted that would be decrypted (see
  /// render::HoldsEncrypted). Drains `source` on every path. Errors: the repository could not be
  /// received, or has no such path; a folder that is hard to read is none.
  std::variant<bool, CallError> Match(RepositorySource& source, const exec::Budget& client,
                                      RequestRecord& record);

 private:
  struct Place;
  /// The whole stream, whatever happens.
  std::optional<CallError> Receive(RepositorySource& source, Place& place,
                                   RequestRecord& record) const;
  Status Unpack(RepositorySource& source, Place& place, RequestRecord& record) const;

  const workspace::WorkspaceRoot& root_;
  const ServiceSettings& settings_;
};

}  // namespace acd::server
