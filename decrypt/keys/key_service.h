#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/check.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::keys {

/// When somebody looked at the places where keys are mounted.
using Moment = std::chrono::steady_clock::time_point;

/// Who asks for a key, and for what. Every unwrap carries it, so that a policy, an audit log or a
/// cache can be put in front of any key service without touching a caller. Fields may be empty
/// (the command line knows no Application).
struct Requester {
  std::string project;      ///< AppProject
  std::string application;  ///< instance name, `<app>` or `<namespace>_<app>`
  std::string repository;   ///< URL without credentials
  std::string file;         ///< path inside the repository
  std::string
      purpose;       ///< "helm values", "kustomize resource", "ksops", "manifest", "command line"
  Check check = {};  ///< polled while keys are tried and while a program that holds one runs
  /// Keys as they were mounted at this moment will do: of a request with hundreds of files, only
  /// the first one has to look. Without one, they are as they are now.
  Moment as_of = Moment::max();

  Status StillWants() const { return StillWanted(check); }
};

/// A data key as a document stores it: encrypted for one recipient.
struct WrappedKey {
  enum class Type { kAge, kPgp, kAwsKms, kGcpKms, kAzureKv, kHcVault, kHuaweiKms };
  Type type = Type::kAge;
  std::string name;       ///< what sops prints: recipient, fingerprint, arn, resource id, URL
  std::string encrypted;  ///< the `enc` text, as stored
};

/// sops's word for a type in reports and in SOPS_DECRYPTION_ORDER: "age", "pgp", "kms", ...
const char* TypeName(WrappedKey::Type type);

/// Whether there is a key at all, and what is wrong with the places where keys should be.
struct KeyState {
  bool has_key = true;
  std::vector<std::string> problems;          ///< each names its file, and the line where it is one
  std::map<std::string, std::size_t> loaded;  ///< keys by kind: "age", "ssh", "plugin", "pgp"
  /// When the files of keys were written, in seconds since 1970. None: no key is in a file.
  std::optional<std::int64_t> oldest_file;
  std::optional<std::int64_t> newest_file;
  /// How often mounted keys were found to have changed since the first look, without a new problem
  /// and with one.
  std::uint64_t reloads = 0;
  std::uint64_t failed_reloads = 0;

  /// Takes the other's part in all of it, except in whether there is a key.
  void Add(const KeyState& other);
  /// A place where a key should be is broken, and no other key is left.
  bool IsBroken() const { return !has_key && !problems.empty(); }
};

/// Opens wrapped data keys. The one seam through which every private key is used.
class KeyService {
 public:
  virtual ~KeyService() = default;

  /// The data key. Errors: kNoMatchingKey (none of the keys at hand fits), kUnsupported (this
  /// service does not do the type), anything else is a defect of the stored key or of the source.
  /// Threads: safe to call concurrently.
  virtual Result<SecretBytes> Unwrap(const WrappedKey& key, const Requester& requester) = 0;

  /// The public halves of the keys that Unwrap would try, for "keys tried" in an error.
  virtual std::vector<std::string> PublicNames(const Requester& requester) = 0;

  /// How the keys are now, for a health check. Looks at them as Unwrap would.
  virtual KeyState State() { return {}; }
};

}  // namespace acd::keys
