// Any tree that a store can hold, printed and read back: the same values. Any indentation.
#include "decrypt/base/encoding.h"
#include "decrypt/sops/stores/store.h"
#include "tests/fuzz/claim.h"
#include "tests/fuzz/trees.h"

using namespace acd;
using sops::Format;

namespace {

void RoundTrip(Format format, const std::vector<sops::Node>& documents, int indent) {
  const auto printed = sops::WriteStore(format, documents, {.indent = indent});
  if (!printed) {  // JSON has no infinity
    fuzz::ClaimGoodError(printed.error());
    return;
  }
  const auto again = sops::ReadStore(format, printed->Expose(), Limits());
  fuzz::Claim(again.has_value(), "what we print we can read");
  fuzz::Claim(fuzz::SameDocuments(documents, *again), "printing changes no value");
}

/// JSON replaces what is not UTF-8.
bool AllUtf8(const sops::Node& node) {
  if (const auto* text = node.As<SecretBytes>()) return IsUtf8(text->ExposeText());
  if (const auto* list = node.As<sops::Node::List>()) {
    return std::all_of(list->begin(), list->end(), AllUtf8);
  }
  if (const auto* map = node.As<sops::Node::Map>()) {
    return std::all_of(map->begin(), map->end(), [](const sops::Entry& entry) {
      return IsUtf8(entry.key) && AllUtf8(entry.value);
    });
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider from(data, size);
  const int indent = from.ConsumeIntegralInRange(-1, 12);
  std::vector<sops::Node> documents;
  fuzz::TreeMaker maker(from);
  documents.push_back(maker.Map());
  if (AllUtf8(documents.front())) RoundTrip(Format::kJson, documents, indent);
  if (from.ConsumeBool()) documents.push_back(maker.Map());
  RoundTrip(Format::kYaml, documents, indent);
  return 0;
}
