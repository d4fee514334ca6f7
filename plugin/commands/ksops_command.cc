#include "plugin/commands/ksops_command.h"

#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "decrypt/keys/key_service.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/key_setup.h"
#include "plugin/ksops/broker_client.h"
#include "plugin/ksops/command_line.h"
#include "plugin/ksops/evaluate.h"
#include "plugin/ksops/local_opener.h"

namespace acd::commands {
namespace {

/// Opens with the keys of this process, and owns them.
class LocalKeys : public ksops::FileOpener {
 public:
  explicit LocalKeys(std::unique_ptr<keys::KeyService> keys)
      : keys_(std::move(keys)), opener_(*keys_) {}
  Result<SecretBytes> Decrypt(const std::string& path) override { return opener_.Decrypt(path); }

 private:
  std::unique_ptr<keys::KeyService> keys_;
  ksops::LocalOpener opener_;
};

Result<std::unique_ptr<ksops::FileOpener>> MakeOpener() {
  KeySetup setup;
  setup.age_plugins = EnvironmentOr("ARGOCD_DECRYPT_AGE_PLUGINS", "");
  setup.workdir = EnvironmentOr("ARGOCD_DECRYPT_WORKDIR", "");
  setup.allow_disk_workdir = EnvironmentOr("ARGOCD_DECRYPT_ALLOW_DISK_WORKDIR", "") == "true";
  ACD_TRY(auto keys, MakeKeys(std::move(setup)));
  return std::unique_ptr<ksops::FileOpener>(std::make_unique<LocalKeys>(std::move(keys)));
}

// How many files KSOPS opens at once. Here they are opened in turn, with the key unwrapped once; a
// value that KSOPS refuses is refused all the same.
Status CheckConcurrencyLimit() {
  const std::string text = EnvironmentOr("KSOPS_CONCURRENCY_LIMIT", "");
  long limit = 1;
  const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(begin, end, limit);
  if (text.empty() || (error == std::errc() && stopped == end && limit >= 1)) return {};
  return Fail(Code::kInvalidInput, "KSOPS_CONCURRENCY_LIMIT: expected a number from 1");
}

Result<ksops::Answer> Evaluate(const ksops::Call& call) {
  const std::string broker = EnvironmentOr(ksops::kBrokerVariable, "");
  if (!broker.empty()) return ksops::AskBroker(broker, call);
  ACD_CHECK(CheckConcurrencyLimit());
  ACD_TRY(const auto opener, MakeOpener());
  return ksops::Evaluate(call, *opener);
}

}  // namespace

int RunKsops(std::span<char*> args) {
  switch (ksops::ReadArguments(args)) {
    case ksops::Wanted::kHelp:
      std::fputs(ksops::kUsage, stdout);
      return 0;
    case ksops::Wanted::kWrongUsage:
      std::fputs(ksops::kUsage, stderr);
      return 2;
    case ksops::Wanted::kCall:
      break;
  }
  const auto call = ksops::ReadCall(args);
  if (!call) return ksops::Print(ksops::Refuse(ksops::Call::Kind::kManifest, call.error()));
  const auto answer = Evaluate(*call);
  if (!answer) return ksops::Print(ksops::Refuse(call->kind, answer.error()));
  return ksops::Print(*answer);
}

}  // namespace acd::commands
