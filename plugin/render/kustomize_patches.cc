#include "plugin/render/kustomize_patches.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "decrypt/yaml/reader.h"
#include "plugin/ksops/yaml_text.h"

namespace acd::render {
namespace {

using yaml::Node;
using Kind = Node::Kind;

constexpr int kMaxMergeDepth = 16;

std::string_view TextOf(const Node& node) { return node.text.ExposeText(); }

/// What a patch's members hold.
enum class Type { kText, kBool };

Failure Bad(const std::string& field, const char* expected) {
  return Fail(Code::kInvalidInput, "parameter " + field + ": expected " + expected);
}

bool IsNull(const Node& node) {
  return node.kind == Kind::kScalar && yaml::ResolveYaml11(node) == yaml::Type::kNull;
}

// Names are the author's, so a message repeats only those that are words.
std::string Quotable(std::string_view name) {
  const bool word =
      !name.empty() && name.size() <= 64 &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return word ? std::string(name) : "(not a word)";
}

class Patch {
 public:
  Patch(SecretBytes& out, std::string name) : out_(out), name_(std::move(name)) {}

  Status Append(const Node& node) {
    if (node.kind != Kind::kMapping) return Bad(name_, "a map of path, patch, target and options");
    out_.Append("{");
    ACD_CHECK(Members(node, name_, [&](std::string_view key, const Node& value) -> Status {
      if (key == "path" || key == "patch") return Scalar(key, value, Type::kText);
      if (key == "target") {
        return Map(key, value, Type::kText,
                   {"group", "version", "kind", "name", "namespace", "labelSelector",
                    "annotationSelector"});
      }
      if (key == "options") return Map(key, value, Type::kBool, {});
      return Unknown(name_, key);
    }));
    out_.Append("}");
    return {};
  }

 private:
  template <typename Visit>
  Status Members(const Node& node, const std::string& where, const Visit& visit) {
    first_ = true;
    std::vector<std::string_view> seen;
    for (const auto& [key, value] : node.members) {
      if (key.kind != Kind::kScalar) return Bad(where, "names that are texts");
      if (std::find(seen.begin(), seen.end(), TextOf(key)) != seen.end()) {
        return Fail(Code::kInvalidInput,
                    "parameter " + where + "." + Quotable(TextOf(key)) + ": given twice");
      }
      seen.push_back(TextOf(key));
      if (!IsNull(value)) ACD_CHECK(visit(TextOf(key), value));
    }
    return {};
  }

  Status Map(std::string_view field, const Node& node, Type type,
             std::vector<std::string_view> known) {
    const std::string where = name_ + "." + std::string(field);
    if (node.kind != Kind::kMapping) return Bad(where, "a map");
    Key(field);
    out_.Append("{");
    ACD_CHECK(Members(node, where, [&](std::string_view key, const Node& value) -> Status {
      const bool is_known =
          known.empty() || std::find(known.begin(), known.end(), key) != known.end();
      return is_known ? Scalar(key, value, type) : Unknown(where, key);
    }));
    first_ = false;
    out_.Append("}");
    return {};
  }

  Status Scalar(std::string_view key, const Node& value, Type type) {
    const std::string where = name_ + "." + Quotable(key);
    if (value.kind != Kind::kScalar) return Bad(where, "a text");
    const bool is_bool = yaml::ResolveYaml11(value) == yaml::Type::kBool;
    if (type == Type::kBool && !is_bool) return Bad(where, "true or false");
    if (type == Type::kText && yaml::ResolveYaml11(value) != yaml::Type::kString) {
      return Bad(where, "a text; put it in quotes");
    }
    Key(key);
    if (type == Type::kBool) {
      ksops::AppendFlow(out_, value);
    } else {
      ksops::AppendQuoted(out_, TextOf(value));
    }
    return {};
  }

  void Key(std::string_view key) {
    if (!first_) out_.Append(", ");
    first_ = false;
    ksops::AppendQuoted(out_, key);
    out_.Append(": ");
  }

  static Status Unknown(const std::string& where, std::string_view key) {
    return Fail(Code::kInvalidInput, "parameter " + where + ": unknown field " + Quotable(key),
                "a patch has path, patch, target and options");
  }

  SecretBytes& out_;
  const std::string name_;
  bool first_ = true;
};

// Merge keys are written out: in quotes, as names are written below, they would not merge.
Status ExpandMerges(Node& node, int depth) {
  if (depth == 0) return Fail(Code::kLimitExceeded, "merge keys (<<) are nested too deep");
  for (Node& item : node.items) ACD_CHECK(ExpandMerges(item, depth));
  std::vector<std::pair<Node, Node>> members;
  std::vector<Node> merged;
  for (auto& [key, value] : node.members) {
    const bool merge = key.kind == Kind::kScalar && key.plain && TextOf(key) == "<<";
    ACD_CHECK(ExpandMerges(value, merge ? depth - 1 : depth));
    if (!merge) {
      members.emplace_back(std::move(key), std::move(value));
    } else if (value.kind == Kind::kSequence) {
      for (Node& item : value.items) merged.push_back(std::move(item));
    } else {
      merged.push_back(std::move(value));
    }
  }
  for (Node& map : merged) {
    for (auto& [key, value] : map.members) {
      const bool has = std::any_of(members.begin(), members.end(), [&](const auto& member) {
        return TextOf(member.first) == TextOf(key);
      });
      if (!has) members.emplace_back(std::move(key), std::move(value));
    }
  }
  node.members = std::move(members);
  return {};
}

}  // namespace

Result<SecretBytes> AddPatches(const SecretBytes& kustomization,
                               const std::vector<std::string>& patches) {
  auto documents = yaml::ReadStream(kustomization.Expose(), Limits());
  if (!documents) return Fail(std::move(documents).error());
  if (documents->empty() || documents->front().root.kind != Kind::kMapping) {
    return Fail(Code::kInvalidInput, "expected a map");
  }
  Node& root = documents->front().root;
  ACD_CHECK(ExpandMerges(root, kMaxMergeDepth));
  SecretBytes out;
  out.Append("{");
  const Node* existing = nullptr;
  for (const auto& [key, value] : root.members) {
    if (key.kind == Kind::kScalar && TextOf(key) == "patches") {
      existing = &value;  // of several, the last
      continue;
    }
    ksops::AppendFlow(out, key);
    out.Append(": ");
    ksops::AppendFlow(out, value);
    out.Append(", ");
  }
  if (existing != nullptr && existing->kind != Kind::kSequence) {
    return Fail(Code::kInvalidInput, "patches: expected a list");
  }
  out.Append("\"patches\": [");
  bool first = true;
  if (existing != nullptr) {
    for (const Node& item : existing->items) {
      if (!std::exchange(first, false)) out.Append(", ");
      ksops::AppendFlow(out, item);
    }
  }
  for (std::size_t i = 0; i < patches.size(); ++i) {
    const std::string name = "patches[" + std::to_string(i) + "]";
    const auto parsed = yaml::ReadStream(AsBytes(patches[i]), Limits());
    if (!parsed) return Fail(Error(parsed.error()).With("parameter " + name));
    if (parsed->size() != 1) return Bad(name, "one map of path, patch, target and options");
    if (!std::exchange(first, false)) out.Append(", ");
    ACD_CHECK(Patch(out, name).Append(parsed->front().root));
  }
  out.Append("]}\n");
  return out;
}

}  // namespace acd::render
