#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/preview/hash_key.h"
#include "plugin/preview/objects.h"
#include "plugin/preview/value_index.h"

namespace acd::preview {

/// Puts keyed hashes (`hmac:1f0c9a2b3d4e`) in the place of secrets, the same for the same value
/// wherever it is and however it is written. docs/preview.md has the rules for users:
///
/// - a Secret's `data` and `stringData` whole, whatever they come from, and its copy in the
///   annotation last-applied-configuration;
/// - every decrypted value, in keys of maps too (from 8 bytes on, and not in Kubernetes' own
///   names), as far as Reach says, in all forms of ForEachForm, and inside of base64 texts;
/// - the suffix that kustomize gives the name of a generated Secret, and `checksum/` annotations,
///   which are hashes without a key, so that a value could be tried out on them.
///
/// A value that a template cut, changed in case or hashed is not recognised.
class Masker {
 public:
  /// `values`: what was decrypted, and AddSuffixes of all objects that will be shown.
  /// Error: that of ValueIndex::Build.
  static Result<Masker> Make(const std::vector<SecretBytes>& values, HashKey key);

  /// An object to show in place of a real one.
  Value Apply(const Object& object) const;
  /// A text about objects: a name, an error.
  std::string Text(std::string_view text) const;

 private:
  /// A stretch of a text and the hash in its place; size 0: none.
  struct Region {
    std::size_t size = 0;
    std::string hash = {};
  };
  Masker(HashKey key, ValueIndex index) : key_(std::move(key)), index_(std::move(index)) {}
  void MaskValue(Value& value) const;
  void MaskMembers(Value& map) const;
  void MaskScalar(Value& scalar) const;
  void MaskSecret(Value& object) const;
  void MaskSecretMap(Value* map, bool base64) const;
  std::string Key(const std::string& key) const;
  std::string MaskText(std::string_view text, int depth) const;
  Region RegionAt(std::string_view text, std::size_t at) const;
  Region Base64At(std::string_view text, std::size_t at, int depth, std::size_t& run_end) const;

  HashKey key_;
  ValueIndex index_;
};

/// The suffix, without its dash, of a name that kustomize's generators made (`db-8h5k2mf9gt`): ten
/// characters that stand for the start of the content's SHA-256. Empty: it has none.
/// Spec: sigs.k8s.io/kustomize api/hasher.
std::string_view HashSuffix(std::string_view name);

/// Drops values that are no secret although they were decrypted, as all of a manifest is that sops
/// encrypted whole: what an object is called (kind, name, namespace), if it looks like that and no
/// Secret holds the same.
void DropNames(std::span<const Object* const> objects, std::vector<SecretBytes>& values);

/// Appends the suffixes of generated Secrets: hashes of what they hold.
void AddSuffixes(std::span<const Object> objects, std::vector<SecretBytes>& values);

}  // namespace acd::preview
