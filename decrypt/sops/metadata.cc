#include "decrypt/sops/metadata.h"

#include <algorithm>
#include <array>
#include <utility>

#include "decrypt/base/go_space.h"
#include "decrypt/sops/go_time.h"
#include "decrypt/sops/metadata_layout.h"
#include "decrypt/sops/weak_fields.h"

namespace acd::sops {
namespace {

using keys::WrappedKey;
using Group = std::vector<WrappedKey>;

/// `arn[+role][|context][|profile]`, as sops names a KMS key.
Result<std::string> KmsName(const WeakFields& fields) {
  ACD_TRY(std::string name, fields.String("arn"));
  ACD_TRY(const std::string role, fields.String("role"));
  ACD_TRY(const auto context, fields.StringMap("context"));
  ACD_TRY(const std::string profile, fields.String("aws_profile"));
  if (!role.empty()) name += "+" + role;
  std::string pairs;
  for (const auto& [key, value] : context) {
    pairs += (pairs.empty() ? "" : ",") + key + ":" + value;
  }
  if (!profile.empty()) return name + "|" + pairs + "|" + profile;
  return pairs.empty() ? name : name + "|" + pairs;
}

Result<std::string> GcpName(const WeakFields& fields) { return fields.String("resource_id"); }

Result<std::string> HuaweiName(const WeakFields& fields) { return fields.String("key_id"); }

Status CheckHuaweiId(const std::string& id) {
  const std::string_view trimmed = TrimGoSpace(id);
  const std::size_t colon = trimmed.find(':');
  if (colon == std::string_view::npos) {
    return Fail(Code::kInvalidInput,
                "invalid key ID format: expected 'region:key-uuid', got \"" + id + "\"");
  }
  if (TrimGoSpace(trimmed.substr(0, colon)).empty()) {
    return Fail(Code::kInvalidInput, "region cannot be empty in key ID: \"" + id + "\"");
  }
  if (TrimGoSpace(trimmed.substr(colon + 1)).empty()) {
    return Fail(Code::kInvalidInput, "key UUID cannot be empty in key ID: \"" + id + "\"");
  }
  return {};
}

Result<std::string> AzureName(const WeakFields& fields) {
  ACD_TRY(const std::string url, fields.String("vault_url"));
  ACD_TRY(const std::string name, fields.String("name"));
  ACD_TRY(const std::string version, fields.String("version"));
  return url + "/keys/" + name + "/" + version;
}

Result<std::string> VaultName(const WeakFields& fields) {
  ACD_TRY(const std::string address, fields.String("vault_address"));
  ACD_TRY(const std::string engine, fields.String("engine_path"));
  ACD_TRY(const std::string name, fields.String("key_name"));
  return address + "/v1/" + engine + "/keys/" + name;
}

Result<std::string> PgpName(const WeakFields& fields) { return fields.String("fp"); }

Result<std::string> AgeName(const WeakFields& fields) { return fields.String("recipient"); }

/// One kind of master key. `created_at` is mandatory in all but age's.
struct KeyKind {
  std::string_view field;
  WrappedKey::Type type;
  Result<std::string> (*name)(const WeakFields&);
};

/// RE2 takes the square of an expression's length for some. No real one comes near.
constexpr std::size_t kMaxPattern = 16U << 10U;

/// In sops's load order.
constexpr std::array<KeyKind, 7> kKeyKinds = {{
    {"kms", WrappedKey::Type::kAwsKms, KmsName},
    {"gcp_kms", WrappedKey::Type::kGcpKms, GcpName},
    {"hckms", WrappedKey::Type::kHuaweiKms, HuaweiName},
    {"azure_kv", WrappedKey::Type::kAzureKv, AzureName},
    {"hc_vault", WrappedKey::Type::kHcVault, VaultName},
    {"pgp", WrappedKey::Type::kPgp, PgpName},
    {"age", WrappedKey::Type::kAge, AgeName},
}};

/// Reads the key lists of the root or of one element of `key_groups`.
class GroupReader {
 public:
  explicit GroupReader(const Limits& limits) : limits_(limits) {}

  /// `used`: sops looks at what the fields say; else only at their types.
  Result<Group> Read(const WeakFields& fields, bool used) {
    Group group;
    for (const KeyKind& kind : kKeyKinds) {
      ACD_TRY(const auto entries, fields.Maps(kind.field));
      count_ += entries.size();
      if (count_ > limits_.max_recipients) {
        return Fail(Code::kLimitExceeded,
                    "sops metadata: more than " + std::to_string(limits_.max_recipients) + " keys");
      }
      for (const WeakFields& entry : entries) {
        ACD_TRY(WrappedKey key, ReadKey(kind, entry, used));
        group.push_back(std::move(key));
      }
    }
    return group;
  }

 private:
  static Result<WrappedKey> ReadKey(const KeyKind& kind, const WeakFields& fields, bool used) {
    WrappedKey key;
    key.type = kind.type;
    ACD_TRY(key.encrypted, fields.String("enc"));
    ACD_TRY(key.name, kind.name(fields));
    if (kind.type == WrappedKey::Type::kAge) return key;
    ACD_TRY(const std::string created, fields.String("created_at"));
    if (!used) return key;
    if (kind.type == WrappedKey::Type::kHuaweiKms) ACD_CHECK(CheckHuaweiId(key.name));
    auto time = ParseGoTime(created, QuoteInput::kYes);
    if (!time) {
      return Fail(std::move(time).error().With("sops." + std::string(kind.field) + ".created_at"));
    }
    return key;
  }

