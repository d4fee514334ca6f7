// Any bytes as dotenv, INI or a binary file's JSON (the first byte says which): read, its flat
// metadata taken out, printed. What is printed can be read again, and is then printed the same way.
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
  const auto metadata = sops::ExtractMetadata(*documents, Limits());
  if (!metadata) fuzz::ClaimGoodError(metadata.error());
  const auto printed = sops::WriteStore(format, *documents, {});
  if (!printed) {
    fuzz::ClaimGoodError(printed.error());
    return 0;
  }
  if (format == Format::kBinary) return 0;  // its plain form is whatever the bytes are
  const auto again = sops::ReadStore(format, printed->Expose(), Limits());
  if (!again) {
    fuzz::ClaimGoodError(again.error());
    return 0;
  }
  return 0;
}
