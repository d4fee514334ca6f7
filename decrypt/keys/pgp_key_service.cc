#include "decrypt/keys/pgp_key_service.h"

#include <utility>

namespace acd::keys {
namespace {

constexpr std::chrono::milliseconds kUserLimit{120'000};  // somebody may have to enter a PIN
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

Result<SecretBytes> PgpKeyService::Unwrap(const WrappedKey& key, const Requester& /*requester*/) {
  if (key.type != WrappedKey::Type::kPgp) {
    return Fail(Code::kUnsupported,
                std::string("keys of type ") + TypeName(key.type) + " are not for gpg");
  }
  const auto now = mounted_.Current();
  DropStaleHome(*now);
  auto opened = AskMounted(key, *now);
  if (!opened && tools_->user_keyring) {
    auto by_user = AskUser(key);
    // Mounted keys were meant to be used: what kept them from it is what has to be known.
    if (by_user || now->pgp.empty()) opened = std::move(by_user);
  }
  if (opened) return opened;
  Error error = std::move(opened).error();
  error.message += Describe(now->problems);
  return Fail(std::move(error).With(kFailed));
}

Result<SecretBytes> PgpKeyService::AskMounted(const WrappedKey& key, const KeySnapshot& now) {
  if (now.pgp.empty()) {
    return Fail(Code::kNoMatchingKey,
                folder_.empty() ? "no PGP secret key is at hand"
                                : "no PGP secret key is mounted in " + folder_,
                now.problems.empty() ? "mount a Secret with the armored secret key at /sops/pgp"
                                     : "correct this key source: " + now.problems.front());
  }
  ACD_TRY(const auto home, HomeOf(now));
  auto opened = home->Decrypt(key.encrypted);
  if (!opened) {
    opened.error().message += Describe(home->problems());
    if (!now.problems.empty()) {
      return Fail(
          std::move(opened).error().Hint("correct this key source: " + now.problems.front()));
    }
  }
  return opened;
}

Result<SecretBytes> PgpKeyService::AskUser(const WrappedKey& key) const {
  Program program;
  ACD_TRY(program.path, FindGpg(*tools_));
  program.args = {"--batch", "--no-tty", "-d"};
  program.environment = tools_->environment;
  program.directory = tools_->directory;
  program.input = AsBytes(key.encrypted);
  program.limit = kUserLimit;
  ACD_TRY(ProgramEnd end, tools_->programs->Run(program));
  auto opened = ReadGpgEnd(std::move(end));
  if (!opened && opened.error().code == Code::kNoMatchingKey) {
    return Fail(std::move(opened).error().Hint(
        "import the secret key of one of the file's recipients: gpg --import KEYFILE"));
  }
  return opened;
}

Result<std::shared_ptr<GpgHome>> PgpKeyService::HomeOf(const KeySnapshot& now) {
  std::vector<std::string> problems;
  std::shared_ptr<GpgHome> home;
  {
    const std::lock_guard lock(mutex_);
    if (home_ && home_->files() == now.pgp) return home_;
    home_.reset();
    ACD_TRY(home_, GpgHome::Create(tools_, now.pgp));
    home = home_;
  }
  if (warn_) {
    for (const std::string& problem : home->problems()) warn_(problem);
  }
  return home;
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
    names.insert(names.end(), keys->fingerprints.begin(), keys->fingerprints.end());
  }
  return names;
}

KeyState PgpKeyService::State() {
  const auto now = mounted_.Current();
  DropStaleHome(*now);
  KeyState state;
  state.has_key = !now->pgp.empty();
  state.problems = now->problems;
  for (const std::string& file : now->empty_files) {
    state.problems.push_back(file + ": there is no key in it");
  }
  return state;
}

}  // namespace acd::keys
