#include "decrypt/keys/key_file.h"

#include <sodium.h>
#include <sys/stat.h>

#include <utility>

#include "decrypt/age/identity_file.h"

namespace acd::keys {

bool KeyFile::IsUnchanged() const {
  if (!trusted_ && !absent_) return false;
  auto now = FingerprintOf(options_.path);
  if (!now || absent_) return absent_ && !now && now.error().code == Code::kNotFound;
  if (!S_ISREG(now->mode)) {
    now->size = 0;
    now->modified_ns = 0;
    now->changed_ns = 0;
  }
  return *now == fingerprint_;
}

// The file cannot be read: whatever it held is revoked.
bool KeyFile::Lose(const Error& error) {
  std::vector<std::string> problems;
  const bool expected = (options_.may_be_absent && error.code == Code::kNotFound) ||
                        (options_.may_be_irregular && error.code == Code::kInvalidInput);
  if (!expected) {
    problems.push_back(options_.open_failure + ": " + error.message);
  }
  const bool changed = has_digest_ || problems != problems_;
  identities_ = {};
  problems_ = std::move(problems);
  trusted_ = false;
  absent_ = options_.may_be_absent && error.code == Code::kNotFound;
  has_digest_ = false;
  return changed;
}

bool KeyFile::Refresh(const Clock& clock) {
  if (IsUnchanged()) return false;
  const auto state = ReadWatched(options_.path, options_.max_bytes, options_.may_be_pipe, clock);
  if (!state) return Lose(state.error());
  absent_ = false;
  trusted_ = state->trusted;
  fingerprint_ = state->fingerprint;
  std::array<std::uint8_t, 32> digest;
  crypto_generichash(digest.data(), digest.size(), state->content.Expose().data(),
                     state->content.size(), nullptr, 0);
  if (has_digest_ && digest == digest_) return false;

  auto parsed = age::ParseIdentityFile(state->content.ExposeText(), age::KeyLayout::kOnePerLine);
  for (std::string& warning : parsed.warnings) warning.insert(0, options_.label + ": ");
  identities_ = std::move(parsed.identities);
  problems_ = std::move(parsed.warnings);
  digest_ = digest;
  has_digest_ = true;
  return true;
}

}  // namespace acd::keys
