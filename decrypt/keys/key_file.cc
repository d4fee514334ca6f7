#include "decrypt/keys/key_file.h"

#include <sodium.h>
#include <sys/stat.h>

#include <utility>

namespace acd::keys {
namespace {

constexpr std::size_t kMaxWarnings = 10;  // as for age keys

}  // namespace

FoundKeys ParsePgpKeys(std::string_view text) {
  pgp::SecretKeys read = pgp::ReadSecretKeys(text);
  FoundKeys found;
  found.warnings = std::move(read.warnings);
  if (found.warnings.size() > kMaxWarnings) {
    const std::size_t more = found.warnings.size() - kMaxWarnings;
    found.warnings.resize(kMaxWarnings);
    found.warnings.push_back("and " + std::to_string(more) + " more such problems");
  }
  if (!read.fingerprints.empty()) {
    found.pgp = std::make_shared<const pgp::SecretKeys>(std::move(read));
  }
  return found;
}

std::int64_t KeyFile::written() const {
  return keys_.empty() ? 0 : fingerprint_.modified_ns / 1'000'000'000;
}

bool KeyFile::IsUnchanged() const {
  if (!trusted_ && !absent_) return false;
  const auto found = FingerprintOf(options_.path);
  if (!found || !*found || absent_) return absent_ && found && !*found;
  Fingerprint now = **found;
  if (!S_ISREG(now.mode)) {
    now.size = 0;
    now.modified_ns = 0;
    now.changed_ns = 0;
  }
  return now == fingerprint_;
}

// The file cannot be read: whatever it held is revoked.
bool KeyFile::Lose(const Error& error) {
  const bool had_keys = std::exchange(has_digest_, false);
  keys_ = {};
  std::vector<std::string> problems;
  const bool expected = (options_.may_be_absent && error.code == Code::kNotFound) ||
                        (options_.may_be_irregular && error.code == Code::kInvalidInput);
  if (!expected) {
    problems.push_back(options_.open_failure + ": " + error.message);
  }
  const bool changed = had_keys || problems != problems_;
  problems_ = std::move(problems);
  if (error.code == Code::kNoRoom) lack_ = error;
  absent_ = options_.may_be_absent && error.code == Code::kNotFound;
  return changed;
}

bool KeyFile::Refresh(const Clock& clock) {
  if (IsUnchanged()) return false;
  // Until all is done: what throws on the way must not leave old keys that look current.
  trusted_ = false;
  absent_ = false;
  lack_.reset();
  const auto state = ReadWatched(options_.path, options_.max_bytes, options_.may_be_pipe, clock);
  if (!state) return Lose(state.error());
  Digest digest;
  crypto_generichash(digest.data(), digest.size(), state->content.Expose().data(),
                     state->content.size(), nullptr, 0);
  const bool same = has_digest_ && digest == digest_;
  if (!same) Parse(state->content, digest);
  fingerprint_ = state->fingerprint;
  trusted_ = state->trusted;
  return !same;
}

void KeyFile::Parse(const SecretBytes& content, const Digest& digest) {
  keys_ = options_.parse(content.ExposeText());
  problems_ = std::exchange(keys_.warnings, {});
  for (std::string& problem : problems_) problem.insert(0, options_.label + ": ");
  digest_ = digest;
  has_digest_ = true;
}

}  // namespace acd::keys
