#include <unistd.h>

#include <span>
#include <string_view>

#include "plugin/commands/ksops_command.h"
#include "plugin/commands/tool_guard_command.h"
#include "plugin/jsonnet/vm.h"

int main(int argc, char** argv) {
  const std::string_view path = argv[0];
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::span args(argv, static_cast<std::size_t>(argc));
  if (name == "git" || name == "helm") return acd::commands::RunToolGuard(args);
  if (args.size() > 1 && args[1] == acd::jsonnet::kVmCommand) {
    // As the product ends: a leak checker could not open what it needs there.
    ::_exit(acd::jsonnet::RunVm(args.subspan(1)));
  }
  return acd::commands::RunKsops(args);
}
