// START HERE for the product: what each command does is in plugin/commands.
#include <cstddef>
#include <span>

#include "plugin/commands/dispatch.h"

int main(int argc, char** argv) {
  return acd::commands::Dispatch({argv, static_cast<std::size_t>(argc)});
}
