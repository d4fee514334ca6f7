#pragma once

#include <variant>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"
#include "plugin/server/announcements.h"
#include "plugin/server/manifest_service.h"
#include "plugin/server/request_record.h"
#include "plugin/server/request_stream.h"
#include "plugin/workspace/workspace.h"

namespace acd::server {

/// What the repo-server asks about a repository besides its manifests, free of gRPC. Both questions
/// come with the whole repository, which is unpacked like one that is rendered, looked at without
/// any key, and removed; where names are all that is asked about, nothing is written. Threads: safe
/// to call concurrently; blocks.
class RepositoryQueries {
 public:
  /// `service`: borrowed; its folders, limits and plugin are ours too.
  explicit RepositoryQueries(ManifestService& service) : service_(service) {}

  /// The parameters that the plugin names, dynamic ones first, and those of the built-in renderer
  /// if that serves; each name once. The renderer's never fail: where the repository cannot be
  /// looked at, they are those of every renderer, because the UI shows an application whose
  /// parameters are refused as a plain directory. Error: the plugin's own command failed, or what
  /// it would look at could not be received. Drains `source`.
  std::variant<std::vector<Announcement>, CallError> Announce(RequestStream& source,
                                                              const exec::Budget& client,
                                                              RequestRecord& record);

  /// Whether there is anything to ask of a repository; else Match is not to be called.
  bool HasDiscovery() const;

  /// Whether the plugin is for the application's path: by the plugin's own discovery, else whether
  /// it holds something encrypted that would be decrypted (see render::HoldsEncrypted). Drains
  /// `source` on every path. Errors: the repository could not be received, or has no such path; the
  /// plugin's command failed. A folder that is hard to read holds nothing; where there is no room
  /// to look (kNoRoom), it may.
  std::variant<bool, CallError> Match(RequestStream& source, const exec::Budget& client,
                                      RequestRecord& record);

 private:
  struct Place;
  /// `ask`, on a repository that was received; the whole stream is taken, whatever happens.
  template <typename T, typename Ask>
  std::variant<T, CallError> Answer(RequestStream& source, const exec::Budget& client,
                                    RequestRecord& record, Ask ask);
  Result<RequestMetadata> ReadMetadata(RequestStream& source, Place& place,
                                       RequestRecord& record) const;
  Status Unpack(RequestStream& source, Place& place, RequestRecord& record) const;
  Result<bool> MatchByName(RequestStream& source, Place& place, RequestRecord& record) const;
  Result<std::vector<Announcement>> OwnParameters(Place& place) const;

  ManifestService& service_;
};

}  // namespace acd::server
