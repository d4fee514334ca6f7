#pragma once

#include <map>
#include <string>
#include <string_view>

namespace acd::render {

/// The variables that Argo CD substitutes in the fields of a native source, taken out of a
/// request's environment. Spec: Argo CD reposerver newEnv.
std::map<std::string, std::string> SubstitutionVariables(
    const std::map<std::string, std::string>& environment);

/// Replaces `$NAME` and `${NAME}` as Argo CD does: an unknown name becomes empty, `$$` a dollar,
/// and a dollar before anything else stays. Spec: Go os.Expand, Argo CD Env.Envsubst.
std::string Substitute(std::string_view text, const std::map<std::string, std::string>& variables);

}  // namespace acd::render
