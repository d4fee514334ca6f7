#include "plugin/commands/engine_options.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <thread>

#include "plugin/commands/cli.h"
#include "plugin/render/kustomize_options.h"
#include "plugin/render/kustomize_version.h"

namespace acd::commands {
namespace {

constexpr std::size_t kMegabyte = 1U << 20U;
constexpr std::size_t kMaxMessageMb = 2047;  // gRPC counts in int

// Two renders for each processor keep it busy while one of them waits for a child's pipe or the
// file system; more would only multiply the memory of helm and kustomize, some 100 MiB each.
std::size_t DefaultConcurrency() {
  return std::max<std::size_t>(4, std::size_t{2} * std::thread::hardware_concurrency());
}

// What the container may take, in MiB; 0: no such limit. Version 2 of cgroups, then version 1.
std::size_t ContainerMemoryMb() {
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    std::uint64_t bytes = 0;
    // "max", or a number that no machine has, is none.
    if (file >> bytes && bytes < (1ULL << 50U)) return bytes / kMegabyte;
  }
  return 0;
}

// The kernel would end the server with the child: the two share the container's limit. The rest is
// for the server and the files in memory.
std::size_t DefaultChildMemoryMb() {
  const std::size_t container = ContainerMemoryMb();
  return container == 0 ? 2048 : std::max<std::size_t>(128, container / 4 * 3);
}

constexpr std::size_t kMaxChildProcesses = 512;

// The repo-server and the stock server read the same variable, each in its own container.
std::size_t DefaultMessageMb() {
  const std::string text = EnvironmentOr("ARGOCD_GRPC_MAX_SIZE_MB", "100");
  char* end = nullptr;
  const unsigned long value = std::strtoul(text.c_str(), &end, 10);
  return *end == '\0' && value >= 1 && value <= kMaxMessageMb ? value : 100;
}

}  // namespace

EngineFlags::EngineFlags()
    : max_message_mb(DefaultMessageMb()),
      max_archive_mb(settings.service.unpack.limits.max_compressed_bytes / kMegabyte),
      max_unpacked_mb(settings.service.unpack.limits.max_bytes / kMegabyte),
      max_jsonnet_mb(settings.render.max_jsonnet_bytes / kMegabyte),
      max_child_memory_mb(DefaultChildMemoryMb()),
      max_wait_s(static_cast<double>(settings.service.queue.max_wait.count()) / 1000) {
  settings.service.queue.max_running = DefaultConcurrency();
  settings.children.max_processes = kMaxChildProcesses;
}

