#include "decrypt/hints.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/detect.h"

namespace acd {
namespace {

using sops::Format;

std::string_view HintForStage(Stage stage) {
  switch (stage) {
    case Stage::kNone:
      return {};
    case Stage::kRead:
      return "the file was damaged, or merged by hand: restore the last version that sops wrote";
    case Stage::kDataKey:
      return "the wrapped keys in the file are damaged: restore the last version that sops wrote, "
             "or encrypt the plain file again";
    case Stage::kTree:
      return "this value was changed without sops: restore the last version that sops wrote, or "
             "set "
             "the value again with `sops edit`";
    case Stage::kMac:
      return "the file was edited outside sops: restore the last version that sops wrote";
    case Stage::kEmit:
      return "the file does decrypt, but this format cannot hold what is in it: choose another "
             "--output-type";
  }
  return {};
}

}  // namespace

Error WithHint(Error error) {
  if (error.code == Code::kLimitExceeded) {
    return std::move(error).Hint(
        "files of this size or shape are refused on purpose: split the file");
  }
  if (error.stage == Stage::kDataKey && error.code == Code::kToolFailed) {
    return std::move(error).Hint(
        "a program that holds a key failed, and the file may be all right: see what it says");
  }
  const std::string_view hint = HintForStage(error.stage);
  return std::move(error).Hint(hint);
}

std::string FormatHint(std::span<const std::uint8_t> content, Format format) {
  const std::optional<Format> looks = sops::FormatByContent(AsText(content));
  // JSON is YAML, and the layout of binary files.
  const bool fits = looks == format ||
                    (looks == Format::kJson && format != Format::kDotenv && format != Format::kIni);
  if (!looks || fits) return {};
  return "this looks like a sops file of type " + std::string(FormatName(*looks)) +
         ", but it was read as " + std::string(FormatName(format)) + ": end its name in " +
         std::string(SuffixOf(*looks)) + " (`decrypt` also takes --input-type " +
         std::string(FormatName(*looks)) + ")";
}

}  // namespace acd
