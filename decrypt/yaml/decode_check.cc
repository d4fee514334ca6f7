#include "decrypt/yaml/decode_check.h"

#include <algorithm>
#include <memory_resource>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "decrypt/base/encoding.h"
#include "decrypt/yaml/alias_budget.h"
#include "decrypt/yaml/resolve.h"

namespace acd::yaml {
namespace {

using Kind = GraphNode::Kind;
using KeySet = std::unordered_set<std::string>;

// The Go type that a node is decoded into.
enum class Into { kStringMap, kAnyMap, kAny, kString };

std::string At(const GraphNode& node) { return "line " + std::to_string(node.line) + ": "; }

bool IsMerge(const GraphNode& node) {
  return node.kind == Kind::kScalar && node.text == "<<" && Resolve(node).type == Type::kMerge;
}

const GraphNode& Target(const GraphNode& node) {
  return node.kind == Kind::kAlias ? *node.target : node;
}

// go-yaml's isStringMap.
bool HasStringKeys(const GraphNode& map) {
  for (const GraphNode* key = map.first; key != nullptr; key = key->next->next) {
    const GraphNode& node = Target(*key);
    if (node.kind != Kind::kScalar) return false;
    if (IsClearlyString(node)) continue;
    const Resolution resolved = Resolve(node);
    const bool other_tag = !node.tag.empty() && node.tag != "!" && ShortTag(node.tag) != "!!str" &&
                           ShortTag(node.tag) != "!!merge";
    if (other_tag || (resolved.type != Type::kString && resolved.type != Type::kMerge)) {
      return false;
    }
  }
  return true;
}

std::string Quoted(std::string_view key) {
  const bool is_word = key.size() <= 64 && std::all_of(key.begin(), key.end(), [](char c) {
                         return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.' ||
                                c == '/' || c == '<';
                       });
  return is_word ? " \"" + std::string(key) + "\"" : "";
}

class Checker {
 public:
  explicit Checker(const Limits& limits) : limits_(limits), budget_(limits) {}

  Status Check(const GraphNode& root) {
    bool good = false;
    ACD_CHECK(Decode(root, Into::kStringMap, good));
    if (first_error_) return Fail(Code::kInvalidInput, *first_error_);
    return {};
  }

 private:
  // `good`: whether Go's variable was set. Errors are those that end Go's decoding at once.
  Status Decode(const GraphNode& node, Into into, bool& good) {
    if (!budget_.Count(node.text.size())) {
      return Fail(Code::kLimitExceeded, "document contains excessive aliasing");
    }
    if (++depth_ > limits_.max_depth + 1) {
      return Fail(Code::kLimitExceeded, At(node) + "exceeded max depth of " +
                                            std::to_string(limits_.max_depth) + " in YAML");
    }
    // Most nodes: without a function call, let alone one that may fail.
    if (node.kind == Kind::kScalar && IsClearlyString(node) &&
        (into == Into::kString || into == Into::kAny)) {
      --depth_;
      good = true;
      return {};
    }
    Status status;
    switch (node.kind) {
      case Kind::kAlias:
        status = DecodeAlias(node, into, good);
        break;
      case Kind::kScalar:
        status = DecodeScalar(node, into, good);
        break;
      case Kind::kSequence:
        status = DecodeSequence(node, into, good);
        break;
      case Kind::kMapping:
        status = DecodeMapping(node, into, good);
        break;
    }
    --depth_;
    return status;
  }

  Status DecodeAlias(const GraphNode& node, Into into, bool& good) {
    if (std::find(open_.begin(), open_.end(), &node) != open_.end()) {
      return Fail(Code::kInvalidInput, At(node) + "anchor value contains itself");
    }
    open_.push_back(&node);
    budget_.EnterAlias();
    ACD_CHECK(Decode(*node.target, into, good));
    budget_.LeaveAlias();
    open_.pop_back();
    return {};
  }

  Status DecodeScalar(const GraphNode& node, Into into, bool& good) {
    const Resolution resolved = Resolve(node);
    if (!resolved.fits) {
      return Fail(Code::kInvalidInput, At(node) + "cannot decode " +
                                           std::string(TypeTag(resolved.type)) + " as a " +
                                           ShortTag(node.tag));
    }
    if (resolved.type == Type::kBinary && !DecodeBase64Go(node.text)) {
      return Fail(Code::kInvalidInput, At(node) + "!!binary value contains invalid base64 data");
    }
    if (resolved.type == Type::kNull) {
      good = into == Into::kAny;
    } else if (into == Into::kStringMap || into == Into::kAnyMap) {
      Refuse(node, TypeTag(resolved.type), into);
      good = false;
    } else {
      good = true;
    }
    return {};
  }

  Status DecodeSequence(const GraphNode& node, Into into, bool& good) {
    good = into == Into::kAny;
    if (!good) {
      Refuse(node, "!!seq", into);
      return {};
    }
    bool ignored = false;
    for (const GraphNode* item = node.first; item != nullptr; item = item->next) {
      ACD_CHECK(Decode(*item, Into::kAny, ignored));
    }
    return {};
  }

