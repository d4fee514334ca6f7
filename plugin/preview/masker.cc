#include "plugin/preview/masker.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "decrypt/base/encoding.h"
#include "plugin/preview/base64_runs.h"

namespace acd::preview {
namespace {

constexpr int kMaxBase64Depth = 3;
constexpr std::size_t kMinKey = 8;  // below, a value in a key is more likely a field's name
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::string_view kChecksum = "checksum/";

// What Kubernetes calls its fields, where a hash would make the object unreadable.
bool IsFieldOfKubernetes(std::string_view key) {
  static constexpr auto kFields = std::to_array<std::string_view>(
      {"annotations", "apiVersion", "binaryData", "containers", "immutable", "initContainers",
       "metadata", "namespace", "ownerReferences", "replicas", "resources", "secretKeyRef",
       "secretName", "selector", "serviceAccountName", "stringData", "template", "valueFrom",
       "volumeMounts"});
  return std::find(kFields.begin(), kFields.end(), key) != kFields.end();
}

bool IsWord(std::string_view text, std::string_view also) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           also.find(c) != std::string_view::npos;
  });
}

// `apps/v1`, `v1beta1`: what tells the cluster what the rest is cannot be a secret.
bool LooksLikeApiVersion(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  const std::string_view version = slash == std::string_view::npos ? text : text.substr(slash + 1);
  return text.size() <= 253 && version.size() >= 2 && version.size() <= 16 && version[0] == 'v' &&
         version[1] >= '0' && version[1] <= '9' && IsWord(text, "./-");
}

bool LooksLikeKind(std::string_view text) {
  return text.size() <= 63 && IsWord(text, "") && text[0] >= 'A' && text[0] <= 'Z';
}

bool IsSecret(const Object& object) {
  return object.identity.kind == "Secret" && object.identity.group.empty();
}

// Whether base64, or a part of a path that is base64, may begin here.
bool BeginsPart(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  return before == '/' || !((before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z') ||
                            (before >= '0' && before <= '9') || before == '+');
}

}  // namespace

std::string_view HashSuffix(std::string_view name) {
  constexpr std::size_t kSize = 10;
  if (name.size() < kSize + 2 || name[name.size() - kSize - 1] != '-') return {};
  const std::string_view suffix = name.substr(name.size() - kSize);
  const bool all = suffix.find_first_not_of("2456789bcdfghkmt") == std::string_view::npos;
  return all ? suffix : std::string_view();
}

void DropNames(std::span<const Object* const> objects, std::vector<SecretBytes>& values) {
  std::set<std::string, std::less<>> names;
  std::set<std::string, std::less<>> held;
  for (const Object* object : objects) {
    const Identity& identity = object->identity;
    names.insert(identity.kind);
    names.insert(identity.namespace_);
    names.insert(identity.name);
    if (const std::size_t suffix = HashSuffix(identity.name).size(); suffix > 0) {
      names.insert(identity.name.substr(0, identity.name.size() - suffix - 1));
    }
    if (!IsSecret(*object)) continue;
    for (const char* field : {"data", "stringData"}) {
      const Value* map = object->value.Find(field);
      if (map == nullptr) continue;
      for (const auto& [key, value] : map->members) {
        held.insert(value.text);
        if (const auto decoded = DecodeBase64Go(value.text)) {
          held.insert(std::string(decoded->ExposeText()));
        }
      }
    }
  }
  std::erase_if(values, [&](const SecretBytes& value) {
    const std::string_view text = value.ExposeText();
    return IsWord(text, "-.") && names.contains(text) && !held.contains(text);
  });
}

void AddSuffixes(std::span<const Object> objects, std::vector<SecretBytes>& values) {
  for (const Object& object : objects) {
    if (!IsSecret(object)) continue;
    const std::string_view suffix = HashSuffix(object.identity.name);
    if (!suffix.empty()) values.push_back(SecretBytes::CopyOf(suffix));
  }
}

Result<Masker> Masker::Make(const std::vector<SecretBytes>& values, HashKey key) {
  ACD_TRY(ValueIndex index, ValueIndex::Build(values, key));
  return Masker(std::move(key), std::move(index));
}

Value Masker::Apply(const Object& object) const {
  Value shown = object.value;
  if (IsSecret(object)) MaskSecret(shown);
  std::optional<Value> api;
  std::optional<Value> kind;
  if (LooksLikeApiVersion(shown.Text("apiVersion"))) api = *shown.Find("apiVersion");
  if (LooksLikeKind(shown.Text("kind"))) kind = *shown.Find("kind");
  MaskValue(shown);
  if (api) *shown.Find("apiVersion") = *std::move(api);
  if (kind) *shown.Find("kind") = *std::move(kind);
  return shown;
}

std::string Masker::Text(std::string_view text) const { return MaskText(text, 0); }

