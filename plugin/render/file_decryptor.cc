#include "plugin/render/file_decryptor.h"

#include <string_view>
#include <utility>

#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

using Clock = std::chrono::steady_clock;

bool Contains(std::span<const std::uint8_t> content, std::string_view text) {
  return AsText(content).find(text) != std::string_view::npos;
}

}  // namespace

std::optional<sops::Format> DetectSops(const std::string& path,
                                       std::span<const std::uint8_t> content) {
  if (!Contains(content, "ENC[AES256_GCM,")) return std::nullopt;
  const sops::Format by_name = sops::FormatForPath(path);
  switch (by_name) {
    case sops::Format::kYaml:
    case sops::Format::kJson:
      if (IsSopsDocument(content, by_name)) return by_name;
      return std::nullopt;
    case sops::Format::kDotenv:
    case sops::Format::kIni:
      // Flat formats: the metadata is one line per field, or a section.
      if (IsSopsDocument(content, by_name) || Contains(content, "sops_mac=") ||
          Contains(content, "[sops]")) {
        return by_name;
      }
      return std::nullopt;
    case sops::Format::kBinary:
      break;
  }
  if (IsSopsDocument(content, sops::Format::kBinary)) {
    return Contains(content, "\"data\": \"ENC") ? sops::Format::kBinary : sops::Format::kJson;
  }
  if (IsSopsDocument(content, sops::Format::kYaml)) return sops::Format::kYaml;
  return std::nullopt;
}

FileDecryptor::FileDecryptor(const RenderRequest& request, const RenderSettings& settings,
                             keys::KeyService& keys, guard::Redactor& redactor)
    : request_(request), settings_(settings), keys_(keys), redactor_(redactor) {}

std::string FileDecryptor::Relative(const std::string& path) const {
  return workspace::RelativeTo(request_.root, path);
}

Result<SecretBytes> FileDecryptor::Decrypt(const std::string& path,
                                           std::span<const std::uint8_t> content,
                                           sops::Format format, const char* purpose,
                                           keys::KeyService* keys) {
  ACD_CHECK(request_.budget.Check());
  const std::string file = Relative(path);
  if (request_.application.kube_version.empty() && !settings_.allow_hydrator) {
    return Fail(Code::kInvalidInput,
                "decrypt: " + file +
                    ": refused, because this looks like Argo CD's source hydrator, which would "
                    "commit the plaintext to git (KUBE_VERSION is empty)",
                "if that is wanted, start the server with --allow-hydrator "
                "(ARGOCD_DECRYPT_ALLOW_HYDRATOR=true)");
  }
  const auto begin = Clock::now();
  DecryptOptions options;
  options.input = format;
  options.output = format;
  const keys::Requester requester{request_.application.project, request_.application.name,
                                  request_.application.repository, file, purpose};
  auto plaintext = DecryptDocument(content, options, keys == nullptr ? keys_ : *keys, requester);
  if (!plaintext) return Fail(std::move(plaintext).error().With(file).With("decrypt"));
  for (const SecretBytes& value : plaintext->values) redactor_.Add(value);
  const std::lock_guard lock(mutex_);
  ++files_decrypted_;
  spent_ += std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  return std::move(plaintext->text);
}

Result<SecretBytes> FileDecryptor::Read(const std::string& path, const char* purpose,
                                        keys::KeyService* keys) {
  auto content = workspace::ReadFile(path, Limits().max_document_bytes);
  if (!content) return content;
  const auto format = DetectSops(path, content->Expose());
  if (!format) return content;
  return Decrypt(path, content->Expose(), *format, purpose, keys);
}

Status FileDecryptor::DecryptInPlace(const std::string& path, const char* purpose) {
  ACD_TRY(const SecretBytes content, workspace::ReadFile(path, Limits().max_document_bytes));
  const auto format = DetectSops(path, content.Expose());
  if (!format) return {};
  ACD_TRY(const SecretBytes plaintext, Decrypt(path, content.Expose(), *format, purpose));
  ACD_CHECK(workspace::WriteSecretFile(path, plaintext.Expose()));
  const std::lock_guard lock(mutex_);
  replaced_.insert(path);
  return {};
}

bool FileDecryptor::Replaced(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return replaced_.contains(path);
}

std::size_t FileDecryptor::files_decrypted() const {
  const std::lock_guard lock(mutex_);
  return files_decrypted_;
}

std::chrono::microseconds FileDecryptor::spent() const {
  const std::lock_guard lock(mutex_);
  return spent_;
}

}  // namespace acd::render
