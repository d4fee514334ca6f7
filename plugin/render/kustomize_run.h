#pragma once

#include "decrypt/base/result.h"
#include "plugin/render/context.h"
#include "plugin/render/kustomization_walk.h"
#include "plugin/render/tool.h"

namespace acd::render {

/// Runs kustomize, and decrypts `graph.unread` and `graph.in_order` in place while it starts and
/// while it reads: it waits at a file until that one, and all that it could read before the next
/// wait, is decrypted. Where the kernel has no means for that, all is decrypted before it starts.
/// Errors: those of RunTool, of decryption.
Result<exec::Outcome> RunBesideDecryption(Context& context, const ToolRun& run,
                                          const KustomizationGraph& graph);

}  // namespace acd::render
