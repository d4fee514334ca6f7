#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/render/context.h"
#include "plugin/render/kustomization_charts.h"

namespace acd::render {

/// What a walk found out about an application's kustomizations.
struct KustomizationGraph {
  bool runs_ksops = false;
  bool uses_charts = false;
  bool is_remote = false;  ///< something may have to be fetched
  std::vector<RemoteChart> remote_charts;
  std::vector<std::string> ksops_files;  ///< what its generators name: absolute, not resolved
  std::size_t files = 0;  ///< local files that kustomize will read, kustomizations included
  /// Of them, those that are still as they were in the repository. What is `in_order` is read once,
  /// one file after the other; for certain, whatever else is read between.
  std::vector<std::string> unread;
  std::vector<std::string> in_order;
};

/// Follows local references from the application's folder as kustomize will, charts and their
/// values included, and refuses each program that it would run, except ksops. Decrypted in place is
/// each encrypted file that decides what kustomize reads, and, beside KSOPS generators, all that it
/// will read; the others are left for DecryptUnread. What KSOPS generators name stays encrypted, or
/// its result is listed as a resource. Remote references are left to kustomize. Errors:
/// kInvalidInput (a path that leaves the repository, a program), kLimitExceeded; those of
/// decryption. Each names the file.
Result<KustomizationGraph> PrepareKustomization(Context& context);

/// What a file is decrypted for, see FileDecryptor.
inline constexpr const char* kReadByKustomize = "kustomize resource";

/// Decrypts in place what is encrypted of `graph.unread` and `graph.in_order`.
Status DecryptUnread(Context& context, const KustomizationGraph& graph);

}  // namespace acd::render