void EngineFlags::AddTo(CLI::App& app) {
  AddSetting(app, "workdir", settings.workdir,
             "folder in memory for decrypted files; default $ARGOCD_CMP_WORKDIR, else the first of "
             "$TMPDIR, /tmp, /dev/shm that is a tmpfs");
  AddSetting(app, "allow-disk-workdir", settings.allow_disk_workdir,
             "accept a work folder on a disk, plaintext included");
  AddSetting(
      app, "key-dir", settings.render.key_dir,
      "mounted keys: age identities in age/, SSH private keys in ssh/, PGP secret keys in pgp/");
  AddSetting(app, "key-import-dirs", settings.key_import_dirs,
             "colon list of further folders with keys that secrets+age-import:// and "
             "secrets+gpg-import:// may name");
  AddSetting(app, "key-secrets-dir", settings.render.key_imports.secrets_folder,
             "mounted Secrets for secrets+age-import-kubernetes:// and the like: "
             "[NAMESPACE/]SECRET/KEY in it");
  AddSetting(app, "age-plugins", settings.age_plugins,
             "age plugins that may be started, like yubikey,tpm");
  AddSetting(app, "helm", settings.render.helm,
             "name or path of helm; \"\": there is none, and a health check misses none");
  AddSetting(app, "kustomize", settings.render.kustomize, "name or path of kustomize; likewise");
  AddSetting(app, "kustomize-versions", settings.render.kustomize_versions,
             "versions that an Application may choose: NAME=/PATH,... or a folder of them");
  AddSetting(app, "kustomize-build-options", settings.render.kustomize_build_options,
             "options of `kustomize build` for Applications without buildOptions, such as "
             "--enable-helm");
  AddSetting(app, "tool-path", settings.render.tool_path,
             "where tools are looked for, and their PATH; default $PATH");
  AddSetting(app, "repository-secrets", settings.render.sources.repository_secrets,
             "folder of mounted repository Secrets of Argo CD: repository/NAME/KEY and "
             "repo-creds/NAME/KEY");
  AddSetting(app, "ssh-known-hosts", settings.render.sources.ssh_known_hosts,
             "host keys for git by SSH, as in argocd-ssh-known-hosts-cm");
  AddSetting(app, "tls-certificates", settings.render.sources.tls_certificates,
             "folder of CA certificates by host, as in argocd-tls-certs-cm");
  AddSetting(app, "git", settings.render.sources.git, "name or path of git");
  AddSetting(app, "chart-cache", settings.chart_cache,
             "folder that keeps downloaded charts and files of other repositories; default: in "
             "memory, gone with the process; off: keep nothing");
  AddSetting(app, "chart-cache-mb", settings.chart_cache_mb,
             "MiB that it may take; default 512 in a folder, 64 in memory")
      ->default_str("");
  AddSetting(app, "allow-hydrator", settings.render.allow_hydrator,
             "decrypt for Argo CD's source hydrator too, which commits plaintext to git");
  AddSetting(app, "max-concurrent-renders", settings.service.queue.max_running,
             "renders at a time; further requests wait, applications in turn")
      ->check(CLI::Range(1, 10000));
  AddSetting(app, "max-waiting-requests", settings.service.queue.max_waiting,
             "requests that may wait or be received besides; more are told to try again later")
      ->check(CLI::Range(0, 100000));
  AddSetting(app, "max-wait", max_wait_s, "seconds that a request waits, within its deadline")
      ->check(CLI::Range(0.0, 1e6));
  AddSetting(app, "max-child-memory-mb", max_child_memory_mb,
             "MiB for a program together with all that it starts; 0: no limit; default three "
             "quarters of the container's limit");
  AddSetting(app, "max-child-processes", settings.children.max_processes,
             "processes of a program together with all that it starts; 0: no limit");
  AddSetting(app, "max-run-time", max_run_time_s,
             "seconds for one request, if its deadline is later; 0: no such limit")
      ->check(CLI::Range(0.0, 1e6));
  AddSetting(app, "max-message-mb", max_message_mb,
             "MiB of one answer; the same as ARGOCD_GRPC_MAX_SIZE_MB of the repo-server")
      ->check(CLI::Range(std::size_t{1}, kMaxMessageMb));
  AddSetting(app, "max-archive-mb", max_archive_mb, "MiB of a repository as it is sent")
      ->check(CLI::Range(1, 1 << 20));
  AddSetting(app, "max-unpacked-mb", max_unpacked_mb, "MiB of a repository's files")
      ->check(CLI::Range(1, 1 << 20));
  AddSetting(app, "max-directory-bytes", settings.render.max_directory_bytes,
             "bytes of a plain folder's manifests together, jsonnet apart; 0: no limit");
  AddSetting(app, "max-jsonnet-mb", max_jsonnet_mb, "MiB of memory for one jsonnet evaluation")
      ->check(CLI::Range(64, 1 << 20));
  AddSetting(app, "max-entries", settings.service.unpack.limits.max_entries,
             "files and folders of a repository");
  AddSetting(app, "max-ratio", settings.service.unpack.limits.max_ratio,
             "unpacked bytes for each byte sent");
}

Result<EngineSettings> EngineFlags::Take() {
  settings.service.unpack.limits.max_compressed_bytes = max_archive_mb * kMegabyte;
  settings.service.unpack.limits.max_bytes = max_unpacked_mb * kMegabyte;
  settings.service.max_message_bytes = max_message_mb * kMegabyte;
  settings.render.max_jsonnet_bytes = max_jsonnet_mb * kMegabyte;
  settings.render.max_output_bytes = settings.service.max_message_bytes;
  settings.children.max_memory_bytes = max_child_memory_mb * kMegabyte;
  settings.service.queue.max_wait = std::chrono::milliseconds(std::llround(max_wait_s * 1000));
  if (max_run_time_s > 0) {
    settings.service.max_run_time =
        std::chrono::milliseconds(std::llround(std::max(1.0, max_run_time_s * 1000)));
  }
  ACD_CHECK(render::CheckKustomizeVersions(settings.render.kustomize_versions));
  ACD_TRY([[maybe_unused]] const auto options,
          render::ReadBuildOptions(settings.render.kustomize_build_options,
                                   "--kustomize-build-options"));
  if (settings.render.key_dir.empty() || settings.render.key_dir.front() != '/') {
    return Fail(Code::kInvalidInput, "--key-dir: must be an absolute path");
  }
  const std::string& secrets = settings.render.key_imports.secrets_folder;
  if (!secrets.empty() && secrets.front() != '/') {
    return Fail(Code::kInvalidInput, "--key-secrets-dir: must be an absolute path");
  }
  return std::move(settings);
}

}  // namespace acd::commands
