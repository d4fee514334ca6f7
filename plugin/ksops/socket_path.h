#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"

namespace acd::ksops {

/// A unix socket's address holds 107 bytes, a request's folder may be longer. So the folder is
/// opened and the socket named through its descriptor; keep `folder` open while `path` is used.
struct SocketPath {
  UniqueFd folder;
  std::string path;
};
/// Error: kIo (no such folder), kInvalidInput (a name that is too long).
Result<SocketPath> ShortenSocketPath(const std::string& path);

/// Connects to a stream socket. Error: kIo.
Result<UniqueFd> ConnectTo(const std::string& path);
/// Makes a stream socket at `path`, mode 0600, and listens. Error: kIo.
Result<UniqueFd> ListenAt(const std::string& path);

}  // namespace acd::ksops
