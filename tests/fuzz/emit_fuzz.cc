// Any tree that a store can hold, printed and read back: the same values. Any indentation.
#include "decrypt/sops/stores/store.h"
#include "tests/fuzz/claim.h"
#include "tests/fuzz/trees.h"

using namespace acd;
using sops::Format;

namespace {

void RoundTrip(Format format, const std::vector<sops::Node>& documents, int indent) {
  const auto printed = sops::WriteStore(format, documents, {.indent = indent});
  fuzz::Claim(printed.has_value(), "what fits can be printed");
  const auto again = sops::ReadStore(format, printed->Expose(), Limits());
  fuzz::Claim(again.has_value(), "what we print we can read");
  fuzz::Claim(fuzz::SameDocuments(documents, *again), "printing changes no value");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider from(data, size);
  const int indent = from.ConsumeIntegralInRange(-1, 12);
  std::vector<sops::Node> documents;
  fuzz::TreeMaker maker(from);
  documents.push_back(maker.Map());
  if (fuzz::FitsJson(documents.front())) RoundTrip(Format::kJson, documents, indent);
  if (from.ConsumeBool()) documents.push_back(maker.Map());
  RoundTrip(Format::kYaml, documents, indent);
  return 0;
}
