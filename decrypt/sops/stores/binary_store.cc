#include "decrypt/sops/stores/binary_store.h"

#include <string>

#include "decrypt/sops/stores/json_store.h"

namespace acd::sops {
namespace {

Failure CannotEmit(std::string_view what) {
  return Fail(
      Code::kInvalidInput, "error emitting binary store: " + std::string(what),
      "This is likely not an encrypted binary file? If not, use --output-type to select the "
      "correct output type.");
}

}  // namespace

Result<Node> ReadBinary(std::span<const std::uint8_t> content, const Limits& limits) {
  return ReadJson(content, limits);
}

Result<SecretBytes> WriteBinary(const std::vector<Node>& documents) {
  const auto* map = documents.size() == 1 ? documents.front().As<Node::Map>() : nullptr;
  if (map == nullptr) return CannotEmit("there must be exactly one tree branch");
  for (const Entry& entry : *map) {
    if (entry.key != "data" || entry.value.Is<Comment>()) continue;
    const auto* text = entry.value.As<SecretBytes>();
    if (text == nullptr) return CannotEmit("'data' key in tree does not have a string value");
    return text->Clone();
  }
  return CannotEmit("no binary data found in tree");
}

}  // namespace acd::sops
