#pragma once

#include <string>
#include <string_view>

namespace acd::sources {

/// The addresses of repositories, compared as Argo CD compares them. Nothing here fails: a text
/// that is no address has no host and equals itself only.

/// "https" of "https://host/path", in lower case; empty without "://".
std::string UrlScheme(std::string_view url);
/// "host" or "host:port", in lower case; of `git@host:path` too. Empty when there is none.
std::string UrlHost(std::string_view url);
/// The same without the port.
std::string UrlHostName(std::string_view url);
/// "https://host:port", what credentials for HTTP are bound to; empty when there is no host.
std::string UrlOrigin(std::string_view url);
/// Whether somebody wrote a password into it: https://user:password@host.
bool UrlHasPassword(std::string_view url);
/// The same without `user:password@`; a user alone stays, as in git@host.
std::string UrlWithoutPassword(std::string_view url);

/// One form for all ways to write a git repository's address: Argo CD's NormalizeGitURL
/// (util/git/git.go). Two repositories are the same if these are.
std::string NormalGitUrl(std::string_view url);
/// The same for a chart repository: without oci:// and slashes at its end, scheme and host in lower
/// case. OCI repositories have no scheme in Argo CD.
std::string NormalChartUrl(std::string_view url);

/// Whether `prefix` begins `url` by whole components. Argo CD compares bytes, so that credentials
/// for https://example.org go to https://example.org.attacker.net too; here they do not.
bool IsUrlPrefix(std::string_view prefix, std::string_view url);

}  // namespace acd::sources
