#pragma once

#include <sys/types.h>

#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"

namespace acd::server {

/// A listening unix socket at a path that belongs to this process.
///
/// A file left by a dead server is replaced, a live server is left alone. Mode 0600: whoever may
/// connect gets decrypted manifests, and there is no other authentication; the repo-server runs as
/// the same user. Two servers that start at once are kept apart by a lock on `<path>.lock`, which
/// stays: Argo CD looks at sockets only.
class ListeningSocket {
 public:
  /// Errors: kInvalidInput (path too long, or something else than a socket is there), kIo (a server
  /// answers there already; the folder is missing or not writable).
  static Result<ListeningSocket> Listen(const std::string& path);

  ListeningSocket(ListeningSocket&&) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  /// Unlinks, if that was not done yet.
  ~ListeningSocket();

  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }

  /// Removes the name, so that no new client comes; those that already connected can be accepted
  /// still. Leaves a socket alone that another server has put there since.
  void Unlink() noexcept;
  /// Unlinks and stops listening.
  void Close() noexcept;

 private:
  ListeningSocket() = default;
  std::string path_;
  UniqueFd fd_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace acd::server
