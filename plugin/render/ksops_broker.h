#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/ksops/broker_server.h"
#include "plugin/render/context.h"
#include "plugin/render/ksops_files.h"

namespace acd::render {

/// The broker of one render: evaluates generators for processes that hold no key, and opens for
/// them what lies in the application's repository.
class KsopsBroker {
 public:
  /// `expected`: absolute paths that generators are going to name, which are decrypted meanwhile.
  /// `context` is borrowed for the lifetime of this object. Error: kIo.
  static Result<std::unique_ptr<KsopsBroker>> Start(Context& context,
                                                    const std::vector<std::string>& expected);

  const std::string& address() const { return server_->address(); }
  /// The first call that failed, for the message that the user sees.
  std::optional<Error> first_error() const;

 private:
  KsopsBroker(Context& context, const std::vector<std::string>& expected);
  ksops::Answer Evaluate(const ksops::Call& call);

  mutable std::mutex mutex_;
  std::optional<Error> first_error_;
  KsopsFiles files_;
  std::unique_ptr<ksops::BrokerServer> server_;  // last: its threads use what is above
};

/// The program that kustomize is given as `ksops`: the small one beside `self`, the path of this
/// program, or `self` where there is none.
std::string KsopsProgram(const std::string& self);

}  // namespace acd::render
