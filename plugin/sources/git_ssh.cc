#include "plugin/sources/git_ssh.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>

#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

/// git gives the command to a shell.
bool IsPlainForShell(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+:@").find(c) != std::string_view::npos;
  });
}

}  // namespace

Result<std::string> SshCommand(const Session& session, const GitLogin& login,
                               const std::string& key) {
  std::string command =
      "ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes "
      "-o ControlMaster=no -o ForwardAgent=no -o ConnectTimeout=20 "
      "-o GlobalKnownHostsFile=/dev/null";
  if (!IsPlainForShell(key)) {
    return Fail(Code::kInvalidInput, "work folder: its path has characters that a shell reads");
  }
  if (!key.empty()) command += " -i " + key;
  if (login.access.settings != nullptr && !login.access.settings->proxy.empty()) {
    return Fail(Code::kUnsupported, "repository Secret " + login.access.settings->secret +
                                        ": proxy: not supported for SSH");
  }
  const std::string& hosts = session.settings.ssh_known_hosts;
  struct stat info {};
  const bool known = !hosts.empty() && ::stat(hosts.c_str(), &info) == 0;
  if (login.insecure) {
    command += " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
  } else if (!known || !IsPlainForShell(hosts)) {
    return Fail(Code::kInvalidInput, "--ssh-known-hosts " + hosts + ": cannot be used",
                "mount argocd-ssh-known-hosts-cm there, or name another file");
  } else {
    command += " -o StrictHostKeyChecking=yes -o UserKnownHostsFile=" + hosts;
  }
  return command;
}

Status WriteSshKey(const Repository& secret, const std::string& path) {
  SecretBytes key = secret.ssh_key.Clone();
  if (!key.ExposeText().ends_with('\n')) key.Append('\n');  // ssh wants it, editors forget it
  return workspace::WriteSecretFile(path, key.Expose());
}

}  // namespace acd::sources
