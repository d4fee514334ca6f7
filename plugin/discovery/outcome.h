#pragma once

namespace acd::discovery {

enum class Outcome {
  kMatch,
  kNoMatch,
  /// A file or folder that the pattern names without any wildcard is not there. Argo CD's server
  /// fails such a call instead of answering that nothing matches.
  kMissing,
};

}  // namespace acd::discovery
