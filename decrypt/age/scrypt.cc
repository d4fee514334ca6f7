#include "decrypt/age/scrypt.h"

#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "decrypt/age/kdf.h"
#include "decrypt/age/sodium.h"
#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kLabel = "age-encryption.org/v1/scrypt";
constexpr std::size_t kSaltSize = 16;
constexpr std::uint32_t kBlockSize = 8;
constexpr std::uint32_t kParallel = 1;

Failure BadStanza(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("header: invalid scrypt recipient: ").append(what));
}

struct Parameters {
  SecretBytes salt;  ///< with the label in front
  unsigned work_factor = 0;
};

// "a decimal number without leading zeros": what has more than two digits is too large anyway.
Result<unsigned> ParseWorkFactor(std::string_view text, unsigned max) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || !digits || text.front() == '0') {
    return BadStanza("the work factor is not a number");
  }
  unsigned value = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(text.size(), 3); ++i) {
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  if (text.size() > 2 || value > max) {
    return Fail(
        Code::kLimitExceeded,
        "header: invalid scrypt recipient: the work factor is larger than " + std::to_string(max),
        "encrypt the file again with a smaller work factor");
  }
  return value;
}

Result<Parameters> Parse(const Stanza& stanza, const ScryptLimits& limits) {
  const auto arguments = stanza.TwoArguments();
  if (!arguments) return BadStanza("it must have two arguments");
  const auto salt = DecodeBase64Unpadded(arguments->first);
  if (!salt) return BadStanza("the salt is not base64");
  if (salt->size() != kSaltSize) return BadStanza("the salt has a wrong size");
  Parameters parsed;
  ACD_TRY(parsed.work_factor, ParseWorkFactor(arguments->second, limits.max_work_factor));
  if (stanza.body.size() != kWrappedKeySize) return BadStanza("incorrect file key size");
  const std::uint64_t memory = (std::uint64_t{128} * kBlockSize) << parsed.work_factor;
  if (memory > limits.max_memory_bytes) {
    return Fail(Code::kLimitExceeded,
                "header: scrypt work factor " + std::to_string(parsed.work_factor) + " takes " +
                    std::to_string(memory >> 20U) + " MiB of memory, more than the " +
                    std::to_string(limits.max_memory_bytes >> 20U) + " MiB that it may");
  }
  parsed.salt.Append(kLabel);
  parsed.salt.Append(salt->Expose());
  return parsed;
}

Result<SecretBytes> Derive(const SecretBytes& passphrase, const Parameters& parameters) {
  SecretBytes key(kKeySize);
  if (crypto_pwhash_scryptsalsa208sha256_ll(
          passphrase.Expose().data(), passphrase.size(), parameters.salt.Expose().data(),
          parameters.salt.size(), std::uint64_t{1} << parameters.work_factor, kBlockSize, kParallel,
          key.ExposeMutable().data(), key.size()) != 0) {
    return Fail(Code::kLimitExceeded, "header: not enough memory for scrypt work factor " +
                                          std::to_string(parameters.work_factor));
  }
  return key;
}

}  // namespace

ScryptIdentity::ScryptIdentity(Passphrase passphrase, ScryptLimits limits)
    : passphrase_(std::move(passphrase)), limits_(limits) {
  static std::atomic<unsigned> made = 0;
  unique_name_ = public_name_ + " " + std::to_string(++made);
  EnsureSodium();
}

std::optional<Result<FileKey>> ScryptIdentity::Unwrap(std::span<const Stanza> stanzas,
                                                      const Check& /*check*/) const {
  const auto stanza =
      std::find_if(stanzas.begin(), stanzas.end(), [](const Stanza& s) { return s.type == kType; });
  if (stanza == stanzas.end()) return std::nullopt;
  // "an scrypt stanza [...] MUST be the only one": who knows the passphrase must have made the
  // file.
  if (stanzas.size() != 1) return BadStanza("it must be the only recipient");
  const auto parameters = Parse(*stanza, limits_);
  if (!parameters) return Fail(parameters.error());
  const auto passphrase = passphrase_ ? passphrase_() : std::nullopt;
  if (!passphrase || passphrase->empty()) {
    return Fail(Code::kNoMatchingKey,
                "the file is encrypted with a passphrase, and none was given");
  }
  const auto key = Derive(*passphrase, *parameters);
  if (!key) return Fail(key.error());
  auto file_key = OpenFileKey(*key, stanza->body.Expose());
  if (!file_key) return std::nullopt;
  return std::move(*file_key);
}

}  // namespace acd::age
