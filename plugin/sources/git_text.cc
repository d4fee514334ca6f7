#include "plugin/sources/git_text.h"

namespace acd::sources {

void AppendGitValue(SecretBytes& out, std::string_view text) {
  out.Append('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.Append('\\');
    out.Append(c);
  }
  out.Append("\"\n");
}

}  // namespace acd::sources
