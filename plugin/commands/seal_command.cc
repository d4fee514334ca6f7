#include "plugin/commands/seal_command.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/decrypt.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/sealed/certificate.h"
#include "decrypt/sealed/scope.h"
#include "decrypt/sealed/secret_manifest.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/input.h"
#include "plugin/commands/key_setup.h"
#include "plugin/commands/output_file.h"

namespace acd::commands {
namespace {

constexpr std::size_t kMaxCertificateBytes = 1U << 20U;
constexpr int kIndent = 2;  // as Kubernetes manifests are written

struct Arguments {
  std::string certificate;
  std::string scope = "strict";
  std::string namespace_;
  std::string file = "-";
};

Result<SecretBytes> Decrypted(SopsDocument document, const std::string& file) {
  ACD_TRY(const auto keys, MakeKeys({}));
  keys::Requester requester;
  requester.file = file;
  requester.purpose = "seal";
  DecryptOptions options;
  options.input = document.format();
  ACD_TRY(Plaintext plaintext, std::move(document).Decrypt(options, *keys, requester));
  return std::move(plaintext.text);
}

/// The documents of the file, decrypted when sops encrypted it.
Result<std::vector<sops::Node>> ReadSecrets(const std::string& file) {
  const Limits limits;
  ACD_TRY(SecretBytes content, ReadInput(file, limits.max_document_bytes));
  const sops::Format format =
      sops::FormatForPath(file) == sops::Format::kJson ? sops::Format::kJson : sops::Format::kYaml;
  auto document = SopsDocument::Detect(content.Expose(), format, limits);
  if (!document) return sops::ReadStore(format, content.Expose(), limits);
  ACD_TRY(const SecretBytes plaintext, Decrypted(*std::move(document), file));
  return sops::ReadStore(sops::Format::kYaml, plaintext.Expose(), limits);
}

Status Seal(const Arguments& arguments) {
  ACD_TRY(const SecretBytes pem, ReadInput(arguments.certificate, kMaxCertificateBytes));
  auto certificate = sealed::Certificate::Parse(pem.ExposeText(), std::chrono::system_clock::now());
  if (!certificate) return Fail(std::move(certificate).error().With(arguments.certificate));
  sealed::SealOptions options;
  options.scope = *sealed::ScopeFromName(arguments.scope);
  options.default_namespace = arguments.namespace_;
  const std::string shown = ShownName(arguments.file);
  auto secrets = ReadSecrets(arguments.file);
  if (!secrets) return Fail(std::move(secrets).error().With(shown));
  auto sealed = sealed::SealManifests(*secrets, *certificate, options);
  if (!sealed) return Fail(std::move(sealed).error().With(shown));
  ACD_TRY(const SecretBytes text,
          sops::WriteStore(sops::Format::kYaml, *sealed, sops::WriteOptions{kIndent}));
  return PrintResult(text.Expose());
}

}  // namespace

int RunSeal(std::span<char*> args) {
  Arguments arguments;
  CLI::App app(
      "Turns a Secret manifest, plain or encrypted by sops, into a SealedSecret that only the\n"
      "Sealed Secrets controller with that certificate can open. Plaintext stays in memory.",
      "argocd-decrypt seal");
  app.add_option("FILE", arguments.file,
                 "Secrets, YAML or JSON, one or many documents; - for standard input")
      ->capture_default_str();
  app.add_option("--cert", arguments.certificate,
                 "the controller's certificate, PEM, as `kubeseal --fetch-cert` prints it")
      ->required();
  app.add_option("--scope", arguments.scope,
                 "strict: under its name in its namespace; namespace-wide: under any name there; "
                 "cluster-wide: anywhere")
      ->check(CLI::IsMember({"strict", "namespace-wide", "cluster-wide"}))
      ->capture_default_str();
  app.add_option("--namespace", arguments.namespace_, "for Secrets that name none");
  app.footer(
      "Keys, for a file that is encrypted: as for `argocd-decrypt decrypt`.\n"
      "Example: argocd-decrypt seal --cert controller.pem database.yaml > database.sealed.yaml");
  if (const auto code = ParseArguments(app, args)) return *code;
  const Status status = Seal(arguments);
  return status ? kDone : ReportFailure("seal", status.error());
}

}  // namespace acd::commands
