#include "plugin/render/plain_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/render/file_decryptor.h"
#include "plugin/render/text_encoding.h"

namespace acd::render {
namespace {

namespace fs = std::filesystem;

// An application has tens of files; what is larger than this is asked nothing.
constexpr std::size_t kMaxSteps = 20'000;
constexpr std::size_t kMaxBytes = 64U << 20U;
constexpr std::size_t kMaxFileBytes = 8U << 20U;
constexpr std::size_t kMaxNames = 10'000;

Limits ReadLimits() {
  Limits limits;
  limits.max_document_bytes = kMaxFileBytes;
  limits.max_nodes = 200'000;
  limits.max_depth = 200;
  return limits;
}

}  // namespace

bool PlainFiles::Spend(std::size_t steps, std::size_t bytes) {
  steps_ += steps;
  bytes_ += bytes;
  if (steps_ > kMaxSteps || bytes_ > kMaxBytes || !budget_.Check()) exhausted_ = true;
  return !exhausted_;
}

std::optional<workspace::Located> PlainFiles::Locate(const std::string& dir,
                                                     const std::string& entry) {
  const bool path = !entry.empty() && entry.size() <= 4096 &&
                    entry.find('\n') == std::string::npos && entry.find("://") == std::string::npos;
  if (!path || !Spend(1, 0)) return std::nullopt;
  auto found = workspace::LocateInside(root_, dir, entry);
  if (found) return *std::move(found);
  Note(found.error());
  return std::nullopt;
}

std::optional<PlainFiles::File> PlainFiles::Read(const std::string& path) {
  if (!Spend(1, 0)) return std::nullopt;
  auto read = workspace::ReadFile(path, kMaxFileBytes);
  if (!read) Note(read.error());
  if (!read || !Spend(0, read->size())) return std::nullopt;
  File file;
  file.encrypted = DetectSops(path, Content::Lasting(*read)).has_value();
  file.text = ToUtf8(*std::move(read));
  return file;
}

std::vector<std::string> PlainFiles::List(const std::string& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (names.size() >= kMaxNames || !Spend(1, 0)) {
      exhausted_ = true;
      break;
    }
    names.push_back(it->path().filename().native());
  }
  if (error) Note(SystemFailure(workspace::RelativeTo(root_, dir), error.value()).error);
  std::sort(names.begin(), names.end());
  return names;
}

void PlainFiles::Note(const Error& error) {
  if (error.code == Code::kNoRoom && !lack_) lack_ = error;
}

std::optional<std::vector<yaml::Document>> PlainFiles::Parse(const SecretBytes& text) {
  // A tree takes many times the memory and the time of its text.
  if (!Spend(1, text.size())) return std::nullopt;
  auto documents = yaml::ReadStream(text.Expose(), ReadLimits());
  if (!documents) return std::nullopt;
  std::erase_if(*documents, [](const yaml::Document& document) { return document.empty; });
  return *std::move(documents);
}

}  // namespace acd::render
