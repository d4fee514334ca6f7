// The reader that Argo CD's manifests go through: documents lie inside the input, in order, and
// every scalar has a type in both dialects.
#include "decrypt/yaml/reader.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

void Resolve(const yaml::Node& node) {
  if (node.kind == yaml::Node::Kind::kScalar) {
    (void)yaml::ResolveGoYaml3(node);
    (void)yaml::ResolveYaml11(node);
  }
  for (const yaml::Node& item : node.items) Resolve(item);
  for (const auto& [key, value] : node.members) {
    Resolve(key);
    Resolve(value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto documents = yaml::ReadStream(fuzz::Bytes(data, size), Limits());
  if (!documents) {
    fuzz::ClaimGoodError(documents.error());
    return 0;
  }
  std::size_t end = 0;
  for (const yaml::Document& document : *documents) {
    fuzz::Claim(document.begin >= end, "documents do not overlap");
    fuzz::Claim(document.end >= document.begin, "a document ends after its beginning");
    fuzz::Claim(document.end <= size, "a document lies in the input");
    end = document.end;
    Resolve(document.root);
  }
  return 0;
}
