#include "plugin/render/pgp_import.h"

#include <mutex>
#include <utility>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/keys/gpg_home.h"
#include "decrypt/keys/key_file.h"
#include "decrypt/keys/watched_file.h"

namespace acd::render {
namespace {

class PgpFileService : public keys::KeyService {
 public:
  PgpFileService(keys::PgpKeyFiles files, std::shared_ptr<const keys::KeyTools> tools)
      : files_(std::move(files)), tools_(std::move(tools)) {}

  Result<SecretBytes> Unwrap(const keys::WrappedKey& key,
                             const keys::Requester& requester) override {
    if (key.type != keys::WrappedKey::Type::kPgp) {
      return Fail(Code::kUnsupported, std::string("keys of type ") + keys::TypeName(key.type) +
                                          " are not for an imported PGP key");
    }
    auto opened = Open(key, requester);
    if (opened) return opened;
    return Fail(std::move(opened).error().With("could not decrypt data key with PGP key"));
  }

  std::vector<std::string> PublicNames(const keys::Requester& /*requester*/) override {
    return files_.front().second->fingerprints;
  }

 private:
  Result<SecretBytes> Open(const keys::WrappedKey& key, const keys::Requester& requester) {
    ACD_TRY(const auto home, Home());
    return home->Decrypt(key.encrypted, requester.check);
  }

  Result<std::shared_ptr<keys::GpgHome>> Home() {
    const std::lock_guard lock(mutex_);
    if (!home_) {
      ACD_TRY(home_, keys::GpgHome::Create(tools_, files_));
    }
    return home_;
  }

  const keys::PgpKeyFiles files_;
  const std::shared_ptr<const keys::KeyTools> tools_;  // shared with the keyring's agent
  std::mutex mutex_;
  std::shared_ptr<keys::GpgHome> home_;  ///< guarded by mutex_
};

}  // namespace

Result<std::unique_ptr<keys::KeyService>> PgpKeyFile(const std::string& path,
                                                     std::shared_ptr<const keys::KeyTools> tools) {
  if (!tools) return Fail(Code::kUnsupported, "PGP keys cannot be imported here");
  ACD_TRY(const keys::FileState state,
          keys::ReadWatched(path, Limits().max_identity_file_bytes, false, keys::SystemSeconds));
  keys::FoundKeys found = keys::ParsePgpKeys(state.content.ExposeText());
  if (!found.pgp) {
    std::string message = "no usable PGP secret key found";
    for (const std::string& warning : found.warnings) message += "; " + warning;
    return Fail(Code::kInvalidInput, std::move(message),
                "gpg --armor --export-secret-keys FINGERPRINT writes such a file");
  }
  keys::PgpKeyFiles files = {{path, std::move(found.pgp)}};
  return std::unique_ptr<keys::KeyService>(
      std::make_unique<PgpFileService>(std::move(files), std::move(tools)));
}

}  // namespace acd::render
