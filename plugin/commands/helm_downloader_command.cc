#include "plugin/commands/helm_downloader_command.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/engine_options.h"
#include "plugin/commands/key_setup.h"
#include "plugin/commands/network_environment.h"
#include "plugin/commands/output_file.h"
#include "plugin/commands/private_folder.h"
#include "plugin/exec/command_runner.h"
#include "plugin/render/context.h"
#include "plugin/render/helm_values.h"

namespace acd::commands {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string url;
  std::string root;
  std::string key_dir = "/sops";
  std::string key_import_dirs;
  std::string key_secrets_dir;
  std::string age_plugins;
  std::string workdir;
  bool allow_disk_workdir = false;
};

// helm hands over three names of files for TLS, often empty, and the URL last; by hand the URL
// alone will do. What is in front of them are flags.
std::span<char*> TakeUrl(std::span<char*> args, std::string& url) {
  if (args.size() < 2) return args;
  if (args.size() >= 5 && !std::string_view(args[args.size() - 4]).starts_with("--")) {
    url = args.back();
    return args.first(args.size() - 4);
  }
  if (std::string_view(args.back()).starts_with('-')) return args;
  url = args.back();
  return args.first(args.size() - 1);
}

/// The repository that helm works in: the working tree of git around the current folder. Without
/// one, as for a chart that came out of an archive, that folder itself.
Result<std::string> FindRoot(const std::string& named, const fs::path& current) {
  std::error_code error;
  if (!named.empty()) {
    const fs::path root = fs::canonical(named, error);
    if (error) return Fail(Code::kNotFound, "--root: " + named + ": no such folder");
    const std::string inside = current.string() + "/";
    if (inside.starts_with(root == "/" ? "/" : root.string() + "/")) return root.string();
    return Fail(Code::kInvalidInput, "--root: helm does not run inside of " + named);
  }
  for (fs::path folder = current;; folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", error)) return folder.string();
    if (folder == folder.parent_path()) return current.string();
  }
}

std::string HelmBinary() {
  const std::string named = EnvironmentOr("HELM_SECRETS_HELM_PATH", "");
  return named.empty() ? EnvironmentOr("HELM_BIN", "helm") : named;
}

Result<SecretBytes> Download(const Arguments& arguments) {
  std::error_code error;
  const fs::path current = fs::canonical(".", error);
  if (error) return SystemFailure("current folder", error.value());
  render::RenderRequest request;
  ACD_TRY(request.root, FindRoot(arguments.root, current));
  request.app_path = ".";

  KeySetup setup;
  setup.key_dir = arguments.key_dir;
  setup.age_plugins = arguments.age_plugins;
  setup.workdir = arguments.workdir;
  setup.allow_disk_workdir = arguments.allow_disk_workdir;
  const auto folder =
      std::make_shared<PrivateFolder>(arguments.workdir, arguments.allow_disk_workdir);
  setup.make_folder = [folder] { return folder->Make(); };
  // A folder for helm, which only what is at a URL asks for.
  if (arguments.url.find("http") != std::string::npos) {
    ACD_TRY(request.run_dir, folder->Make());
  }

  render::RenderSettings settings;
  settings.helm = HelmBinary();
  settings.tool_path = EnvironmentOr("PATH", "/usr/local/bin:/usr/bin:/bin");
  settings.key_dir = arguments.key_dir;
  ACD_TRY(settings.key_imports.folders,
          KeyImportFolders(arguments.key_dir, arguments.key_import_dirs));
  settings.key_imports.secrets_folder = arguments.key_secrets_dir;
  settings.key_imports.gpg_tools = MakeGpgTools(setup);
  settings.helm_secrets = render::HelmSecretsPolicy::FromEnvironment(
      [](const char* name) { return std::getenv(name); });
  settings.sources.network = NetworkEnvironment();
  settings.allow_hydrator = true;  // helm is not told for whom it renders
  ACD_TRY(const auto keys, MakeKeys(std::move(setup)));

  guard::Redactor redactor;
  render::FileDecryptor files(request, settings, *keys, redactor);
  const auto runner = exec::MakeProcessRunner();
  render::Context context{request, settings, *runner, files, redactor, current.string()};
  return render::ReadSecretUrl(context, arguments.url);
}

int Report(const Error& error) {
  std::string text = "[argocd-decrypt] " + error.message + "\n";
  if (!error.hint.empty()) text += "[argocd-decrypt] " + error.hint + "\n";
  std::fputs(text.c_str(), stderr);
  return kFailed;
}

void Describe(CLI::App& app, Arguments& arguments) {
  AddSetting(app, "root", arguments.root,
             "the repository that value files must lie in; default: the git working tree around "
             "the current folder, else that folder");
  AddSetting(app, "key-dir", arguments.key_dir,
             "mounted keys, in age/, ssh/ and pgp/; what secrets+age-import:// and "
             "secrets+gpg-import:// name must lie in here");
  AddSetting(app, "key-import-dirs", arguments.key_import_dirs,
             "colon list of further folders for that");
  AddSetting(app, "key-secrets-dir", arguments.key_secrets_dir,
             "mounted Secrets for the -kubernetes forms: [NAMESPACE/]SECRET/KEY in it");
  AddSetting(app, "age-plugins", arguments.age_plugins,
             "age plugins that may be started, like yubikey,tpm");
  AddSetting(app, "workdir", arguments.workdir,
             "folder in memory for keyrings of PGP keys; default as for serve");
  AddSetting(app, "allow-disk-workdir", arguments.allow_disk_workdir,
             "accept a work folder on a disk, private keys included");
  app.footer(
      "URLs: secrets://FILE, secrets+age-import://KEYFILE?FILE, secrets+gpg-import://KEYFILE?FILE, "
      "secrets+age-import-kubernetes://\n[NAMESPACE/]SECRET#KEY?FILE, "
      "secrets+gpg-import-kubernetes://..., secrets+literal://VALUE. The HELM_SECRETS_* variables "
      "that narrow them\ncount. Keys are looked for as by `argocd-decrypt decrypt`.\n"
      "Example: argocd-decrypt helm-downloader secrets://secrets.yaml\n"
      "As a plugin of helm: docs/helm-downloader.md");
}

}  // namespace

int RunHelmDownloader(std::span<char*> args) {
  Arguments arguments;
  args = TakeUrl(args, arguments.url);
  CLI::App app(
      "Prints a value file decrypted: argocd-decrypt helm-downloader [OPTIONS] URL. helm runs "
      "it as\na downloader plugin, with CERT KEY CA URL. Each setting is a flag, or the "
      "variable in brackets.",
      "argocd-decrypt helm-downloader");
  Describe(app, arguments);
  if (const auto code = ParseArguments(app, args)) return *code;
  if (arguments.url.empty()) {
    std::fputs("argocd-decrypt helm-downloader: no URL; see --help\n", stderr);
    return kWrongUsage;
  }
  const auto content = Download(arguments);
  if (!content) return Report(content.error());
  const Status printed = PrintResult(content->Expose());
  if (!printed) return Report(printed.error());
  return kDone;
}

}  // namespace acd::commands
