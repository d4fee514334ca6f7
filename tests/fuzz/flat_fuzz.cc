// Any bytes as dotenv, INI or a binary file's JSON (the first byte says which): read, its flat
// metadata taken out, printed. Printed dotenv can be read again, and is then printed the same way.
#include "decrypt/sops/metadata.h"
#include "decrypt/sops/stores/store.h"
#include "tests/fuzz/claim.h"

using namespace acd;
using sops::Format;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr Format kFormats[] = {Format::kDotenv, Format::kIni, Format::kBinary};
  const Format format = kFormats[data[0] % 3];
  auto documents = sops::ReadStore(format, fuzz::Bytes(data + 1, size - 1), Limits());
  if (!documents) {
    fuzz::ClaimGoodError(documents.error());
    return 0;
  }
  const auto metadata = sops::ExtractMetadata(*documents, format, Limits());
  if (!metadata) fuzz::ClaimGoodError(metadata.error());
  const auto printed = sops::WriteStore(format, *documents, {});
  if (!printed) {
    fuzz::ClaimGoodError(printed.error());
    return 0;
  }
  if (format == Format::kBinary) return 0;  // its plain form is whatever the bytes are
  const auto again = sops::ReadStore(format, printed->Expose(), Limits());
  if (!again) {
    fuzz::Claim(format == Format::kIni, "printed dotenv is dotenv");  // sops's INI may be none
    fuzz::ClaimGoodError(again.error());
    return 0;
  }
  if (format == Format::kIni) return 0;
  const auto twice = sops::WriteStore(format, *again, {});
  fuzz::Claim(twice && twice->ExposeText() == printed->ExposeText(), "dotenv there and back");
  return 0;
}
