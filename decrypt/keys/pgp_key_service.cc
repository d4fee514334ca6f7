#include "decrypt/keys/pgp_key_service.h"

#include <algorithm>
#include <utility>

namespace acd::keys {
namespace {

constexpr std::string_view kFailed = "could not decrypt data key with PGP key";

KeyWatch::Sources Folder(const std::string& folder, const Limits& limits) {
  KeyWatch::Sources sources;
  if (!folder.empty()) {
    sources.folders.emplace_back(folder, limits.max_identity_file_bytes, ParsePgpKeys);
  }
  return sources;
}

std::string Describe(const std::vector<std::string>& problems) {
  constexpr std::size_t kNamed = 10;
  std::string text;
  for (std::size_t i = 0; i < problems.size() && i < kNamed; ++i) {
    text += (i == 0 ? ". Errors while loading PGP keys: " : "; ") + problems[i];
  }
  return text;
}

}  // namespace

PgpKeyService::PgpKeyService(const std::string& folder, const Limits& limits,
                             std::shared_ptr<const KeyTools> tools, Warn warn, const Clock& clock)
    : folder_(folder),
      tools_(std::move(tools)),
      warn_(warn),
      mounted_(Folder(folder, limits), std::move(warn), clock) {}

Result<SecretBytes> PgpKeyService::Unwrap(const WrappedKey& key, const Requester& requester) {
  if (key.type != WrappedKey::Type::kPgp) {
    return Fail(Code::kUnsupported,
                std::string("keys of type ") + TypeName(key.type) + " are not for gpg");
  }
  const auto now = mounted_.Current(requester.as_of);
  DropStaleHome(*now);
  auto opened = AskMounted(key, *now, requester);
  if (!opened && tools_->for_user) {
    auto by_user = AskUser(key, requester);
    // Mounted keys were meant to be used: what kept them from it is what has to be known.
    if (by_user || (now->pgp.empty() && now->problems.empty())) opened = std::move(by_user);
  }
  if (opened) return opened;
  Error error = std::move(opened).error();
  error.message += Describe(now->problems);
  return Fail(WithLack(std::move(error).With(kFailed), now->lack));
}

Result<SecretBytes> PgpKeyService::AskMounted(const WrappedKey& key, const KeySnapshot& now,
                                              const Requester& requester) {
  if (now.pgp.empty()) {
    return Fail(Code::kNoMatchingKey,
                folder_.empty() ? "no PGP secret key is at hand"
                                : "no PGP secret key is mounted in " + folder_,
                now.problems.empty() ? "mount a Secret with the armored secret key at /sops/pgp"
                                     : "correct this key source: " + now.problems.front());
  }
  ACD_TRY(const auto home, HomeOf(now));
  auto opened = home->Decrypt(key.encrypted, requester.check);
  if (!opened) {
    opened.error().message += Describe(home->problems());
    if (!now.problems.empty()) {
      return Fail(
          std::move(opened).error().Hint("correct this key source: " + now.problems.front()));
    }
  }
  return opened;
}

Result<SecretBytes> PgpKeyService::AskUser(const WrappedKey& key,
                                           const Requester& requester) const {
  Program program;
  ACD_TRY(program.path, FindGpg(*tools_));
  program.args = {"--batch", "--no-tty", "-d"};
  program.environment = tools_->environment;
  program.directory = tools_->directory;
  program.input = AsBytes(key.encrypted);
  program.limit = kUserLimit;
  program.check = requester.check;
  ACD_TRY(ProgramEnd end, tools_->programs->Run(program));
  auto opened = ReadGpgEnd(std::move(end));
  if (!opened && opened.error().code == Code::kNoMatchingKey) {
    return Fail(std::move(opened).error().Hint(
        "import the secret key of one of the file's recipients: gpg --import KEYFILE"));
  }
  return opened;
}

Result<std::shared_ptr<GpgHome>> PgpKeyService::HomeOf(const KeySnapshot& now) {
  if (auto home = Held(now)) return home;
  const std::lock_guard making(making_);
  if (auto home = Held(now)) return home;
  ACD_TRY(auto home, GpgHome::Create(tools_, now.pgp));
  // Keys may have been revoked while it was made: then it serves this call and no other.
  if (mounted_.Current()->pgp == now.pgp) Hold(home);
  WarnOf(home->problems());
  return home;
}

std::shared_ptr<GpgHome> PgpKeyService::Held(const KeySnapshot& now) {
  const std::lock_guard lock(mutex_);
  const bool fits = home_ && home_->files() == now.pgp && !home_->IsToBeMadeAgain();
  return fits ? home_ : nullptr;
}

void PgpKeyService::Hold(std::shared_ptr<GpgHome> home) {
  const std::lock_guard lock(mutex_);
  home_.swap(home);  // the parameter goes, and the old keyring with it, after the lock
}

void PgpKeyService::WarnOf(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) {
    const bool is_new = std::find(warned_.begin(), warned_.end(), problem) == warned_.end();
    if (is_new && warn_) warn_(problem);
  }
  warned_ = problems;
}

// Revoked keys must not stay in a keyring.
void PgpKeyService::DropStaleHome(const KeySnapshot& now) {
  std::shared_ptr<GpgHome> stale;  // taken down without the lock, which takes a moment
  const std::lock_guard lock(mutex_);
  if (home_ && home_->files() != now.pgp) stale.swap(home_);
}

std::vector<std::string> PgpKeyService::PublicNames(const Requester& /*requester*/) {
  std::vector<std::string> names;
  for (const auto& [label, keys] : mounted_.Current()->pgp) {
    for (const std::string& name : keys->fingerprints) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

KeyState PgpKeyService::State() {
  const auto now = mounted_.Current();
  DropStaleHome(*now);
  KeyState state = mounted_.State();
  if (state.has_key) AddGpgState(*now, state);
  return state;
}

// Mounted keys are of no use without gpg, nor if gpg takes none of them.
void PgpKeyService::AddGpgState(const KeySnapshot& now, KeyState& state) {
  if (const Status status = FindGpgAndAgent(*tools_); !status) {
    state.has_key = false;
    const Error& error = status.error();
    state.problems.push_back(error.message + (error.hint.empty() ? "" : ": " + error.hint));
  }
  if (const auto home = Held(now)) {
    if (!home->has_key()) state.has_key = false;
    const auto& problems = home->problems();
    state.problems.insert(state.problems.end(), problems.begin(), problems.end());
  }
}

}  // namespace acd::keys
