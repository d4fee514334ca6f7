#include "plugin/render/key_import.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "decrypt/keys/age_key_service.h"

namespace acd::render {
namespace {

namespace fs = std::filesystem;

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

Failure Outside(const std::string& key_file, const std::string& key_dir) {
  return Fail(Code::kInvalidInput,
              "key file " + key_file + ": not inside the key folder " + key_dir,
              "mount the key there, or start the server with another ARGOCD_DECRYPT_KEY_DIR");
}

}  // namespace

Result<std::unique_ptr<keys::KeyService>> ImportKeyFile(const std::string& key_file,
                                                        const std::string& key_dir) {
  const fs::path named = fs::path(key_file).lexically_normal();
  if (!named.is_absolute() || key_dir.empty() ||
      !IsBelow(fs::path(key_dir).lexically_normal(), named)) {
    return Outside(key_file, key_dir);
  }
  std::error_code error;
  const fs::path real_dir = fs::canonical(key_dir, error);
  if (error) return Fail(Code::kNotFound, "key folder " + key_dir + ": does not exist");
  const fs::path real = fs::canonical(named, error);
  if (error) return Fail(Code::kNotFound, "key file " + key_file + ": does not exist");
  if (!IsBelow(real_dir, real)) return Outside(key_file, key_dir);
  if (!fs::is_regular_file(real, error)) {
    return Fail(Code::kInvalidInput, "key file " + key_file + ": not a regular file");
  }
  auto service = keys::KeyFileService(real.native(), Limits());
  if (!service) return Fail(std::move(service).error().With("key file " + key_file));
  return service;
}

}  // namespace acd::render
