// Any bytes as YAML. What is read and printed, as long as its keys are strings, reads back as the
// same values.
#include "decrypt/sops/stores/store.h"
#include "tests/fuzz/claim.h"
#include "tests/fuzz/trees.h"

using namespace acd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = sops::ReadStore(sops::Format::kYaml, fuzz::Bytes(data, size), Limits());
  if (!read) {
    fuzz::ClaimGoodError(read.error());
    return 0;
  }
  const auto printed = sops::WriteStore(sops::Format::kYaml, *read, {});
  if (!printed) {
    fuzz::ClaimGoodError(printed.error());
    return 0;
  }
  if (read->empty() || !std::all_of(read->begin(), read->end(), fuzz::HasStringKeys)) return 0;
  const auto again = sops::ReadStore(sops::Format::kYaml, printed->Expose(), Limits());
  fuzz::Claim(again.has_value(), "what we print we can read");
  fuzz::Claim(fuzz::SameDocuments(*read, *again), "printing changes no value");
  return 0;
}
