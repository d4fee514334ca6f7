#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::sources {

/// One entry of `dependencies`, in a Chart.yaml or its lock file.
struct Dependency {
  std::string name;
  std::string version;     ///< a range in Chart.yaml, one version in the lock file
  std::string repository;  ///< empty: it lies in charts/
  /// What helm makes of it for the lock file's digest, `repository` left out: the JSON before and
  /// after that field. Nothing when it has a field that is not understood here.
  std::optional<std::pair<std::string, std::string>> json;
};

/// What a chart depends on: of Chart.yaml and Chart.lock, or requirements.yaml and
/// requirements.lock of a chart with apiVersion v1. helm goes by its own rules: it takes the latter
/// of any chart, and leaves out what .helmignore says. So `any` has what it may fetch.
struct ChartFile {
  std::vector<Dependency> any;  ///< of all of these files
  std::vector<Dependency> dependencies;
  struct Lock {
    std::vector<Dependency> dependencies;
    std::string digest;
  };
  std::optional<Lock> lock;
};

/// Reads the files in a chart's folder. Errors: kNotFound; kInvalidInput with file and field, also
/// for a file that helm would read in another way (merge keys, names in base64 or in another case,
/// fields given twice); kLimitExceeded.
Result<ChartFile> ReadChartFile(const std::string& folder);

/// helm's digest of a lock file (internal/resolver HashReq): over both lists, with the dependencies
/// of Chart.yaml as they are when `@name` is replaced by its URL. Nothing when it can't be told.
std::optional<std::string> LockDigest(const std::vector<Dependency>& wanted,
                                      const std::vector<Dependency>& locked);

/// Whether a text is one version and no range of them.
bool IsExactVersion(std::string_view version);

}  // namespace acd::sources
