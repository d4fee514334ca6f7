#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "decrypt/base/error.h"

namespace acd::server {

/// The gRPC code for a failure; the only such map. UNAVAILABLE is never used: clients read it as an
/// outage of the plugin, and some retry on it.
grpc::StatusCode StatusCodeOf(Code code);

/// The code's name as logs print it, "INVALID_ARGUMENT".
const char* StatusCodeName(grpc::StatusCode code);

}  // namespace acd::server