void Masker::MaskSecret(Value& object) const {
  MaskSecretMap(object.Find("data"), true);
  MaskSecretMap(object.Find("stringData"), false);
  Value* metadata = object.Find("metadata");
  Value* annotations = metadata == nullptr ? nullptr : metadata->Find("annotations");
  Value* copy = annotations == nullptr ? nullptr : annotations->Find(kLastApplied);
  if (copy != nullptr) *copy = Value::String(key_.Hash(copy->text));
}

void Masker::MaskSecretMap(Value* map, bool base64) const {
  if (map == nullptr) return;
  if (!map->IsMap()) {  // the API server will refuse it; it is no reason to show it
    if (map->kind != Value::Kind::kNull) *map = Value::String(key_.Hash("not a map"));
    return;
  }
  for (auto& [key, value] : map->members) {
    if (value.IsMap() || value.IsList()) {
      value = Value::String(key_.Hash("not a text"));
      continue;
    }
    if (value.text.empty()) continue;  // null, or an empty text: nothing to hide
    if (base64) {
      if (const auto decoded = DecodeBase64Go(value.text)) {
        value = Value::String(decoded->empty() ? "" : key_.Hash(decoded->ExposeText()));
        continue;
      }
    }
    value = Value::String(key_.Hash(value.text));
  }
}

void Masker::MaskValue(Value& value) const {
  switch (value.kind) {
    case Value::Kind::kMap:
      return MaskMembers(value);
    case Value::Kind::kList:
      for (Value& item : value.items) MaskValue(item);
      return;
    case Value::Kind::kNumber:
    case Value::Kind::kString:
      return MaskScalar(value);
    case Value::Kind::kNull:
    case Value::Kind::kBool:
      return;
  }
}

void Masker::MaskMembers(Value& map) const {
  for (auto& [key, value] : map.members) {
    const bool checksum = key.starts_with(kChecksum) && value.IsString() && !value.text.empty();
    if (checksum) {
      value = Value::String(key_.Hash(value.text));
    } else {
      MaskValue(value);
    }
    key = Key(key);
  }
}

void Masker::MaskScalar(Value& scalar) const {
  // A number is one value: part of its digits is no occurrence of anything.
  if (const auto whole = index_.Whole(scalar.text)) {
    scalar = Value::String(std::string(whole->hash));
  } else if (scalar.IsString()) {
    scalar.text = MaskText(scalar.text, 0);
  }
}

std::string Masker::Key(const std::string& key) const {
  if (key.size() < kMinKey || IsFieldOfKubernetes(key)) return key;
  std::string out;
  for (std::size_t at = 0; at < key.size();) {
    const auto match = index_.Longest(key, at);
    if (match && match->size >= kMinKey) {
      out += match->hash;
      at += match->size;
    } else {
      out += key[at++];
    }
  }
  return out;
}

// Where the value at `at` ends, with all that overlap it, and the hash for the whole.
Masker::Region Masker::RegionAt(std::string_view text, std::size_t at) const {
  const auto first = index_.Longest(text, at);
  if (!first) return {};
  std::size_t end = at + first->size;
  bool overlapped = false;
  for (std::size_t inner = at + 1; inner < end; ++inner) {
    const auto match = index_.Longest(text, inner);
    if (!match || inner + match->size <= end) continue;
    end = inner + match->size;
    overlapped = true;
  }
  return {end - at, overlapped ? key_.Hash(text.substr(at, end - at)) : std::string(first->hash)};
}

// The text from `at` on, up to a place behind which base64 may begin anew.
Masker::Region Masker::Base64At(std::string_view text, std::size_t at, int depth,
                                std::size_t& run_end) const {
  for (const bool whole : {true, false}) {
    if (whole && at < run_end) continue;  // looked into when it began
    const Base64Run run = whole ? FindBase64Run(text, at) : FindBase64Part(text, at);
    if (whole) run_end = at + run.size;
    if (run.decoded.empty()) continue;
    const std::string_view decoded = run.decoded.ExposeText();
    if (MaskText(decoded, depth + 1) != decoded) return {run.size, key_.Hash(decoded)};
  }
  return {};
}

std::string Masker::MaskText(std::string_view text, int depth) const {
  if (index_.empty()) return std::string(text);
  if (const auto whole = index_.Whole(text)) return std::string(whole->hash);
  std::string out;
  std::size_t run_end = 0;
  for (std::size_t at = 0; at < text.size();) {
    Region region = RegionAt(text, at);
    if (region.size == 0 && depth < kMaxBase64Depth && BeginsPart(text, at)) {
      region = Base64At(text, at, depth, run_end);
    }
    if (region.size == 0) {
      out += text[at++];
      continue;
    }
    out += region.hash;
    at += region.size;
  }
  return out;
}

}  // namespace acd::preview
