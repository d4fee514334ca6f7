#pragma once

#include <memory>
#include <string>

#include "decrypt/base/unique_fd.h"
#include "plugin/ksops/file_opener.h"

namespace acd::ksops {

/// Asks the server of a render for files. Holds no key. Not thread-safe.
class BrokerClient : public FileOpener {
 public:
  /// `address`: the server's socket. Error: kIo.
  static Result<std::unique_ptr<BrokerClient>> Connect(const std::string& address);
  Result<SecretBytes> Decrypt(const std::string& path) override;

 private:
  explicit BrokerClient(UniqueFd socket) : socket_(std::move(socket)) {}
  UniqueFd socket_;
};

}  // namespace acd::ksops
