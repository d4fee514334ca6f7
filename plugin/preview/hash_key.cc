#include "plugin/preview/hash_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"

namespace acd::preview {
namespace {

constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kMinBytes = 16;
constexpr std::size_t kMaxBytes = 4096;
constexpr std::size_t kShownBytes = 6;  // of a hash: equal by chance once in 2^48
constexpr std::string_view kPrefix = "hmac:";

void InitSodium() {
  if (sodium_init() < 0) std::abort();
}

Failure Trouble(const std::string& path) { return FileFailure(path, errno); }

Result<SecretBytes> ReadAll(int fd, const std::string& path) {
  SecretBytes content(kMaxBytes + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(fd, content.ExposeMutable().data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Trouble(path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.Resize(size);
  return content;
}

Result<SecretBytes> KeyIn(SecretBytes content, const std::string& path) {
  if (content.size() > kMaxBytes) {
    return Fail(Code::kInvalidInput, path + ": no hash key: longer than 4096 bytes");
  }
  const std::size_t last = content.ExposeText().find_last_not_of(" \t\r\n");
  content.Resize(last == std::string_view::npos ? 0 : last + 1);
  if (content.size() < kMinBytes) {
    return Fail(Code::kInvalidInput, path + ": no hash key: shorter than 16 bytes",
                "make one: (umask 077; head -c 32 /dev/urandom | base64 > FILE)");
  }
  return content;
}

Status MakeFolders(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Trouble(folder);
  }
  return {};
}

SecretBytes RandomHex() {
  SecretBytes random(kRandomBytes);
  randombytes_buf(random.ExposeMutable().data(), random.size());
  SecretBytes hex(2 * kRandomBytes + 1);
  sodium_bin2hex(reinterpret_cast<char*>(hex.ExposeMutable().data()), hex.size(),
                 random.Expose().data(), random.size());
  hex.ExposeMutable().back() = '\n';
  return hex;
}

// Under its name only when it is whole, and never in place of another's.
Status MakeKeyFile(const std::string& path) {
  ACD_CHECK(MakeFolders(path));
  std::string temporary = path + ".XXXXXX";
  const UniqueFd file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!file) return Trouble(path);
  const SecretBytes hex = RandomHex();
  const bool written =
      ::write(file.get(), hex.Expose().data(), hex.size()) == static_cast<ssize_t>(hex.size());
  const bool linked = written && (::link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int trouble = errno;
  ::unlink(temporary.c_str());
  errno = trouble;
  if (!linked) return Trouble(path);
  return {};
}

}  // namespace

HashKey HashKey::Random() {
  InitSodium();
  return HashKey(RandomHex());
}

Result<HashKey> HashKey::Read(const std::string& path) {
  InitSodium();
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Trouble(path);
  ACD_TRY(SecretBytes content, ReadAll(file.get(), path));
  ACD_TRY(SecretBytes key, KeyIn(std::move(content), path));
  return HashKey(std::move(key));
}

Result<HashKey> HashKey::ReadOrMake(const std::string& path) {
  InitSodium();
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) ACD_CHECK(MakeKeyFile(path));
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return Trouble(path);
  if ((info.st_mode & 077U) != 0) {
    return Fail(Code::kInvalidInput, path + ": others may read it, and try out values with it",
                "remove it, and a new one is made");
  }
  return Read(path);
}

std::string HashKey::Hash(std::string_view value) const {
  crypto_auth_hmacsha256_state state;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> hash{};
  crypto_auth_hmacsha256_init(&state, key_.Expose().data(), key_.size());
  crypto_auth_hmacsha256_update(&state, AsBytes(value).data(), value.size());
  crypto_auth_hmacsha256_final(&state, hash.data());
  sodium_memzero(&state, sizeof state);
  std::array<char, 2 * kShownBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), kShownBytes);
  return std::string(kPrefix) + hex.data();
}

}  // namespace acd::preview
