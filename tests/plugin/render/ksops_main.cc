#include <span>

#include "plugin/commands/ksops_command.h"

int main(int argc, char** argv) {
  return acd::commands::RunKsops(std::span(argv, static_cast<std::size_t>(argc)));
}
