#include "plugin/render/git_values.h"

#include "plugin/render/source_session.h"
#include "plugin/sources/git_files.h"

namespace acd::render {

Result<std::string> FetchGitValues(const Context& context, const std::string& entry) {
  ACD_TRY(const sources::GitFile file, sources::ParseGitFile(entry));
  sources::Session session = MakeSourceSession(context);
  return sources::FetchGitFile(session, file);
}

}  // namespace acd::render
