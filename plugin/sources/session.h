#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/exec/command_runner.h"
#include "plugin/sources/repository.h"
#include "plugin/sources/source_cache.h"

namespace acd::sources {

/// A user and a password, or a token.
struct Login {
  SecretBytes username;
  SecretBytes password;
};

/// Asks the repo-server for the credentials that a nonce stands for, at its askpass socket (Argo
/// CD's askpass.AskPassService).
using AskPass = std::function<Result<Login>(const std::string& socket, const std::string& nonce,
                                            const exec::Budget& budget)>;

/// What the operator set.
struct Settings {
  std::string repository_secrets;  ///< folder of mounted Secrets; empty: none
  /// Where Argo CD's own containers mount argocd-ssh-known-hosts-cm and argocd-tls-certs-cm.
  std::string ssh_known_hosts = "/app/config/ssh/ssh_known_hosts";
  std::string tls_certificates = "/app/config/tls";  ///< one file for each host
  std::string git = "git";                           ///< name or path
  std::shared_ptr<SourceCache> cache;                ///< null: nothing is kept
  /// Variables of this process that say how the network is reached (HTTPS_PROXY, SSL_CERT_FILE and
  /// the like), for the tools that reach it.
  std::map<std::string, std::string> network;
  AskPass ask_pass;  ///< empty: the repo-server can't be asked
};

/// One request that needs something from outside, and who asks. Everything is borrowed.
class Session {
 public:
  Session(const Settings& of_operator, exec::CommandRunner& starter, const exec::Budget& time)
      : settings(of_operator), runner(starter), budget(time) {}

  const Settings& settings;
  exec::CommandRunner& runner;
  const exec::Budget& budget;
  std::string project;
  std::string root;       ///< the repository's files; absolute, real
  std::string run_dir;    ///< the request's private folder on tmpfs
  std::string helm;       ///< name or path
  std::string tool_path;  ///< where tools are looked for
  /// The request's variables, those of Argo CD's git credentials among them; null: none.
  const std::map<std::string, std::string>* environment = nullptr;

  /// What charts may still take of the work folder, which is memory: each is bounded, and an author
  /// names as many as he likes. See PullChart and UnpackChart.
  std::uint64_t bytes_left = 1ULL << 30U;

  /// Takes `bytes` of them. Error: kLimitExceeded, naming `what`.
  Status Take(std::uint64_t bytes, const std::string& what);
  /// The Secrets as they are mounted now; read once a request, when they are first needed.
  /// Errors: those of ReadRepositorySecrets.
  Result<const std::vector<Repository>*> Repositories();
  /// A variable of the request; empty when it is not set.
  std::string Variable(const char* name) const;

 private:
  std::unique_ptr<std::vector<Repository>> repositories_;
};

}  // namespace acd::sources
