#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace acd {

/// Why an operation failed. Closed: every consumer switches over it without a `default`.
enum class Code {
  kInvalidInput,   ///< malformed file, parameter or request; the author of the input must act
  kUnsupported,    ///< well-formed, but something this build does not do
  kNoMatchingKey,  ///< no identity opens the data
  kAuthFailed,     ///< a MAC or an authentication tag does not verify
  kLimitExceeded,  ///< a size, count, depth or ratio limit was passed
  kNotFound,       ///< a named file, program or component does not exist
  kIo,             ///< the operating system refused a read, a write or a connection
  kNoRoom,         ///< it has no room for it now (descriptors, processes, memory, disk): try later
  kToolFailed,     ///< helm, kustomize or another child exited with an error
  kDeadline,       ///< the request's time is used up
  kCancelled,      ///< the client went away, or the server is stopping
  kInternal,       ///< a broken invariant; always a bug
};

/// The word for a code in logs and errors, for example "invalid input".
std::string_view CodeName(Code code);

/// Which step of opening a SOPS document failed; the `decrypt` command maps it to sops's exit
/// codes.
enum class Stage { kNone, kRead, kDataKey, kTree, kMac, kEmit };

/// A failure. `message` is lower case without a full stop, "path: field: what", the cause in its
/// first line; `hint` says what to do about it and may be empty. Neither ever holds a secret value,
/// a key, or a snippet of decrypted data.
struct Error {
  Code code = Code::kInternal;
  std::string message;
  std::string hint = {};
  Stage stage = Stage::kNone;

  /// The same error with `context` and ": " in front of the message.
  Error With(std::string_view context) &&;
  /// The same error with this hint, unless it has one already (the innermost hint knows most).
  Error Hint(std::string_view text) &&;
  /// The same error stamped with `where`, unless it has a stage already.
  Error At(Stage where) &&;
};

}  // namespace acd
