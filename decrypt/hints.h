#pragma once

#include <cstdint>
#include <span>

#include "decrypt/base/error.h"
#include "decrypt/sops/stores/store.h"

namespace acd {

/// The error with what to do about it: its own hint, else what helps with most errors of its code
/// and stage.
Error WithHint(Error error);

/// For a file that could not be read as `format`: when its content looks like a SOPS file of
/// another format (a wrong suffix, or standard input without one), the hint says which, whatever it
/// said before. Only looks for the marks of metadata at the start of lines: it promises nothing.
Error WithFormatHint(Error error, std::span<const std::uint8_t> content, sops::Format format);

}  // namespace acd
