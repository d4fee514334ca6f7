#include "plugin/sources/git_login.h"

#include "decrypt/base/encoding.h"
#include "plugin/sources/repository_url.h"

namespace acd::sources {
namespace {

constexpr std::string_view kTokenUser = "x-access-token";  // Argo CD's for a password alone

SecretBytes BasicHeader(const SecretBytes& username, const SecretBytes& password) {
  SecretBytes both = username.empty() ? SecretBytes::CopyOf(kTokenUser) : username.Clone();
  both.Append(':');
  both.Append(password.Expose());
  SecretBytes header = SecretBytes::CopyOf("Authorization: Basic ");
  header.Append(EncodeBase64(both.Expose()).Expose());
  return header;
}

SecretBytes BearerHeader(const SecretBytes& token) {
  SecretBytes header = SecretBytes::CopyOf("Authorization: Bearer ");
  header.Append(token.Expose());
  return header;
}

bool IsHttp(const std::string& url) { return UrlScheme(url).starts_with("http"); }

bool IsOneLine(const SecretBytes& text) {
  return text.ExposeText().find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Status FromSecret(GitLogin& login) {
  const Repository& secret = *login.access.credentials;
  if (!IsHttp(login.access.url)) {
    if (!secret.ssh_key.empty()) return {};
    return Fail(Code::kInvalidInput, "repository Secret " + secret.secret +
                                         ": has no sshPrivateKey, which an SSH address needs");
  }
  // As Argo CD: a password goes before a token.
  if (!secret.password.empty()) {
    login.header = BasicHeader(secret.username, secret.password);
  } else if (!secret.bearer_token.empty()) {
    login.header = BearerHeader(secret.bearer_token);
  }
  if (IsOneLine(login.header)) return {};
  return Fail(Code::kInvalidInput,
              "repository Secret " + secret.secret + ": bearerToken: has line breaks");
}

/// The header that Argo CD sends in clear when a repository forces it.
SecretBytes SharedHeader(const Session& session) {
  for (const char* name : {"ARGOCD_GIT_AUTH_HEADER", "ARGOCD_GIT_BEARER_AUTH_HEADER"}) {
    const std::string header = session.Variable(name);
    if (!header.empty() && header.find_first_of("\r\n\"\\") == std::string::npos) {
      return SecretBytes::CopyOf(header);
    }
  }
  return {};
}

Status FromArgo(const Session& session, GitLogin& login) {
  const std::string own = session.Variable("ARGOCD_APP_SOURCE_REPO_URL");
  const std::string nonce = session.Variable("ARGOCD_GIT_ASKPASS_NONCE");
  const std::string socket = session.Variable("ARGOCD_ASK_PASS_SOCK");
  const bool same_host = !own.empty() && UrlOrigin(own) == UrlOrigin(login.access.url) &&
                         !UrlOrigin(own).empty() && IsHttp(own);
  if (!same_host) {
    const bool key = !session.Variable("GIT_SSH_COMMAND").empty() &&
                     UrlHost(own) == UrlHost(login.access.url) && !UrlHost(own).empty();
    if (!key) return {};
    return Fail(Code::kUnsupported,
                "the SSH key that Argo CD shares lies in the repo-server's own files",
                "mount a repository Secret with the same sshPrivateKey in --repository-secrets");
  }
  for (const char* name : {"GIT_SSL_CERT", "GIT_SSL_KEY"}) {
    if (session.Variable(name).empty()) continue;
    return Fail(Code::kUnsupported,
                std::string("the client certificate that Argo CD shares (") + name +
                    ") lies in the repo-server's own files",
                "mount a repository Secret with tlsClientCertData and tlsClientCertKey");
  }
  login.header = SharedHeader(session);
  if (login.header.empty() && !nonce.empty() && session.settings.ask_pass) {
    ACD_TRY(const Login shared, session.settings.ask_pass(socket, nonce, session.budget));
    if (!shared.password.empty()) login.header = BasicHeader(shared.username, shared.password);
  }
  if (login.header.empty()) return {};
  login.insecure = session.Variable("GIT_SSL_NO_VERIFY") == "true";
  login.access.grant = "argocd\n" + session.project + "\n" + UrlWithoutPassword(own);
  return {};
}

}  // namespace

Result<GitLogin> FindGitLogin(Session& session, const std::string& repository) {
  ACD_TRY(const std::vector<Repository>* repositories, session.Repositories());
  GitLogin login;
  ACD_TRY(login.access, AccessFinder(*repositories, session.project).Git(repository));
  if (const Repository* settings = login.access.settings; settings != nullptr) {
    login.insecure = IsHttp(repository) ? settings->insecure : settings->insecure_ignore_host_key;
  }
  if (login.access.credentials != nullptr) {
    ACD_CHECK(FromSecret(login));
  } else {
    ACD_CHECK(FromArgo(session, login));
  }
  return login;
}

}  // namespace acd::sources
