#include "plugin/commands/ksops_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/keys/key_service.h"
#include "decrypt/yaml/reader.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/key_setup.h"
#include "plugin/ksops/broker_client.h"
#include "plugin/ksops/generator.h"
#include "plugin/ksops/krm.h"
#include "plugin/ksops/local_opener.h"
#include "plugin/workspace/workspace.h"

namespace acd::commands {
namespace {

constexpr std::size_t kMaxInput = 64U << 20U;
constexpr const char* kUsage =
    "Usage: ksops [FILE]\n"
    "\n"
    "A KSOPS generator for kustomize: decrypts the files that a generator manifest names.\n"
    "  ksops FILE   evaluates a manifest (apiVersion viaduct.ai/v1, kind ksops); - is standard "
    "input\n"
    "  ksops        evaluates a KRM ResourceList from standard input, as kustomize calls it\n"
    "\n"
    "Example: ksops secret-generator.yaml\n"
    "Example: kustomize build --enable-alpha-plugins --enable-exec .\n";

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
  const char* broker = std::getenv("ARGOCD_DECRYPT_BROKER");
  if (broker == nullptr || *broker == '\0') {
    KeySetup setup;
    setup.age_plugins = EnvironmentOr("ARGOCD_DECRYPT_AGE_PLUGINS", "");
    setup.workdir = EnvironmentOr("ARGOCD_DECRYPT_WORKDIR", "");
    setup.allow_disk_workdir = EnvironmentOr("ARGOCD_DECRYPT_ALLOW_DISK_WORKDIR", "") == "true";
    ACD_TRY(auto keys, MakeKeys(std::move(setup)));
    return std::unique_ptr<ksops::FileOpener>(std::make_unique<LocalKeys>(std::move(keys)));
  }
  ACD_TRY(auto client, ksops::BrokerClient::Connect(broker));
  return std::unique_ptr<ksops::FileOpener>(std::move(client));
}

Result<SecretBytes> ReadStandardInput() {
  SecretBytes out;
  std::uint8_t buffer[16U << 10U];
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof(buffer));
    if (got == 0) return out;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(Code::kIo, "standard input: cannot be read");
    out.Append(std::span(buffer, static_cast<std::size_t>(got)));
    if (out.size() > kMaxInput) return Fail(Code::kLimitExceeded, "standard input: too large");
  }
}

Status WriteStandardOutput(const SecretBytes& text) {
  auto rest = text.Expose();
  while (!rest.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Fail(Code::kIo, "standard output: cannot be written");
    rest = rest.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<SecretBytes> EvaluateManifest(const std::string& file) {
  ACD_TRY(const SecretBytes manifest,
          file == "-" ? ReadStandardInput() : workspace::ReadFile(file, kMaxInput));
  ACD_TRY(const auto documents, yaml::ReadStream(manifest.Expose(), Limits()));
  if (documents.empty()) return Fail(Code::kInvalidInput, file + ": empty");
  ACD_TRY(const ksops::Generator generator, ksops::ParseGenerator(documents.front().root));
  ACD_TRY(const auto opener, MakeOpener());
  ACD_TRY(const auto parts, ksops::Generate(generator, *opener));
  return ksops::JoinDocuments(parts);
}

Result<SecretBytes> EvaluateResourceList() {
  ACD_TRY(const SecretBytes input, ReadStandardInput());
  ACD_TRY(const auto opener, MakeOpener());
  return ksops::RunResourceList(input.Expose(), *opener);
}

void Report(const Error& error) {
  std::fprintf(stderr, "ksops: %s\n", error.message.c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "hint: %s\n", error.hint.c_str());
}

int Finish(const Result<SecretBytes>& output) {
  if (!output) {
    Report(output.error());
    return 1;
  }
  if (const Status written = WriteStandardOutput(*output); !written) {
    Report(written.error());
    return 1;
  }
  return 0;
}

}  // namespace

int RunKsops(std::span<char*> args) {
  if (args.size() == 2) {
    const std::string_view file = args[1];
    if (file == "--help" || file == "-h") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    if (!file.starts_with('-') || file == "-") return Finish(EvaluateManifest(std::string(file)));
  }
  if (args.size() != 1 || ::isatty(STDIN_FILENO) != 0) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto output = EvaluateResourceList();
  if (!output) (void)WriteStandardOutput(ksops::ErrorResourceList(output.error()));
  return Finish(output);
}

}  // namespace acd::commands
