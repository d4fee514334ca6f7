#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "plugin/sources/session.h"

namespace acd::sources {

/// A chart in a repository.
struct ChartSource {
  std::string repository;  ///< https://..., oci://..., @name, alias:name
  std::string name;
  std::string version;            ///< one version; a range, or empty, is not kept in the cache
  bool pass_credentials = false;  ///< also to another host that the repository names
};

/// Downloads one chart into `folder` as `<name>-<version>.tgz`, through the cache, with the
/// credentials of the repository Secret that the session's project may use. Returns the file's
/// path. helm downloads, and helm has checked that it is a chart.
/// Errors: those of AccessFinder::Charts, of HelmHome and of the cache, naming chart and
/// repository.
Result<std::string> PullChart(Session& session, const ChartSource& chart,
                              const std::string& folder);

/// Unpacks what PullChart made below `folder`, which gets a folder with the chart's own name.
/// Both count what they write, for all charts of a session together. Errors: kInvalidInput,
/// kLimitExceeded, kIo.
Status UnpackChart(Session& session, const std::string& archive, const std::string& folder);

}  // namespace acd::sources
