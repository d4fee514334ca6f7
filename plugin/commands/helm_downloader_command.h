#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt helm-downloader CERT KEY CA URL`: what helm 3 runs for a scheme of a downloader
/// plugin, and helm 4 for one of a getter/v1 plugin. The decrypted file on standard output; errors
/// as `[argocd-decrypt] ...` on standard error. Returns the exit code.
/// Spec: helm pkg/getter plugingetter.go (v3), internal/plugin runtime_subprocess_getter.go (v4).
int RunHelmDownloader(std::span<char*> args);

}  // namespace acd::commands
