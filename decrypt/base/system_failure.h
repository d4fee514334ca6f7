#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd {

/// What the operating system refused: "what: No space left on device". kIo, or kNoRoom and what to
/// do about it where the machine has no room at this moment. `error` is an errno, as is the value
/// of a std::error_code of the system. `hint` is for all but a lack of descriptors, processes and
/// memory; without one, a full disk is taken for the work folder's.
///
/// Nothing else in the product turns an errno into words: tests/layout sees to it.
Failure SystemFailure(const std::string& what, int error, std::string_view hint = {});

/// The same for a file that somebody named: kNotFound if it is not there.
Failure FileFailure(const std::string& what, int error, std::string_view hint = {});

/// The words alone, "No space left on device", for what is no failure of ours to tell.
std::string SystemWords(int error);

}  // namespace acd
