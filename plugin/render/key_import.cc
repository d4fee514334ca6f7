#include "plugin/render/key_import.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "decrypt/keys/age_key_service.h"
#include "plugin/render/pgp_import.h"

namespace acd::render {
namespace {

namespace fs = std::filesystem;

// Each PGP key has an agent of its own while the request lasts.
constexpr std::size_t kMaxKeys = 16;

// By whole components, and not the folder itself.
bool IsBelow(const fs::path& dir, const fs::path& path) {
  auto in_path = path.begin();
  for (const fs::path& component : dir) {
    if (component.empty()) continue;  // a trailing slash
    if (in_path == path.end() || *in_path != component) return false;
    ++in_path;
  }
  return in_path != path.end();
}

std::string Listed(const std::vector<std::string>& folders) {
  if (folders.size() == 1) return "the key folder " + folders.front();
  std::string text = "the key folders";
  for (const std::string& folder : folders) text += (text.back() == 's' ? " " : ", ") + folder;
  return text;
}

Failure Outside(const std::string& key_file, const std::vector<std::string>& folders) {
  return Fail(Code::kInvalidInput, "key file " + key_file + ": not inside " + Listed(folders),
              "mount the key there, or have the operator name its folder in --key-import-dirs "
              "(ARGOCD_DECRYPT_KEY_IMPORT_DIRS)");
}

Failure NoKey(const std::string& shown) {
  return Fail(Code::kNotFound, "key file " + shown + ": does not exist");
}

// A name of a namespace, a Secret or of a key in one, as Kubernetes takes it: no path in it.
bool IsName(std::string_view text, bool capitals) {
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           (capitals && ((c >= 'A' && c <= 'Z') || c == '_'));
  };
  return !text.empty() && text.size() <= 253 && !text.starts_with("..") && text != "." &&
         std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

Result<std::string> LocateKeyFile(const std::string& key_file,
                                  const std::vector<std::string>& folders) {
  const fs::path named = fs::path(key_file).lexically_normal();
  const auto named_in = [&](const std::string& folder) {
    return !folder.empty() && IsBelow(fs::path(folder).lexically_normal(), named);
  };
  if (!named.is_absolute() || std::none_of(folders.begin(), folders.end(), named_in)) {
    return Outside(key_file, folders);
  }
  std::error_code error;
  const fs::path real = fs::canonical(named, error);
  if (error) return NoKey(key_file);
  const auto really_in = [&](const std::string& folder) {
    std::error_code none;
    const fs::path real_folder = fs::canonical(folder, none);
    return !none && IsBelow(real_folder, real);
  };
  if (std::none_of(folders.begin(), folders.end(), really_in)) return Outside(key_file, folders);
  if (!fs::is_regular_file(real, error)) {
    return Fail(Code::kInvalidInput, "key file " + key_file + ": not a regular file");
  }
  return named.string();
}

Result<std::string> KeyImports::LocateSecret(const KeyReference& key) const {
  const std::string& folder = settings_.secrets_folder;
  if (folder.empty()) {
    return Fail(Code::kUnsupported, "no folder with the Secrets of keys is configured",
                "mount the Secret, and name the folder by --key-secrets-dir "
                "(ARGOCD_DECRYPT_KEY_SECRETS_DIR): FOLDER/[NAMESPACE/]SECRET/KEY");
  }
  const std::string_view text = key.location;
  const std::size_t hash = text.find('#');
  const std::string_view secret = text.substr(0, hash);
  const std::size_t slash = secret.find('/');
  const bool has_namespace = slash != std::string_view::npos;
  const std::string_view name = has_namespace ? secret.substr(slash + 1) : secret;
  const bool fits = hash != std::string_view::npos && IsName(name, /*capitals=*/false) &&
                    IsName(text.substr(hash + 1), /*capitals=*/true) &&
                    (!has_namespace || IsName(secret.substr(0, slash), /*capitals=*/false));
  if (!fits) {
    return Fail(Code::kInvalidInput, "key " + key.location + ": not [NAMESPACE/]SECRET#KEY");
  }
  return folder + "/" + std::string(secret) + "/" + std::string(text.substr(hash + 1));
}

Result<std::string> KeyImports::Locate(const ValueUrl& url) const {
  if (!url.key.in_cluster) return LocateKeyFile(url.key.location, settings_.folders);
  ACD_TRY(const std::string path, LocateSecret(url.key));
  ACD_CHECK(policy_.CheckKeyLocation(path, url.key.location));
  auto located = LocateKeyFile(path, {settings_.secrets_folder});
  if (!located) {
    return Fail(std::move(located)
                    .error()
                    .With("Secret " + url.key.location)
                    .Hint("mount that Secret as the folder of this file"));
  }
  return located;
}

Result<keys::KeyService*> KeyImports::Open(const ValueUrl& url) {
  if (url.key.type == KeyReference::Type::kNone) return nullptr;
  ACD_TRY(const std::string path, Locate(url));
  if (settings_.may_use) {
    KeyUse use = use_;
    use.key_file = path;
    ACD_CHECK(settings_.may_use(use));
  }
  std::unique_ptr<keys::KeyService>& service = opened_[{url.key.type, path}];
  if (!service) {
    if (opened_.size() > kMaxKeys) {
      return Fail(Code::kLimitExceeded,
                  "more than " + std::to_string(kMaxKeys) + " different keys named",
                  "mount keys where they are used for every file");
    }
    auto made = url.key.type == KeyReference::Type::kAge ? keys::KeyFileService(path, Limits())
                                                         : PgpKeyFile(path, settings_.gpg_tools);
    if (!made) return Fail(std::move(made).error().With("key file " + url.key.location));
    service = *std::move(made);
  }
  return service.get();
}

}  // namespace acd::render
