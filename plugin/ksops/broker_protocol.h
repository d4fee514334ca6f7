#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/ksops/call.h"

namespace acd::ksops {

/// What the generator process and the server say to each other over a unix stream socket, once per
/// connection: everything that a generator needs goes in one message, so that a hundred files cost
/// one exchange. Integers are little-endian and 32 bits wide.
///
///   call:   kind, length of the directory (at most kMaxPath), length of the input (kMaxInput),
///           directory, input
///   answer: exit code, length of the output (kMaxOutput), length of the messages (kMaxMessages),
///           output, messages
constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxInput = 16U << 20U;
constexpr std::size_t kMaxOutput = 80U << 20U;
constexpr std::size_t kMaxMessages = 64U << 10U;

/// Reads exactly `size` bytes. `idle`: how long the peer may be silent.
/// Errors: kIo (closed, silent for too long).
Result<SecretBytes> Receive(int socket, std::size_t size, std::chrono::milliseconds idle);
/// Writes all bytes; never raises SIGPIPE.
Status Send(int socket, std::string_view bytes, std::chrono::milliseconds idle);

std::string EncodeNumber(std::size_t value);

/// One end's half of the exchange. An answer that is too large is sent as a failure.
/// Errors: kIo, kLimitExceeded (a call that is too large).
Status SendCall(int socket, const Call& call, std::chrono::milliseconds idle);
Result<Call> ReceiveCall(int socket, std::chrono::milliseconds idle);
Status SendAnswer(int socket, const Answer& answer, std::chrono::milliseconds idle);
Result<Answer> ReceiveAnswer(int socket, std::chrono::milliseconds idle);

}  // namespace acd::ksops