  Status DecodeMapping(const GraphNode& node, Into into, bool& good) {
    good = false;
    if (!CheckUnique(node)) return {};
    if (into == Into::kString) {
      Refuse(node, "!!map", into);
      return {};
    }
    if (into == Into::kAny) into = HasStringKeys(node) ? Into::kStringMap : Into::kAnyMap;
    const Into key_into = into == Into::kStringMap ? Into::kString : Into::kAny;

    KeySet* const merged = merged_;
    merged_ = nullptr;
    const GraphNode* merge = nullptr;
    for (const GraphNode* key = node.first; key != nullptr; key = key->next->next) {
      if (IsMerge(*key)) {
        merge = key->next;
        continue;
      }
      bool key_good = false;
      ACD_CHECK(Decode(*key, key_into, key_good));
      if (!key_good) continue;
      if (Target(*key).kind != Kind::kScalar) {
        return Fail(Code::kInvalidInput, At(*key) + "invalid map key");
      }
      if (merged != nullptr && !merged->insert(Identity(*key)).second) continue;
      bool ignored = false;
      ACD_CHECK(Decode(*key->next, Into::kAny, ignored));
    }
    merged_ = merged;
    good = true;
    return merge == nullptr ? Status() : Merge(node, *merge, into);
  }

  Status Merge(const GraphNode& parent, const GraphNode& merge, Into into) {
    KeySet own;
    KeySet* const outer = merged_;
    if (outer == nullptr) {
      ACD_CHECK(CollectKeys(parent, own));
      merged_ = &own;
    }
    if (merge.kind == Kind::kSequence) {
      for (const GraphNode* item = merge.first; item != nullptr; item = item->next) {
        ACD_CHECK(MergeOne(*item, into));
      }
    } else {
      ACD_CHECK(MergeOne(merge, into));
    }
    merged_ = outer;
    return {};
  }

  Status MergeOne(const GraphNode& node, Into into) {
    if (Target(node).kind != Kind::kMapping) {
      return Fail(Code::kInvalidInput,
                  At(node) + "map merge requires map or sequence of maps as the value");
    }
    bool ignored = false;
    return Decode(node, into, ignored);
  }

  Status CollectKeys(const GraphNode& map, KeySet& keys) {
    for (const GraphNode* key = map.first; key != nullptr; key = key->next->next) {
      bool good = false;
      ACD_CHECK(Decode(*key, Into::kAny, good));
      if (!good) continue;
      if (Target(*key).kind != Kind::kScalar) {
        return Fail(Code::kInvalidInput, At(*key) + "invalid map key");
      }
      keys.insert(Identity(*key));
    }
    return {};
  }

  static std::string Identity(const GraphNode& key) {
    const GraphNode& node = Target(key);
    return std::string(TypeTag(Resolve(node).type)) + std::string(node.text);
  }

  // By kind and text, as go-yaml compares keys: before they are resolved.
  bool CheckUnique(const GraphNode& map) {
    const bool small = map.size <= 32;
    std::pmr::monotonic_buffer_resource memory(small ? 16 : std::size_t{map.size} * 32);
    using Lines = std::pmr::unordered_map<std::string_view, std::uint32_t>;
    Lines seen[] = {Lines(&memory), Lines(&memory), Lines(&memory), Lines(&memory)};  // by kind
    if (!small) seen[static_cast<std::size_t>(Kind::kScalar)].reserve(map.size / 2);
    bool unique = true;
    for (const GraphNode* key = map.first; key != nullptr; key = key->next->next) {
      std::optional<std::uint32_t> line;
      if (small) {
        for (const GraphNode* other = map.first; other != key; other = other->next->next) {
          if (other->kind == key->kind && other->text == key->text) line = other->line;
        }
      } else {
        const auto [it, added] =
            seen[static_cast<std::size_t>(key->kind)].emplace(key->text, key->line);
        if (!added) line = it->second;
      }
      if (!line) continue;
      unique = false;
      AddError(At(*key) + "mapping key" + Quoted(key->text) + " already defined at line " +
               std::to_string(*line));
    }
    return unique;
  }

  void Refuse(const GraphNode& node, std::string_view tag, Into into) {
    const char* type = into == Into::kString      ? "string"
                       : into == Into::kStringMap ? "map[string]interface {}"
                                                  : "map[interface {}]interface {}";
    AddError(At(node) + "cannot unmarshal " + std::string(tag) + " into " + type);
  }

  // Go goes on after such an error; the first one is enough to tell.
  void AddError(std::string message) {
    if (!first_error_) first_error_ = std::move(message);
  }

  const Limits& limits_;
  AliasBudget budget_;
  std::size_t depth_ = 0;
  std::vector<const GraphNode*> open_;  // aliases around the current node
  KeySet* merged_ = nullptr;            // keys that a merge must not set again
  std::optional<std::string> first_error_;
};

}  // namespace

Status CheckDecodesToMap(const GraphNode& root, const Limits& limits) {
  return Checker(limits).Check(root);
}

}  // namespace acd::yaml
