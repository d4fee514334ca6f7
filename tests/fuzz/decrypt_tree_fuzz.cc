// The whole way, structure-aware: a tree that the input describes is encrypted as sops does it, the
// text is changed as the rest of the input says, and decrypted. Unchanged, it gives the tree.
// Changed, it is refused without a word of what it holds, or its values are still those that were
// authenticated.
#include <fuzzer/FuzzedDataProvider.h>

#include "decrypt/decrypt.h"
#include "tests/fuzz/document.h"
#include "tests/fuzz/trees.h"

using namespace acd;
using sops::Format;

namespace {

constexpr std::string_view kSecret = "canary-7c1e";

/// Whether anything that the MAC does not cover may make it pass with other values: who controls
/// the metadata can say which leaves it covers.
bool SaysMacOnlyEncrypted(std::string_view text) {
  std::string lower;
  for (const char c : text) lower += static_cast<char>(c | 0x20);
  return lower.find("mac_only") != std::string::npos || lower.find('\\') != std::string::npos;
}

void Change(FuzzedDataProvider& from, std::string& text) {
  for (int left = from.ConsumeIntegralInRange(0, 4); left > 0 && !text.empty(); --left) {
    const auto at = from.ConsumeIntegralInRange<std::size_t>(0, text.size() - 1);
    const auto n =
        from.ConsumeIntegralInRange<std::size_t>(0, std::min<std::size_t>(300, text.size() - at));
    switch (from.ConsumeIntegralInRange(0, 4)) {
      case 0:
        text[at] = static_cast<char>(from.ConsumeIntegral<char>());
        break;
      case 1:
        text.erase(at, n);
        break;
      case 2:
        text.insert(from.ConsumeIntegralInRange<std::size_t>(0, text.size()), text.substr(at, n));
        break;
      case 3: {  // swap two lines
        const std::size_t a = text.find('\n', at),
                          b = a == std::string::npos ? a : text.find('\n', a + 1);
        const std::size_t c = b == std::string::npos ? b : text.find('\n', b + 1);
        if (c == std::string::npos) break;
        text = text.substr(0, a) + text.substr(b, c - b) + text.substr(a, b - a) + text.substr(c);
        break;
      }
      default:
        text.insert(at, from.ConsumeRandomLengthString(64));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider from(data, size);
  const bool json = from.ConsumeBool();
  fuzz::TreeMaker maker(from);
  std::vector<sops::Node> documents;
  documents.push_back(maker.Map());
  documents.front().As<sops::Node::Map>()->push_back({"secret", sops::testing::Text(kSecret)});
  if (from.ConsumeBool()) {
    documents.front().As<sops::Node::Map>()->push_back({"x_unencrypted", maker.Map()});
  }
  const Format format = json && fuzz::FitsJson(documents.front()) ? Format::kJson : Format::kYaml;
  const SecretBytes hash = fuzz::HashOf(documents);
  const auto read_back = [&](const SecretBytes& text) {
    return sops::ReadStore(Format::kYaml, text.Expose(), Limits());
  };

  std::vector<sops::Node> copy = [&] {  // the sealer takes the tree
    const auto text = sops::WriteStore(Format::kYaml, documents, {});
    auto again = read_back(*text);
    fuzz::Claim(again.has_value(), "what we print we can read");
    return std::move(*again);
  }();
  const std::string sealed = fuzz::Sealer().Seal(std::move(documents), format);
  std::string changed = sealed;
  Change(from, changed);

  DecryptOptions options;
  options.input = format;
  options.check_version = from.ConsumeBool();
  sops::testing::FakeKeyService keys;
  const auto plain = DecryptDocument(AsBytes(changed), options, keys, {});
  if (!plain) {
    fuzz::ClaimGoodError(plain.error(), changed, kSecret);
    fuzz::Claim(plain.error().message.find(fuzz::Sealer::kKey) == std::string::npos,
                "no key is in an error");
    if (changed == sealed) std::fprintf(stderr, "%s\n", plain.error().message.c_str());
    fuzz::Claim(changed != sealed, "what is unchanged decrypts");
    return 0;
  }
  fuzz::Claim(SopsDocument::Detect(AsBytes(changed), format).has_value(),
              "what decrypts is seen to be encrypted");
  const auto output = read_back(plain->text);
  fuzz::Claim(output.has_value(), "what we print we can read");
  if (changed == sealed) fuzz::Claim(fuzz::SameDocuments(copy, *output), "there and back");
  if (!SaysMacOnlyEncrypted(changed)) {
    fuzz::Claim(ConstantTimeEquals(fuzz::HashOf(*output), hash),
                "the output is what the MAC covers");
  }
  return 0;
}
