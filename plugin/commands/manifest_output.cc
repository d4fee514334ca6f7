#include "plugin/commands/manifest_output.h"

#include <cstdio>

namespace acd::commands {

std::string ToYamlStream(const std::vector<std::string>& manifests) {
  std::string stream;
  for (const std::string& manifest : manifests) {
    // A document that starts with its own marker or with a directive brings what it needs.
    if (!stream.empty() && !manifest.starts_with("---")) stream += "---\n";
    stream += manifest;
    if (!stream.ends_with('\n')) stream += '\n';
  }
  return stream;
}

Status PrintManifests(const std::vector<std::string>& manifests) {
  const std::string stream = ToYamlStream(manifests);
  if (std::fwrite(stream.data(), 1, stream.size(), stdout) != stream.size() ||
      std::fflush(stdout) != 0) {
    return Fail(Code::kIo, "standard output: cannot write");
  }
  return {};
}

}  // namespace acd::commands
