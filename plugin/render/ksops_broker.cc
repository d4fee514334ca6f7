#include "plugin/render/ksops_broker.h"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "plugin/ksops/evaluate.h"

namespace acd::render {
namespace {

constexpr const char* kSmallProgram = "argocd-decrypt-ksops";

bool IsProgram(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

KsopsBroker::KsopsBroker(Context& context, const std::vector<std::string>& expected)
    : files_(context, expected) {}

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
  KsopsOpener opener(files_, call.directory);
  std::optional<Error> failure;
  ksops::Answer answer = ksops::Evaluate(call, opener, &failure);
  if (failure) {
    const std::lock_guard lock(mutex_);
    if (!first_error_) first_error_ = std::move(failure);
  }
  return answer;
}

std::string KsopsProgram(const std::string& self) {
  const std::size_t slash = self.rfind('/');
  if (slash == std::string::npos) return self;
  const std::string small = self.substr(0, slash + 1) + kSmallProgram;
  return IsProgram(small) ? small : self;
}

}  // namespace acd::render
