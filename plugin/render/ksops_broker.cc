#include "plugin/render/ksops_broker.h"

#include <utility>

#include "plugin/workspace/workspace.h"

namespace acd::render {

Result<std::unique_ptr<KsopsBroker>> KsopsBroker::Start(Context& context) {
  std::unique_ptr<KsopsBroker> broker(new KsopsBroker(context));
  ACD_TRY(broker->server_,
          ksops::BrokerServer::Start(
              context.request.run_dir,
              [raw = broker.get()](const std::string& path) { return raw->Open(path); }));
  return broker;
}

std::optional<Error> KsopsBroker::first_error() const {
  const std::lock_guard lock(mutex_);
  return first_error_;
}

Result<SecretBytes> KsopsBroker::Open(const std::string& path) {
  auto content = OpenInside(path);
  if (!content) {
    const std::lock_guard lock(mutex_);
    if (!first_error_) first_error_ = content.error();
  }
  return content;
}

Result<SecretBytes> KsopsBroker::OpenInside(const std::string& path) {
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
