#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/sources/repository.h"

namespace acd::sources {

/// How one project reaches one repository. Points into the list that it was found in.
struct Access {
  std::string url;                          ///< as git or helm are to be given it
  bool oci = false;                         ///< a chart registry
  const Repository* settings = nullptr;     ///< TLS, proxy, plain HTTP; null: defaults
  const Repository* credentials = nullptr;  ///< null: none
  /// Names what the access rests on, without any secret in it: part of the key of what is kept in
  /// the cache, so that a project is given only what it could have fetched itself. "public" when it
  /// rests on no Secret.
  std::string grant;
};

/// Of several mounted Secrets the one that counts for a project, as in Argo CD
/// (reposerver getHelmRepos, util/db getRepositorySecret): a Secret of another project does not
/// exist, one of this project goes before one for all; then the longest prefix of the kind
/// repo-creds, by whole components of the URL; a repository without credentials takes those of the
/// prefix.
class AccessFinder {
 public:
  /// `repositories` is borrowed.
  AccessFinder(const std::vector<Repository>& repositories, std::string project)
      : repositories_(repositories), project_(std::move(project)) {}

  /// A chart repository by its address (https, http, oci), or by name: `@name`, `alias:name`.
  /// Errors: kInvalidInput (no such scheme, a password in the URL, a Secret's problem), kNotFound
  /// (no Secret of that name for this project).
  Result<Access> Charts(std::string_view repository) const;
  /// A git repository by its address (https, http, ssh, git@host:path). Errors as above.
  Result<Access> Git(std::string_view url) const;

 private:
  const Repository* ByName(std::string_view name) const;
  const Repository* Exact(std::string_view normal, bool charts) const;
  const Repository* Template(std::string_view normal, bool charts) const;
  const Repository* Registry(std::string_view normal) const;
  bool Visible(const Repository& repository) const;
  Result<Access> Finish(Access access, const Repository* exact, const Repository* prefix) const;

  const std::vector<Repository>& repositories_;
  std::string project_;
};

}  // namespace acd::sources
