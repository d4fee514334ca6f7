#include "plugin/sources/session.h"

namespace acd::sources {

Status Session::Take(std::uint64_t bytes, const std::string& what) {
  if (bytes > bytes_left) {
    return Fail(Code::kLimitExceeded, what + ": the charts of this application are too large",
                "fewer or smaller charts");
  }
  bytes_left -= bytes;
  return {};
}

Result<const std::vector<Repository>*> Session::Repositories() {
  if (!repositories_) {
    auto repositories = std::make_unique<std::vector<Repository>>();
    if (!settings.repository_secrets.empty()) {
      ACD_TRY(*repositories, ReadRepositorySecrets(settings.repository_secrets));
    }
    repositories_ = std::move(repositories);
  }
  return repositories_.get();
}

std::string Session::Variable(const char* name) const {
  if (environment == nullptr) return {};
  const auto found = environment->find(name);
  return found == environment->end() ? std::string() : found->second;
}

}  // namespace acd::sources
