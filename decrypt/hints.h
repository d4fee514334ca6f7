#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decrypt/base/error.h"
#include "decrypt/sops/stores/store.h"

namespace acd {

/// The error with what to do about it: its own hint, else what helps with most errors of its code
/// and stage.
Error WithHint(Error error);

/// What to do about a file that could not be read as `format`, when its content looks like a SOPS
/// file of another one (a wrong suffix, or standard input without one); else empty. Only looks for
/// the marks of metadata at the start of lines: it promises nothing.
std::string FormatHint(std::span<const std::uint8_t> content, sops::Format format);

}  // namespace acd
