#include "plugin/ksops/krm.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/yaml/reader.h"
#include "plugin/ksops/generator.h"
#include "plugin/ksops/yaml_text.h"

namespace acd::ksops {
namespace {

using Kind = yaml::Node::Kind;

constexpr std::string_view kHead = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";

struct Item {
  std::array<std::string, 4> order;  // apiVersion, kind, namespace, name
  SecretBytes text;
};

const yaml::Node* Member(const yaml::Node& mapping, std::string_view name) {
  for (const auto& [key, value] : mapping.members) {
    if (key.text.ExposeText() == name) return &value;
  }
  return nullptr;
}

std::string Text(const yaml::Node* mapping, std::string_view name) {
  const yaml::Node* node = mapping == nullptr ? nullptr : Member(*mapping, name);
  return node == nullptr || node->kind != Kind::kScalar ? "" : std::string(node->text.ExposeText());
}

// A generator may yield a file of several documents; each becomes an item.
Status AppendItems(const SecretBytes& part, std::vector<Item>& items) {
  ACD_TRY(const auto documents, yaml::ReadStream(part.Expose(), Limits()));
  for (const yaml::Document& document : documents) {
    if (document.empty) continue;
    const yaml::Node& root = document.root;
    if (root.kind == Kind::kScalar && root.plain && root.text.empty()) continue;
    if (root.kind != Kind::kMapping) {
      return Fail(Code::kInvalidInput, "a decrypted document is not an object");
    }
    const yaml::Node* metadata = Member(root, "metadata");
    items.push_back({{Text(&root, "apiVersion"), Text(&root, "kind"), Text(metadata, "namespace"),
                      Text(metadata, "name")},
                     SecretBytes::CopyOf(
                         part.ExposeText().substr(document.begin, document.end - document.begin))});
  }
  return {};
}

void Sort(std::vector<Item>& items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.order < b.order; });
}

Result<std::vector<Item>> EvaluateAll(const yaml::Node& generators, FileOpener& opener) {
  std::vector<Item> items;
  for (const yaml::Node& object : generators.items) {
    ACD_TRY(const Generator generator, ParseGenerator(object));
    ACD_TRY(const auto parts, Generate(generator, opener));
    for (const SecretBytes& part : parts) ACD_CHECK(AppendItems(part, items));
  }
  Sort(items);
  return items;
}

}  // namespace

Result<SecretBytes> RunResourceList(std::span<const std::uint8_t> input, FileOpener& opener) {
  ACD_TRY(const auto documents, yaml::ReadStream(input, Limits()));
  if (documents.empty() || documents.front().root.kind != Kind::kMapping ||
      Text(&documents.front().root, "kind") != "ResourceList") {
    return Fail(Code::kInvalidInput, "standard input: not a ResourceList");
  }
  const yaml::Node& list = documents.front().root;
  const yaml::Node* generators = Member(list, "items");
  std::vector<Item> items;
  if (generators != nullptr && generators->kind == Kind::kSequence) {
    ACD_TRY(items, EvaluateAll(*generators, opener));
  }
  SecretBytes out = SecretBytes::CopyOf(kHead);
  out.Append(items.empty() ? "items: []\n" : "items:\n");
  for (const Item& item : items) {
    out.Append("-\n");
    AppendIndented(out, item.text.ExposeText(), "  ");
  }
  if (const yaml::Node* config = Member(list, "functionConfig")) {
    out.Append("functionConfig: ");
    AppendFlow(out, *config);
    out.Append('\n');
  }
  return out;
}

Result<SecretBytes> SortDocuments(const std::vector<SecretBytes>& parts) {
  std::vector<Item> items;
  for (const SecretBytes& part : parts) ACD_CHECK(AppendItems(part, items));
  Sort(items);
  std::vector<SecretBytes> texts;
  texts.reserve(items.size());
  for (Item& item : items) texts.push_back(std::move(item.text));
  return JoinDocuments(texts);
}

SecretBytes ErrorResourceList(const Error& error) {
  SecretBytes out = SecretBytes::CopyOf(kHead);
  out.Append("items: []\nresults:\n- message: ");
  AppendQuoted(out, error.message);
  out.Append("\n  severity: error\n");
  return out;
}

}  // namespace acd::ksops
