// argocd-decrypt-ksops: what kustomize runs as `ksops` under a render, a hundred times over in a
// large application. So it is small, linked statically, and does nothing but pass its input to the
// server and print the answer. `argocd-decrypt ksops` does the same, and works without a server.
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <span>
#include <string>

#include "plugin/ksops/broker_client.h"
#include "plugin/ksops/command_line.h"

namespace acd::ksops {
namespace {

Answer Complain(const std::string& message) {
  Answer answer;
  answer.err = "ksops: " + message + "\n";
  return answer;
}

int Run(std::span<char*> args) {
  switch (ReadArguments(args)) {
    case Wanted::kHelp:
      return Print({0, SecretBytes::CopyOf(kUsage), ""});
    case Wanted::kWrongUsage:
      return Print({2, SecretBytes(), kUsage});
    case Wanted::kCall:
      break;
  }
  const char* const broker = std::getenv(kBrokerVariable);
  if (broker == nullptr || *broker == '\0') {
    return Print(Complain("no render is running here\nhint: call argocd-decrypt ksops instead"));
  }
  const auto call = ReadCall(args);
  if (!call) return Print(Complain(call.error().message));
  const auto answer = AskBroker(broker, *call);
  if (!answer) return Print(Complain(answer.error().message));
  return Print(*answer);
}

}  // namespace
}  // namespace acd::ksops

int main(int argc, char** argv) {
  // What is secret has been wiped by now.
  ::_exit(acd::ksops::Run({argv, static_cast<std::size_t>(argc)}));
}
