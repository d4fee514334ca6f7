#include "plugin/render/value_url.h"

#include <algorithm>
#include <array>

namespace acd::render {
namespace {

bool IsSchemeByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

// "secrets+age-import" of "secrets+age-import:///k?f"; empty for a path.
std::string SchemeOf(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return {};
  std::string scheme(text.substr(0, colon));
  if (!std::all_of(scheme.begin(), scheme.end(), IsSchemeByte)) return {};
  for (char& c : scheme) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return scheme;
}

Failure SyntaxError() {
  return Fail(Code::kInvalidInput,
              "Invalid syntax: secrets+age-import://[path to key]?[path secrets.yaml]");
}

// Removes `?` and `sops!` from the front.
Status ReadPrefix(std::string_view& rest, ValueUrl& url) {
  if (!rest.empty() && rest[0] == '?') {
    url.optional = true;
    rest.remove_prefix(1);
  }
  const std::size_t mark = rest.find('!');
  const std::size_t end = std::min(rest.find_first_of("/?."), rest.size());
  if (mark == std::string_view::npos || mark > end) return {};
  const std::string_view backend = rest.substr(0, mark);
  if (backend != "sops") {
    return Fail(Code::kUnsupported, "secret backend '" + std::string(backend) + "' not allowed",
                "use the sops backend");
  }
  rest.remove_prefix(mark + 1);
  return {};
}

Status CheckLocal(std::string_view path) {
  if (path.empty()) return Fail(Code::kInvalidInput, "no file named");
  if (SchemeOf(path).empty() && path.find("::") == std::string_view::npos) return {};
  return Fail(Code::kUnsupported,
              "an encrypted value file must lie in the repository, not at a URL");
}

Result<ValueUrl> ParseSecrets(std::string_view rest, bool with_key) {
  ValueUrl url;
  url.glob_allowed = false;
  url.helm_secrets = true;
  ACD_CHECK(ReadPrefix(rest, url));
  if (with_key) {
    const std::size_t question = rest.find('?');
    if (question == std::string_view::npos || question == 0) return SyntaxError();
    url.key_file = rest.substr(0, question);
    rest.remove_prefix(question + 1);
    if (rest.empty()) return SyntaxError();
  }
  ACD_CHECK(CheckLocal(rest));
  url.path = rest;
  return url;
}

}  // namespace

Result<ValueUrl> ParseValueUrl(std::string_view text) {
  const std::string scheme = SchemeOf(text);
  if (scheme.empty()) {
    ValueUrl url;
    url.path = text;
    if (text.empty()) return Fail(Code::kInvalidInput, "no file named");
    return url;
  }
  if (scheme == "http" || scheme == "https") {
    ValueUrl url;
    url.kind = ValueUrl::Kind::kRemote;
    url.path = text;
    return url;
  }
  const std::string_view rest = text.substr(scheme.size() + 3);
  if (scheme == "secrets") return ParseSecrets(rest, /*with_key=*/false);
  if (scheme == "secrets+age-import") return ParseSecrets(rest, /*with_key=*/true);
  static constexpr std::array<std::string_view, 4> kLater = {
      "secrets+age-import-kubernetes", "secrets+gpg-import", "secrets+gpg-import-kubernetes",
      "secrets+literal"};
  if (std::find(kLater.begin(), kLater.end(), scheme) != kLater.end()) {
    return Fail(Code::kUnsupported,
                "the URL scheme '" + scheme + "' is not supported by this version",
                "mount the key and name the file as secrets:// or as a plain path");
  }
  return Fail(Code::kInvalidInput, "the URL scheme '" + scheme + "' is not allowed",
              "a path in the repository, secrets://FILE, secrets+age-import://KEYFILE?FILE, or "
              "https:// for values that are not encrypted");
}

}  // namespace acd::render
