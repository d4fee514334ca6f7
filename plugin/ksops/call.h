#pragma once

#include <string>

#include "decrypt/base/secret_bytes.h"

namespace acd::ksops {

/// How `ksops` was called: what a process that holds no key has to say to one that does.
struct Call {
  enum class Kind {
    kManifest,      ///< `ksops FILE`: `input` is the file
    kResourceList,  ///< `ksops`, with a KRM ResourceList on standard input
  };
  Kind kind = Kind::kResourceList;
  std::string directory;  ///< the working directory, which the paths in `input` start from
  SecretBytes input;
};

/// What such a process has to do: print both, and exit.
struct Answer {
  int exit_code = 1;
  SecretBytes out;
  std::string err;
};

}  // namespace acd::ksops