  const Limits& limits_;
  std::size_t count_ = 0;
};

Result<std::vector<Group>> ReadGroups(const WeakFields& root, const Limits& limits) {
  GroupReader reader(limits);
  std::vector<Group> groups;
  ACD_TRY(Group top, reader.Read(root, true));
  const bool has_top = !top.empty();  // `key_groups` is then ignored, if it is well-formed
  if (has_top) groups.push_back(std::move(top));
  ACD_TRY(const auto listed, root.Maps("key_groups"));
  for (const WeakFields& fields : listed) {
    ACD_TRY(Group group, reader.Read(fields, !has_top));
    if (has_top) continue;
    groups.push_back(std::move(group));
    // An empty group is no key, but an attacker's million of them is still work.
    if (groups.size() > limits.max_recipients) {
      return Fail(Code::kLimitExceeded, "sops metadata: too many key groups");
    }
  }
  if (groups.empty()) {
    return Fail(Code::kInvalidInput, "No keys found in file",
                "the sops metadata lists no recipient: encrypt the file again");
  }
  return groups;
}

struct RuleName {
  std::string_view field;
  Rule rule;
};

constexpr std::array<RuleName, 6> kRules = {{
    {"unencrypted_suffix", Rule::kUnencryptedSuffix},
    {"encrypted_suffix", Rule::kEncryptedSuffix},
    {"unencrypted_regex", Rule::kUnencryptedRegex},
    {"encrypted_regex", Rule::kEncryptedRegex},
    {"unencrypted_comment_regex", Rule::kUnencryptedCommentRegex},
    {"encrypted_comment_regex", Rule::kEncryptedCommentRegex},
}};

Status ReadRule(const WeakFields& root, Metadata& metadata) {
  bool found = false;
  for (const RuleName& candidate : kRules) {
    ACD_TRY(std::string pattern, root.String(candidate.field));
    if (pattern.empty()) continue;
    if (found) {
      return Fail(Code::kInvalidInput,
                  "Cannot use more than one of encrypted_suffix, unencrypted_suffix, "
                  "encrypted_regex, unencrypted_regex, encrypted_comment_regex, or "
                  "unencrypted_comment_regex in the same file",
                  "two versions of the metadata were merged: restore the last version that sops "
                  "wrote");
    }
    found = true;
    if (pattern.size() > kMaxPattern) {
      return Fail(Code::kLimitExceeded, "sops metadata: " + std::string(candidate.field) +
                                            ": the rule is longer than " +
                                            std::to_string(kMaxPattern) + " bytes");
    }
    metadata.rule = candidate.rule;
    metadata.pattern = std::move(pattern);
  }
  return {};
}

/// sops makes maps of Go out of the metadata before it reads any of it.
Status CheckKeys(const Node& node) {
  if (const auto* list = node.As<Node::List>()) {
    for (const Node& item : *list) ACD_CHECK(CheckKeys(item));
  }
  if (const auto* map = node.As<Node::Map>()) {
    for (const Entry& entry : *map) {
      if (entry.key_type != nullptr) {
        return Fail(Code::kInvalidInput,
                    "sops metadata: Unexpected key type " + std::string(entry.key_type));
      }
      ACD_CHECK(CheckKeys(entry.value));
    }
  }
  return {};
}

Result<Metadata> ReadMetadata(const Node::Map& map, const Limits& limits) {
  const WeakFields root(map, "");
  Metadata metadata;
  ACD_TRY(const std::string last_modified, root.String("lastmodified"));
  auto time = ParseGoTime(last_modified, QuoteInput::kYes);
  if (!time) {
    const bool crlf = last_modified.ends_with('\r');
    return Fail(std::move(time)
                    .error()
                    .With("sops.lastmodified")
                    .Hint(crlf ? "the file's lines end with a carriage return, which belongs to "
                                 "the values of this format: convert them to plain line feeds"
                               : "the sops metadata is damaged: restore the file or encrypt it "
                                 "again"));
  }
  metadata.last_modified = time->Rfc3339();
  ACD_TRY(metadata.shamir_threshold, root.Int("shamir_threshold"));
  ACD_TRY(metadata.mac, root.String("mac"));
  ACD_TRY(metadata.version, root.String("version"));
  ACD_TRY(metadata.mac_only_encrypted, root.Bool("mac_only_encrypted"));
  ACD_TRY(metadata.key_groups, ReadGroups(root, limits));
  ACD_CHECK(ReadRule(root, metadata));
  return metadata;
}

}  // namespace

Result<Metadata> ExtractMetadata(std::vector<Node>& documents, Format format,
                                 const Limits& limits) {
  ACD_TRY(const Node value, TakeMetadataMap(documents, format, limits));
  ACD_CHECK(CheckKeys(value));
  return ReadMetadata(*value.As<Node::Map>(), limits);
}

bool LooksLikeMetadata(const Node& value) {
  const auto* map = value.As<Node::Map>();
  if (map == nullptr) return false;
  const WeakFields root(*map, "");
  if (root.Find("mac") != nullptr || root.Find("lastmodified") != nullptr) return true;
  const auto has_wrapped_key = [](const WeakFields& fields) {
    for (const KeyKind& kind : kKeyKinds) {
      const auto entries = fields.Maps(kind.field);
      if (entries && std::any_of(entries->begin(), entries->end(), [](const WeakFields& entry) {
            return entry.Find("enc") != nullptr;
          })) {
        return true;
      }
    }
    return false;
  };
  if (has_wrapped_key(root)) return true;
  const auto groups = root.Maps("key_groups");
  return groups && std::any_of(groups->begin(), groups->end(), has_wrapped_key);
}

}  // namespace acd::sops
