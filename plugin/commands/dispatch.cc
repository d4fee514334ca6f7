#include "plugin/commands/dispatch.h"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "plugin/commands/age_command.h"
#include "plugin/commands/ask_pass_command.h"
#include "plugin/commands/call_command.h"
#include "plugin/commands/decrypt_command.h"
#include "plugin/commands/diff_command.h"
#include "plugin/commands/discover_command.h"
#include "plugin/commands/generate_command.h"
#include "plugin/commands/health_command.h"
#include "plugin/commands/healthcheck_command.h"
#include "plugin/commands/helm_downloader_command.h"
#include "plugin/commands/ksops_command.h"
#include "plugin/commands/parameters_command.h"
#include "plugin/commands/render_command.h"
#include "plugin/commands/seal_command.h"
#include "plugin/commands/serve_command.h"
#include "plugin/commands/tool_guard_command.h"
#include "plugin/commands/version_command.h"
#include "plugin/jsonnet/vm.h"

namespace acd::commands {
namespace {

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(std::span<char*>);
};

constexpr auto kCommands = std::to_array<Command>({
    {"serve", "the plugin server of a repo-server's sidecar", RunServe},
    {"generate", "render the current folder, as a command of a stock plugin server", RunGenerate},
    {"discover", "whether the current folder holds something encrypted, for a stock plugin server",
     RunDiscover},
    {"parameters", "the parameters of the current folder, for a stock plugin server",
     RunParameters},
    {"render", "show what an Application's folder renders to, secrets as keyed hashes", RunRender},
    {"diff", "show what changes in the cluster against a git revision or a folder", RunDiff},
    {"decrypt", "print a SOPS file decrypted, as `sops -d` does", RunDecrypt},
    {"age", "decrypt an age file, as `age -d` does", RunAge},
    {"ksops", "the KSOPS generator for kustomize (also when called as `ksops`)", RunKsops},
    {"helm-downloader", "decrypt value files for helm, as a downloader plugin of its own",
     RunHelmDownloader},
    {"seal", "turn a Secret, plain or encrypted by sops, into a SealedSecret", RunSeal},
    {"health", "what Argo CD will say of SealedSecrets, ExternalSecrets and their kin", RunHealth},
    {"call", "send a folder to a running server and print the manifests", RunCall},
    {"healthcheck", "ask a running server whether it serves", RunHealthcheck},
    {"version", "print the version", RunVersion},
});

std::string Help() {
  std::string text =
      "argocd-decrypt renders and decrypts what Argo CD's repo-server sends to it.\n\n"
      "Usage: argocd-decrypt COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Command& command : kCommands) {
    text += "  " + std::string(command.name) + std::string(17 - command.name.size(), ' ') +
            std::string(command.summary) + "\n";
  }
  text +=
      "\nExample: argocd-decrypt decrypt secrets.yaml\n"
      "`argocd-decrypt COMMAND --help` describes a command and its settings.\n";
  return text;
}

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

int WrongUsage(const std::string& reason) {
  std::fputs(("argocd-decrypt: " + reason + "\n\n" + Help()).c_str(), stderr);
  return 2;
}

int Route(std::span<char*> argv) {
  if (argv.empty()) return WrongUsage("no command");
  if (BaseName(argv[0]) == "ksops") return RunKsops(argv);
  if (BaseName(argv[0]) == "git" || BaseName(argv[0]) == "helm") return RunToolGuard(argv);
  // What the server starts of itself, and what people ask of it, goes before this name's flags.
  const bool is_stock = BaseName(argv[0]) == "argocd-cmp-server";
  if (argv.size() == 1) return is_stock ? RunServe(argv) : WrongUsage("no command");
  if (IsAskedByGit(argv)) return RunAskPass(argv);
  const std::string_view name = argv[1];
  // Not for people: the server starts it for each jsonnet file, and speaks with it over pipes.
  if (name == jsonnet::kVmCommand) return jsonnet::RunVm(argv.subspan(1));
  for (const Command& command : kCommands) {
    if (command.name == name) return command.run(argv.subspan(1));
  }
  if (is_stock) return RunServe(argv);
  if (name == "--help" || name == "-h" || name == "help") {
    std::fputs(Help().c_str(), stdout);
    return 0;
  }
  if (name == "--version") return RunVersion(argv.subspan(1, 1));
  return WrongUsage("unknown command \"" + std::string(name) + "\"");
}

}  // namespace

int Dispatch(std::span<char*> argv) {
  try {
    return Route(argv);
  } catch (...) {
    // An unknown exception's text may quote anything.
    std::fputs("argocd-decrypt: internal error\n", stderr);
    return 1;
  }
}

}  // namespace acd::commands
