#pragma once

#include <optional>

#include "plugin/ksops/call.h"
#include "plugin/ksops/file_opener.h"

namespace acd::ksops {

/// What KSOPS prints for a call, and its exit status: nothing on standard output after a failure,
/// except the ResourceList that tells of it. `opener` gets paths as the generators have them.
/// `failure`, if given, gets the error.
Answer Evaluate(const Call& call, FileOpener& opener, std::optional<Error>* failure = nullptr);

/// The answer for a call that could not be evaluated at all.
Answer Refuse(Call::Kind kind, const Error& error);

}  // namespace acd::ksops
