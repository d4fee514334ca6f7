#include "plugin/commands/manifest_output.h"

#include "decrypt/base/secret_bytes.h"
#include "plugin/commands/output_file.h"

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
  return PrintResult(AsBytes(ToYamlStream(manifests)));
}

}  // namespace acd::commands
