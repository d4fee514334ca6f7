// The `sops` entry of any YAML or JSON document (the first byte says which). What passes has keys,
// a time and exactly one rule; none of it stays in the document.
#include "decrypt/sops/go_time.h"
#include "decrypt/sops/metadata.h"
#include "decrypt/sops/selection.h"
#include "decrypt/sops/stores/store.h"
#include "decrypt/sops/version.h"
#include "tests/fuzz/claim.h"

using namespace acd;
using sops::Format;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Format format = data[0] % 2 == 0 ? Format::kYaml : Format::kJson;
  auto documents = sops::ReadStore(format, fuzz::Bytes(data + 1, size - 1), Limits());
  if (!documents) return 0;
  const auto metadata = sops::ExtractMetadata(*documents, format, Limits());
  if (!metadata) {
    fuzz::ClaimGoodError(metadata.error());
    return 0;
  }
  fuzz::Claim(!metadata->key_groups.empty(), "there is a key");
  fuzz::Claim(sops::ParseGoTime(metadata->last_modified, sops::QuoteInput::kNo).has_value(),
              "lastmodified is a time");
  for (const sops::Node& document : *documents) {
    for (const sops::Entry& entry : *document.As<sops::Node::Map>()) {
      fuzz::Claim(entry.key != "sops", "the metadata is out of the document");
    }
  }
  (void)sops::CheckVersion(metadata->version);
  sops::Selection selection(*metadata);
  fuzz::Claim(selection.Encrypted(true) != selection.Encrypted(false), "a rule tells apart");
  (void)selection.MatchesKey("key");
  (void)selection.MatchesComment(" comment");
  return 0;
}
