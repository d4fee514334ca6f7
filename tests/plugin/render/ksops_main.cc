#include <span>
#include <string_view>

#include "plugin/commands/ksops_command.h"
#include "plugin/commands/tool_guard_command.h"

int main(int argc, char** argv) {
  const std::string_view path = argv[0];
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::span args(argv, static_cast<std::size_t>(argc));
  const bool guard = name == "git" || name == "helm";
  return guard ? acd::commands::RunToolGuard(args) : acd::commands::RunKsops(args);
}
