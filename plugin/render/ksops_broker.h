#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/ksops/broker_server.h"
#include "plugin/render/context.h"

namespace acd::render {

/// The broker of one render: opens for generator processes what lies in the application's
/// repository.
class KsopsBroker {
 public:
  /// `context` is borrowed for the lifetime of this object. Error: kIo.
  static Result<std::unique_ptr<KsopsBroker>> Start(Context& context);

  const std::string& address() const { return server_->address(); }
  /// The first request that failed, for the message that the user sees.
  std::optional<Error> first_error() const;

 private:
  explicit KsopsBroker(Context& context) : context_(context) {}
  Result<SecretBytes> Open(const std::string& path);
  Result<SecretBytes> OpenInside(const std::string& path);

  Context& context_;
  mutable std::mutex mutex_;
  std::optional<Error> first_error_;
  std::unique_ptr<ksops::BrokerServer> server_;  // last: its threads use what is above
};

}  // namespace acd::render
