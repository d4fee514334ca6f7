#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/render/context.h"
#include "plugin/render/key_import.h"
#include "plugin/render/value_url.h"

namespace acd::render {

/// One thing that an entry of valueFiles or fileParameters leads to.
struct ValueSource {
  ValueUrl url;
  std::string path;  ///< kPath: absolute and real; else empty
  /// Two sources with the same one are the same to Argo CD: a file's path, links in its folders as
  /// they are named, and how it is wrapped, or the URL.
  std::string id;
  std::string shown;  ///< for messages
};

/// What an entry leads to: of a glob several, of a missing file none.
struct ValueEntry {
  std::vector<ValueSource> sources;
  bool by_glob = false;
  bool optional = false;  ///< that there is nothing is no error
};

/// What helm is to be given for a source.
struct ValueContent {
  std::optional<SecretBytes> text;  ///< none: the file as it is
  bool missing = false;             ///< which was found out only now
};

/// THE place where an entry becomes content: another kind of entry is a Kind of ValueUrl, and a
/// case in Find and in Read. Not safe for concurrent use.
class ValueResolver {
 public:
  explicit ValueResolver(Context& context);

  /// Looks, but opens nothing. `entry`: as the Application has it, variables and all. Errors:
  /// those of ParseValueUrl and of the policy; kInvalidInput (leaves the repository), kUnsupported
  /// ($values/...).
  Result<ValueEntry> Find(const std::string& entry);
  /// The same for an entry whose variables are substituted already.
  Result<ValueEntry> FindUrl(ValueUrl url);
  /// Fetches and decrypts. Errors name the source.
  Result<ValueContent> Read(const ValueSource& source);

 private:
  Result<ValueEntry> FindFile(ValueUrl url);
  Result<ValueEntry> FindByGlob(const ValueUrl& url);
  Result<ValueContent> ReadFile(const ValueSource& source);
  Result<ValueContent> ReadRemote(const ValueSource& source);
  Result<ValueContent> ReadGit(const ValueSource& source);
  Result<ValueContent> ReadLiteral(const ValueSource& source);
  Result<SecretBytes> Decrypt(const ValueSource& source, const std::string& path,
                              SopsDocument document);

  Context& context_;
  KeyImports keys_;
};

}  // namespace acd::render
