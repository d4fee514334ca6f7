#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/jsonnet/program.h"
#include "plugin/render/context.h"

namespace acd::render {

/// Adds to a program, whose main file and variables are set, all that it can import, directly or
/// through other files: from the folder of the importing file, else from `folders`, the first one
/// first (names that begin and end in a slash). What is encrypted is decrypted. An import that
/// fails is an error only where the program gets to it, so it becomes one in `program.imports`.
/// Errors: kLimitExceeded, and the budget's. Spec: Argo CD reposerver confinedImporter, go-jsonnet
/// imports.go.
/// Returned is the first of those that is a file which could not be read or decrypted: it knows
/// more about the cause than the text that the program stops with.
Result<std::optional<Error>> ResolveImports(Context& context,
                                            const std::vector<std::string>& folders,
                                            jsonnet::Program& program);

}  // namespace acd::render
