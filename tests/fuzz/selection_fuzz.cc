// Any pattern under any rule, asked about any key and comment: RE2 is linear, and an invalid
// expression matches nothing.
#include <fuzzer/FuzzedDataProvider.h>

#include <string>

#include "decrypt/sops/selection.h"
#include "tests/fuzz/claim.h"

using namespace acd;
using sops::Rule;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider from(data, size);
  constexpr Rule kRules[] = {Rule::kUnencryptedSuffix,       Rule::kEncryptedSuffix,
                             Rule::kUnencryptedRegex,        Rule::kEncryptedRegex,
                             Rule::kUnencryptedCommentRegex, Rule::kEncryptedCommentRegex};
  sops::Metadata metadata;
  metadata.rule = from.PickValueInArray(kRules);
  metadata.pattern = from.ConsumeRandomLengthString(200);
  const sops::Selection selection(metadata);
  const std::string key = from.ConsumeRandomLengthString(200);
  const std::string comment = from.ConsumeRemainingBytesAsString();
  const bool by_key = selection.MatchesKey(key);
  const bool by_comment = selection.MatchesComment(comment);
  fuzz::Claim(!(selection.ByComment() ? by_key : by_comment), "keys decide or comments do");
  if (metadata.rule == Rule::kEncryptedSuffix || metadata.rule == Rule::kUnencryptedSuffix) {
    fuzz::Claim(by_key == key.ends_with(metadata.pattern), "a suffix is a suffix");
  }
  fuzz::Claim(selection.MatchesKey(key) == by_key, "the same question has the same answer");
  return 0;
}
