#include "decrypt/hints.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/base/secret_bytes.h"

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

/// Whether a line begins with `prefix`, and after that with one of `next` (empty: with anything).
bool HasLine(std::string_view text, std::string_view prefix, std::string_view next = {}) {
  for (std::size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    const std::size_t end = at + prefix.size();
    const bool starts_line = at == 0 || text[at - 1] == '\n';
    const char after = end < text.size() ? text[end] : '\n';
    if (starts_line && (next.empty() || next.find(after) != std::string_view::npos)) return true;
  }
  return false;
}

std::optional<Format> FormatByContent(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    if (text.find("\"sops\"") == std::string_view::npos) return std::nullopt;
    return Format::kJson;
  }
  if (HasLine(text, "sops:", " \r\n")) return Format::kYaml;
  if (HasLine(text, "[sops]", "\r\n")) return Format::kIni;
  if (HasLine(text, "sops_mac=") || HasLine(text, "sops_version=")) return Format::kDotenv;
  return std::nullopt;
}

}  // namespace

Error WithHint(Error error) {
  if (error.code == Code::kLimitExceeded) {
    return std::move(error).Hint(
        "files of this size or shape are refused on purpose: split the file");
  }
  const std::string_view hint = HintForStage(error.stage);
  return std::move(error).Hint(hint);
}

Error WithFormatHint(Error error, std::span<const std::uint8_t> content, Format format) {
  if (error.stage != Stage::kRead) return error;
  const std::optional<Format> looks = FormatByContent(AsText(content));
  // JSON is YAML, and the layout of binary files.
  const bool fits = looks == format ||
                    (looks == Format::kJson && format != Format::kDotenv && format != Format::kIni);
  if (!looks || fits) return error;
  error.hint = "this looks like a sops file of type " + std::string(FormatName(*looks)) +
               ", but it was read as " + std::string(FormatName(format)) +
               ", by its name: rename it, or add --input-type " + std::string(FormatName(*looks));
  return error;
}

}  // namespace acd
