#pragma once

#include <string>

#include "plugin/exec/command_runner.h"

namespace acd::render {

/// Whether an application's folder holds something encrypted that this program would decrypt when
/// it renders the folder: an encrypted manifest of a plain folder, a kustomization that reaches an
/// encrypted file or runs KSOPS, a chart with an encrypted file in it.
///
/// Depends on the files alone: on no variable, no parameter, no key, no network. Nothing is
/// decrypted or written. Lenient and bounded: what cannot be read, or comes after too much, does
/// not count. But yes when there was no descriptor to look with: Argo CD takes an error for a "no",
/// and would apply what is encrypted. `root`, `app_dir`: absolute and real. Threads: safe to call
/// concurrently.
bool HoldsEncrypted(const std::string& root, const std::string& app_dir,
                    const exec::Budget& budget);

}  // namespace acd::render
