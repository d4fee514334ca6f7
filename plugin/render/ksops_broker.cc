#include "plugin/render/ksops_broker.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "plugin/ksops/evaluate.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

constexpr const char* kSmallProgram = "argocd-decrypt-ksops";
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

bool IsProgram(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

/// Opens what a call names, from that call's folder.
class KsopsBroker::Opener : public ksops::FileOpener {
 public:
  Opener(Prefetch& files, const std::string& directory) : files_(files), directory_(directory) {}
  Result<SecretBytes> Decrypt(const std::string& path) override {
    return files_.Take(Normal(directory_, path));
  }

 private:
  Prefetch& files_;
  const std::string& directory_;
};

KsopsBroker::KsopsBroker(Context& context, const std::vector<std::string>& expected)
    : context_(context), files_(WorthOpening(expected), [this](const std::string& path) {
        // Out of a thread of ours, an exception would end the process.
        try {
          return Open(path);
        } catch (...) {
          return Result<SecretBytes>(Fail(Code::kInternal, "ksops: internal error"));
        }
      }) {}

Result<std::unique_ptr<KsopsBroker>> KsopsBroker::Start(Context& context,
                                                        const std::vector<std::string>& expected) {
  std::unique_ptr<KsopsBroker> broker(new KsopsBroker(context, expected));
  ACD_TRY(broker->server_,
          ksops::BrokerServer::Start(
              context.request.run_dir,
              [raw = broker.get()](const ksops::Call& call) { return raw->Evaluate(call); }));
  return broker;
}

std::optional<Error> KsopsBroker::first_error() const {
  const std::lock_guard lock(mutex_);
  return first_error_;
}

ksops::Answer KsopsBroker::Evaluate(const ksops::Call& call) {
  Opener opener(files_, call.directory);
  std::optional<Error> failure;
  ksops::Answer answer = ksops::Evaluate(call, opener, &failure);
  if (failure) {
    const std::lock_guard lock(mutex_);
    if (!first_error_) first_error_ = std::move(failure);
  }
  return answer;
}

Result<SecretBytes> KsopsBroker::Open(const std::string& path) {
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

std::string KsopsProgram(const std::string& self) {
  const std::size_t slash = self.rfind('/');
  if (slash == std::string::npos) return self;
  const std::string small = self.substr(0, slash + 1) + kSmallProgram;
  return IsProgram(small) ? small : self;
}

}  // namespace acd::render
