// Any bytes as JSON. What is read and printed reads back as the same values.
#include "decrypt/sops/stores/store.h"
#include "tests/fuzz/claim.h"
#include "tests/fuzz/trees.h"

using namespace acd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = sops::ReadStore(sops::Format::kJson, fuzz::Bytes(data, size), Limits());
  if (!read) {
    fuzz::ClaimGoodError(read.error());
    return 0;
  }
  const auto printed = sops::WriteStore(sops::Format::kJson, *read, {});
  fuzz::Claim(printed.has_value(), "what came from JSON can be JSON");
  const auto again = sops::ReadStore(sops::Format::kJson, printed->Expose(), Limits());
  fuzz::Claim(again.has_value(), "what we print we can read");
  fuzz::Claim(fuzz::SameDocuments(*read, *again), "printing changes no value");
  return 0;
}
