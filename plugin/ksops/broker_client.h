#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "plugin/ksops/call.h"

namespace acd::ksops {

/// The variable by which a render tells its generator processes where the server listens.
constexpr const char* kBrokerVariable = "ARGOCD_DECRYPT_BROKER";

/// Has the server of a render evaluate a call. Needs no key, and no YAML. `address`: the server's
/// socket. Errors: kIo, kLimitExceeded.
Result<Answer> AskBroker(const std::string& address, const Call& call);

}  // namespace acd::ksops
