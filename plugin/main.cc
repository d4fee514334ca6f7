// START HERE for the product: what each command does is in plugin/commands.
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <iostream>
#include <span>

#include "plugin/commands/dispatch.h"

int main(int argc, char** argv) {
  const int code = acd::commands::Dispatch({argv, static_cast<std::size_t>(argc)});
  // Everything of ours is closed by now. What the libraries still do at an exit only takes time,
  // and may wait for ever for a thread that the system had no room for.
  std::cout.flush();
  std::fflush(nullptr);
  ::_exit(code);
}
