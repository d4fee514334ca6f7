#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/sops/stores/store.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Which leaves are encrypted. A document has exactly one rule.
enum class Rule {
  kUnencryptedSuffix,
  kEncryptedSuffix,
  kUnencryptedRegex,
  kEncryptedRegex,
  kUnencryptedCommentRegex,
  kEncryptedCommentRegex,
};

/// What a document says about its own encryption. None of it is authenticated, and none is secret.
struct Metadata {
  /// Wrapped keys by group, in sops's load order (kms, gcp_kms, hckms, azure_kv, hc_vault, pgp,
  /// age).
  std::vector<std::vector<keys::WrappedKey>> key_groups;
  std::int64_t shamir_threshold = 0;
  std::string mac;            ///< an ENC[...] text
  std::string last_modified;  ///< RFC 3339 without a fraction: the MAC's associated data
  std::string version;        ///< as written
  Rule rule = Rule::kUnencryptedSuffix;
  std::string pattern = "_unencrypted";  ///< the rule's suffix or regular expression
  bool mac_only_encrypted = false;
};

/// Takes the metadata out of the documents, from where `format` keeps it, and reads it.
/// Errors (kInvalidInput, in sops's words): those of TakeMetadataMap; a key that is no string; a
/// field of a wrong type; `lastmodified` or `created_at` no time; no keys; two selection rules.
/// kLimitExceeded: more keys than `limits.max_recipients`.
/// Spec: sops stores/metadata.go ExtractMetadata, stores/stores.go ToInternal.
Result<Metadata> ExtractMetadata(std::vector<Node>& documents, Format format, const Limits& limits);

/// Whether a top-level `sops` value is metadata of an encrypted document and not something else of
/// that name, such as a chart's settings: it has a MAC, a modification time or a wrapped key.
bool LooksLikeMetadata(const Node& value);

}  // namespace acd::sops
