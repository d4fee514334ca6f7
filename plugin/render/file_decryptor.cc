#include "plugin/render/file_decryptor.h"

#include <string_view>
#include <utility>

#include "plugin/render/noting_keys.h"
#include "plugin/render/parallel.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

// Where reading a document takes memory that counts: many times its size.
constexpr std::size_t kLarge = 1U << 20U;

bool Contains(std::span<const std::uint8_t> content, std::string_view text) {
  return AsText(content).find(text) != std::string_view::npos;
}

/// Which YAML may be, and which hides the marker.
bool IsUtf16(std::span<const std::uint8_t> content) {
  const std::string_view text = AsText(content);
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

}  // namespace

std::optional<SopsDocument> DetectSops(const std::string& path, const Content& content) {
  if (!IsUtf16(content.bytes()) && !Contains(content.bytes(), "ENC[AES256_GCM,"))
    return std::nullopt;
  const sops::Format by_name = sops::FormatForPath(path);
  if (by_name != sops::Format::kBinary) return SopsDocument::Detect(content, by_name);
  auto document = SopsDocument::Detect(content, sops::Format::kBinary);
  if (!document) return SopsDocument::Detect(content, sops::Format::kYaml);
  // What sops made of a binary file is JSON with everything in `data`; anything else is JSON
  // itself.
  if (Contains(content.bytes(), "\"data\": \"ENC")) return document;
  return SopsDocument::Read(content, sops::Format::kJson);
}

FileDecryptor::FileDecryptor(const RenderRequest& request, const RenderSettings& settings,
                             keys::KeyService& keys, guard::Redactor& redactor)
    : request_(request), settings_(settings), keys_(keys), redactor_(redactor) {}

std::string FileDecryptor::Relative(const std::string& path) const {
  return workspace::RelativeTo(request_.root, path);
}

/// Adds its lifetime to the time spent.
class FileDecryptor::Stopwatch {
 public:
  explicit Stopwatch(FileDecryptor& files) : files_(files) {}
  ~Stopwatch() {
    const auto lap = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin_);
    const std::lock_guard lock(files_.mutex_);
    files_.spent_ += lap;
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  FileDecryptor& files_;
  const Clock::time_point begin_ = Clock::now();
};

Result<SecretBytes> FileDecryptor::Decrypt(const std::string& path, SopsDocument document,
                                           const char* purpose, keys::KeyService* keys) {
  const Stopwatch stopwatch(*this);
  return DecryptUntimed(path, std::move(document), purpose, keys);
}

Result<SecretBytes> FileDecryptor::DecryptUntimed(const std::string& path, SopsDocument document,
                                                  const char* purpose, keys::KeyService* keys) {
  ACD_CHECK(request_.budget.Check());
  const std::string file = Relative(path);
  if (request_.application.kube_version.empty() && !settings_.allow_hydrator) {
    return Fail(
        Code::kInvalidInput,
        "decrypt: " + file +
            ": refused, because this looks like Argo CD's source hydrator, which would "
            "commit the plaintext to git (KUBE_VERSION is empty)",
        "to render for a cluster, give its version: KUBE_VERSION, or --kube-version of `call`; if "
        "plaintext in git is wanted, allow it: --allow-hydrator "
        "(ARGOCD_DECRYPT_ALLOW_HYDRATOR=true)");
  }
  DecryptOptions options;
  options.output = document.format();
  const keys::Requester requester{request_.application.project,
                                  request_.application.name,
                                  request_.application.repository,
                                  file,
                                  purpose,
                                  [this] { return request_.budget.Check(); },
                                  begun_};
  NotingKeys noting(keys == nullptr ? keys_ : *keys);
  auto plaintext = std::move(document).Decrypt(options, noting, requester);
  if (!plaintext) return Fail(std::move(plaintext).error().With(file).With("decrypt"));
  if (settings_.decrypted != nullptr) settings_.decrypted->Add(plaintext->values);
  redactor_.Add(std::move(plaintext->values));
  const std::lock_guard lock(mutex_);
  ++decrypted_[{std::string(sops::FormatName(options.output)), noting.kind()}];
  return std::move(plaintext->text);
}

Status FileDecryptor::DecryptInPlace(const std::string& path, const char* purpose) {
  const Stopwatch stopwatch(*this);
  return ReplaceByPlaintext(path, purpose);
}

Status FileDecryptor::DecryptInPlace(std::span<const std::string> paths, const char* purpose,
                                     std::size_t busy_cpus) {
  const Stopwatch stopwatch(*this);
  return ForEachInParallel(
      paths.size(), [&](std::size_t number) { return ReplaceByPlaintext(paths[number], purpose); },
      busy_cpus);
}

Status FileDecryptor::ReplaceByPlaintext(const std::string& path, const char* purpose) {
  bool replaced = false;
  const auto decrypt = [&](const SecretBytes& content) -> Result<std::optional<SecretBytes>> {
    std::unique_lock one_at_a_time(large_, std::defer_lock);
    if (content.size() > kLarge) {
      one_at_a_time.lock();
      ACD_CHECK(request_.budget.Check());  // it may have taken long to get here
    }
    auto document = DetectSops(path, Content::Lasting(content));
    if (!document) return std::optional<SecretBytes>();
    ACD_TRY(SecretBytes plaintext, DecryptUntimed(path, *std::move(document), purpose, nullptr));
    replaced = true;
    return std::optional<SecretBytes>(std::move(plaintext));
  };
  ACD_CHECK(workspace::EditFile(path, Limits().max_document_bytes, decrypt));
  if (!replaced) return {};
  const std::lock_guard lock(mutex_);
  replaced_.insert(path);
  return {};
}

bool FileDecryptor::Replaced(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return replaced_.contains(path);
}

std::size_t FileDecryptor::files_decrypted() const {
  std::uint64_t count = 0;
  for (const auto& [kind, files] : decrypted()) count += files;
  return count;
}

DecryptedFiles FileDecryptor::decrypted() const {
  const std::lock_guard lock(mutex_);
  return decrypted_;
}

std::chrono::microseconds FileDecryptor::spent() const {
  const std::lock_guard lock(mutex_);
  return spent_;
}

}  // namespace acd::render
