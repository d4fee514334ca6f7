#include "plugin/commands/version_command.h"

#include <cstdio>
#include <cstring>

namespace acd::commands {

const char* Version() { return ACD_VERSION; }

// By hand: probes and scripts call this often, and an option parser would be most of its time.
int RunVersion(std::span<char*> args) {
  if (args.size() == 1) {
    std::printf("argocd-decrypt %s\n", Version());
    return 0;
  }
  if (args.size() == 2 && std::strcmp(args[1], "--json") == 0) {
    std::printf("{\"version\":\"%s\"}\n", Version());
    return 0;
  }
  const bool help =
      args.size() == 2 && (std::strcmp(args[1], "--help") == 0 || std::strcmp(args[1], "-h") == 0);
  if (!help) std::fputs("argocd-decrypt version: takes no argument but --json\n", stderr);
  std::fputs(
      "Prints the version.\n"
      "Usage: argocd-decrypt version [--json]\n\n"
      "Example: argocd-decrypt version --json\n",
      help ? stdout : stderr);
  return help ? 0 : 2;
}

}  // namespace acd::commands
