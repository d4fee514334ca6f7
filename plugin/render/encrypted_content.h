#pragma once

#include <string>

#include "plugin/exec/command_runner.h"

namespace acd::render {

/// Whether an application's folder holds something encrypted that this program would decrypt when
/// it renders the folder: an encrypted manifest of a plain folder, a kustomization that reaches an
/// encrypted file or runs KSOPS, a chart with an encrypted file in it.
///
/// Depends on the files alone: on no variable, no parameter, no key, no network. Nothing is
/// decrypted or written. Lenient: what cannot be read does not count. Bounded, and yes when it
/// could not look at everything: after too many files, bytes or too much time, for want of
/// descriptors or memory. Argo CD takes an error for a "no", and then another tool applies what is
/// encrypted; what is not encrypted is rendered here as there. `root`, `app_dir`: absolute and
/// real. Threads: safe to call concurrently.
bool HoldsEncrypted(const std::string& root, const std::string& app_dir,
                    const exec::Budget& budget);

}  // namespace acd::render
