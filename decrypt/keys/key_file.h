#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/age/identity.h"
#include "decrypt/base/error.h"
#include "decrypt/keys/watched_file.h"
#include "decrypt/pgp/secret_keys.h"

namespace acd::keys {

/// What a key file holds; one of the two kinds.
struct FoundKeys {
  age::Identities identities;
  std::shared_ptr<const pgp::SecretKeys> pgp;  ///< null: none. Shared with who uses it meanwhile
  std::vector<std::string> warnings;           ///< "line 3: ..."

  bool empty() const { return identities.empty() && !pgp; }
};

/// Reads the content of a key file. Never fails: see FoundKeys::warnings.
using KeyParser = std::function<FoundKeys(std::string_view)>;

/// Reads PGP secret keys.
FoundKeys ParsePgpKeys(std::string_view text);

/// One key file as it is now. Its owner locks: what is const may be called concurrently.
class KeyFile {
 public:
  struct Options {
    std::string path;
    std::string label;         ///< in messages, "SOPS_AGE_KEY_FILE (/path)" or the path
    std::string open_failure;  ///< words in front of the system's, "failed to open file"
    bool may_be_absent = false;
    bool may_be_pipe = false;
    bool may_be_irregular = false;  ///< a folder and the like has no keys, and that is no problem
    std::size_t max_bytes = 0;
    KeyParser parse;
  };
  explicit KeyFile(Options options) : options_(std::move(options)) {}

  /// Looks at the file again: a `stat` when it cannot have changed, else it is read, and parsed if
  /// its content is new. A file that is gone, empty or unreadable has no keys from then on.
  /// True when keys or problems are not what they were.
  bool Refresh(const Clock& clock);
  /// Whether Refresh would find nothing new, as far as a `stat` can prove it.
  bool IsUnchanged() const;

  const FoundKeys& keys() const { return keys_; }
  /// What is wrong with it, each with the label and for a bad line its number.
  const std::vector<std::string>& problems() const { return problems_; }
  /// Why it could not be looked at, if that may be over in a moment: kNoRoom.
  const std::optional<Error>& lack() const { return lack_; }
  /// It is there and well-formed, and yet there is no key in it.
  bool IsEmpty() const { return has_digest_ && keys_.empty() && problems_.empty(); }
  /// When the file was written, in seconds since 1970; 0 if it is none, or has no key.
  std::int64_t written() const;
  const std::string& label() const { return options_.label; }
  bool may_be_absent() const { return options_.may_be_absent; }

 private:
  using Digest = std::array<std::uint8_t, 32>;

  bool Lose(const Error& error);
  void Parse(const SecretBytes& content, const Digest& digest);

  Options options_;
  FoundKeys keys_;
  std::vector<std::string> problems_;
  std::optional<Error> lack_;
  Fingerprint fingerprint_;
  bool trusted_ = false;
  bool absent_ = false;  ///< and that is no problem
  bool has_digest_ = false;
  Digest digest_ = {};  ///< of the content parsed last; not the content itself
};

}  // namespace acd::keys
