#pragma once

#include <map>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/render/context.h"
#include "plugin/render/tool.h"

namespace acd::render {

/// What kustomize finds on its PATH: one folder of the request with nothing in it but this program,
/// by the names of the tools that kustomize may start. As `git` and `helm` it lets only those calls
/// through that kustomize makes (see commands/tool_guard_command.h), as `ksops` it is the
/// generator. Nothing of the system's or of a repository is on that PATH.

/// Makes the folder, with `git` if there is a git, and gives kustomize's environment.
/// Errors: kIo; kInternal.
Result<std::map<std::string, std::string>> InstallTools(const Context& context,
                                                        const ToolHome& home);
/// Adds `helm`; `may_pull`: it may download charts. Errors: kNotFound (there is no helm); as above.
Status InstallHelm(const Context& context, const ToolHome& home, bool may_pull,
                   std::map<std::string, std::string>& environment);
/// Adds what reaches remote bases: the network's variables and the credentials that the
/// Application's project may use. Errors: those of sources::GitSettings.
Status AllowRemoteBases(const Context& context, const ToolHome& home,
                        std::map<std::string, std::string>& environment);
/// Forbids to fetch them.
void ForbidRemoteBases(std::map<std::string, std::string>& environment);
/// Adds `ksops`, as an exec function and as an exec plugin of the old kind.
Status InstallKsops(const Context& context, const ToolHome& home);

}  // namespace acd::render
