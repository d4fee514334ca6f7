#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::sources {

/// A repository Secret in Argo CD's format (util/db/repository_secrets.go): where a repository is
/// and what opens it. What is secret, or may be, is in SecretBytes.
struct Repository {
  std::string secret;        ///< "repository/NAME" or "repo-creds/NAME", for messages
  bool is_template = false;  ///< of the kind repo-creds: `url` is a prefix
  std::string url;
  std::string name;     ///< what `@name` and `alias:name` of a Chart.yaml refer to
  std::string type;     ///< "git", "helm" or "oci", in lower case; empty in the file: git
  std::string project;  ///< empty: for every project
  SecretBytes username;
  SecretBytes password;
  SecretBytes bearer_token;
  SecretBytes ssh_key;
  SecretBytes tls_certificate;
  SecretBytes tls_key;
  bool enable_oci = false;
  bool insecure = false;                  ///< no verification of the server's certificate
  bool insecure_ignore_host_key = false;  ///< the same for SSH
  bool plain_http = false;                ///< insecureOCIForceHttp
  std::string proxy;
  std::string no_proxy;
  /// Why it can't be used, when a field is malformed or asks for what this program does not do. It
  /// is said to who needs this repository, so that it stops nobody else.
  std::string problem;

  bool is_chart_repository() const { return type == "helm" || type == "oci" || enable_oci; }
  bool is_oci() const { return type == "oci" || enable_oci; }
  bool has_credentials() const {
    return !username.empty() || !password.empty() || !bearer_token.empty() || !ssh_key.empty() ||
           !tls_certificate.empty();
  }
};

/// Reads all Secrets below `folder`:
///
///     <folder>/repository/<name of a Secret>/<key>     label secret-type: repository
///     <folder>/repo-creds/<name of a Secret>/<key>     label secret-type: repo-creds
///
/// A mounted Secret has lost its labels, and nothing in its data tells the two kinds apart, though
/// one names a repository and the other all that begin with its URL: so the folder says it, by the
/// label's own words. Either folder may be missing. A Secret is read through the `..data` link that
/// kubelet replaces, so never half old and half new. Nothing is remembered: what is mounted now
/// counts.
/// Errors: kNotFound (no such folder), kIo, kLimitExceeded.
Result<std::vector<Repository>> ReadRepositorySecrets(const std::string& folder);

}  // namespace acd::sources
