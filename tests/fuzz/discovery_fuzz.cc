// Any names and any patterns: bounded, the same answer again, and nothing outside of the tree.
// (tests/interop/discovery compares the answers with Go's and zglob's.)
#include <fuzzer/FuzzedDataProvider.h>

#include <string>

#include "plugin/archive/name_builder.h"
#include "plugin/discovery/file_name.h"
#include "plugin/discovery/glob.h"
#include "tests/fuzz/claim.h"

using namespace acd;
using discovery::NameTree;
using discovery::Outcome;

namespace {

std::unique_ptr<archive::NamedEntry> Names(FuzzedDataProvider& from) {
  archive::UnpackOptions options;
  options.limits.max_entries = 100;
  archive::NameBuilder builder(options);
  for (int kind = from.ConsumeIntegralInRange(0, 3); kind != 0;
       kind = from.ConsumeIntegralInRange(0, 3)) {
    // As a tar has them, without NUL.
    const std::string name = from.ConsumeRandomLengthString(100).c_str();
    const std::string link = kind == 3 ? from.ConsumeRandomLengthString(100).c_str() : "";
    const auto path = builder.Admit(name, link);
    if (!path || !*path) continue;
    // What is refused would end an archive; here it is left out.
    if (kind == 1) static_cast<void>(builder.MakeFolder(**path, 0));
    if (kind == 2) static_cast<void>(builder.MakeFile(**path, 0, 0));
    if (kind == 3) static_cast<void>(builder.MakeSymlink(**path, link));
  }
  return builder.Take();
}

void Ask(decltype(discovery::MatchesGlob)& matches, const NameTree& tree, const std::string& app,
         const std::string& pattern) {
  const auto outcome = matches(tree, app, pattern, {});
  const auto again = matches(tree, app, pattern, {});
  fuzz::Claim(outcome.has_value() == again.has_value(), "the same question has the same answer");
  if (!outcome) return fuzz::ClaimGoodError(outcome.error());
  fuzz::Claim(*outcome == *again, "the same question has the same answer");
  const auto outside = matches(tree, "", "../" + pattern, {});
  fuzz::Claim(!outside || *outside == Outcome::kNoMatch, "nothing is outside");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider from(data, size);
  const std::string app = from.ConsumeRandomLengthString(60);
  const std::string pattern = from.ConsumeRandomLengthString(200);
  const auto root = Names(from);
  const NameTree tree(*root);
  Ask(discovery::MatchesGlob, tree, app, pattern);
  Ask(discovery::MatchesFileName, tree, app, pattern);
  return 0;
}
