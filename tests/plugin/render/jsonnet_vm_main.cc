// jsonnet's virtual machine alone, for the test of its memory limit.
#include <unistd.h>

#include <span>

#include "plugin/jsonnet/vm.h"

int main(int argc, char** argv) {
  ::_exit(acd::jsonnet::RunVm(std::span(argv, static_cast<std::size_t>(argc)).subspan(1)));
}
