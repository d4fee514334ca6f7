#pragma once

#include <span>
#include <string_view>

namespace acd::jsonnet {

/// The command that a server starts its own program with to evaluate jsonnet.
inline constexpr std::string_view kVmCommand = "jsonnet-vm";
/// Its only argument: to print the library's version, "v0.20.0", and nothing else.
inline constexpr std::string_view kVmVersion = "version";

/// How such a process ends, besides by a signal.
enum VmExit {
  kEvaluated = 0,  ///< the JSON is on standard output
  kFailed = 1,     ///< the program's mistake, in jsonnet's own words on standard error
  kNoLibrary = 3,  ///< libjsonnet is missing, or of no use
  kBroken = 4,     ///< the request can't be read, or limits can't be set
  kNoMemory = 5,
};

/// Reads a Program from standard input, evaluates it and prints the JSON. The program is hostile:
/// this process bounds its own memory and processor time, opens no file once the library is loaded,
/// and has no key and no environment. `args[0]` is the command. Returns a VmExit.
int RunVm(std::span<char*> args);

}  // namespace acd::jsonnet
