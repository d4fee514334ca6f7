// Any text as an --extract path, and where it leads in a document with a bit of everything.
#include "decrypt/sops/extract.h"
#include "decrypt/sops/stores/store.h"
#include "tests/fuzz/claim.h"

using namespace acd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto read =
      sops::ReadStore(sops::Format::kYaml,
                      AsBytes("a: {b: [1, x, {c: true}], d: ''}\n# comment\nl:\n  # in a list\n  - "
                              "1\ne: 1.5\n\"\": x\n"),
                      Limits());
  const auto path = sops::ParseTreePath(fuzz::Text(data, size));
  if (!path) {
    fuzz::ClaimGoodError(path.error());
    return 0;
  }
  fuzz::Claim(
      !path->empty() || fuzz::Text(data, size).find_first_not_of('[') == std::string_view::npos,
      "only brackets and the empty text are the empty path");
  auto& document = const_cast<sops::Node&>(read->front());
  const auto found = sops::Truncate(document, *path);
  if (!found) fuzz::ClaimGoodError(found.error());
  return 0;
}
