#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::ksops {

/// What the generator process and the server say to each other over a unix stream socket. Integers
/// are little-endian and 32 bits wide.
///
///   request:  length, path (absolute, at most kMaxPath bytes)
///   response: status (0 = plaintext follows, else 1 + the number of a Code), length, payload;
///             of a failure the payload is the message, a NUL, and the hint
///
/// Any number of requests on one connection, one after the other; the client closes it.
constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxPayload = 80U << 20U;
constexpr std::size_t kMaxErrorText = 64U << 10U;

/// Reads exactly `size` bytes. `idle`: how long the peer may be silent.
/// Errors: kIo (closed, silent for too long). A clean end before the first byte is kCancelled.
Result<SecretBytes> Receive(int socket, std::size_t size, std::chrono::milliseconds idle);
/// Writes all bytes; never raises SIGPIPE.
Status Send(int socket, std::string_view bytes, std::chrono::milliseconds idle);

std::string EncodeNumber(std::size_t value);
std::size_t DecodeNumber(const SecretBytes& bytes);

/// One end's half of the exchange.
Status SendRequest(int socket, const std::string& path, std::chrono::milliseconds idle);
Result<std::string> ReceiveRequest(int socket, std::chrono::milliseconds idle);
Status SendResponse(int socket, const Result<SecretBytes>& response,
                    std::chrono::milliseconds idle);
/// The server's plaintext, or its error.
Result<SecretBytes> ReceiveResponse(int socket, std::chrono::milliseconds idle);

}  // namespace acd::ksops
