#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::guard {

/// Cuts a stream of manifests where Argo CD would: a JSON stream (`{}{}`) at the end of each
/// object, YAML at each line that starts with `---`; YAML may follow the first JSON object. Pieces
/// view into `text`; they may hold only comments. Errors: kInvalidInput (text on a separator line,
/// which Argo CD refuses while quoting it: it could quote a secret), kLimitExceeded. Spec:
/// k8s.io/apimachinery pkg/util/yaml decoder.go.
Result<std::vector<std::string_view>> SplitDocuments(std::string_view text,
                                                     std::size_t max_documents);

}  // namespace acd::guard
