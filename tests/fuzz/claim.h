#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include "decrypt/base/error.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::fuzz {

/// What a fuzzer asserts about every input: a broken claim is a finding, as a crash is.
inline void Claim(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "claim broken: %s\n", what);
  std::abort();
}

/// An error has a message, of bounded size.
inline void ClaimGoodError(const Error& error) {
  Claim(!error.message.empty(), "an error says something");
  Claim(error.message.size() + error.hint.size() < 64 * 1024, "an error has an end");
  Claim(error.code != Code::kInternal, "no input is an internal error");
}

/// Likewise, and without the secret that the input holds encrypted (an input with the secret in
/// clear may have it in its error: names of keys are no secret).
inline void ClaimGoodError(const Error& error, std::string_view input, std::string_view secret) {
  ClaimGoodError(error);
  if (input.find(secret) != std::string_view::npos) return;
  Claim(error.message.find(secret) == std::string::npos, "no secret is in an error's message");
  Claim(error.hint.find(secret) == std::string::npos, "no secret is in an error's hint");
}

inline std::span<const std::uint8_t> Bytes(const std::uint8_t* data, std::size_t size) {
  return {data, size};
}
inline std::string_view Text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace acd::fuzz
