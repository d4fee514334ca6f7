#include "plugin/render/ksops_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <utility>

#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

// What is larger takes memory that counts, many times its size: it is opened when asked for.
constexpr off_t kMaxAhead = 256 << 10;

std::string Normal(const std::string& directory, const std::string& path) {
  return (std::filesystem::path(directory) / path).lexically_normal().native();
}

std::vector<std::string> WorthOpening(const std::vector<std::string>& expected) {
  std::vector<std::string> paths;
  for (const std::string& path : expected) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || info.st_size > kMaxAhead) continue;
    paths.push_back(Normal("/", path));
  }
  return paths;
}

}  // namespace

KsopsFiles::KsopsFiles(Context& context, const std::vector<std::string>& expected)
    : context_(context), files_(WorthOpening(expected), [this](const std::string& path) {
        // Out of a thread of ours, an exception would end the process.
        try {
          return Open(path);
        } catch (...) {
          return Result<SecretBytes>(Fail(Code::kInternal, "ksops: internal error"));
        }
      }) {}

Result<SecretBytes> KsopsFiles::Take(const std::string& directory, const std::string& path) {
  return files_.Take(Normal(directory, path));
}

Result<SecretBytes> KsopsFiles::Open(const std::string& path) {
  const std::string prefix = context_.request.root + "/";
  if (path.compare(0, prefix.size(), prefix) != 0) {
    return Fail(Code::kInvalidInput, "a file that a generator names leaves the repository",
                "files of remote bases cannot be decrypted; copy them into the repository");
  }
  ACD_TRY(const std::string real,
          workspace::ResolveInside(context_.request.root, context_.request.root,
                                   path.substr(prefix.size())));
  ACD_TRY(SecretBytes content, workspace::ReadFile(real, Limits().max_document_bytes));
  // Also a plain `resources:` entry: decrypted already, before kustomize started.
  if (context_.files.Replaced(real)) return content;
  return context_.files.Decrypt(
      real, SopsDocument::Read(Content::Lasting(content), sops::FormatForPath(real)), "ksops");
}

}  // namespace acd::render
