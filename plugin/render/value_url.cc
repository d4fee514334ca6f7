#include "plugin/render/value_url.h"

#include <algorithm>
#include <array>

namespace acd::render {
namespace {

constexpr std::string_view kLiteralScheme = "secrets+literal";
constexpr std::string_view kGitScheme = "secrets+git";

struct ImportScheme {
  std::string_view name;
  KeyReference::Type type;
  bool in_cluster;
};
constexpr std::array<ImportScheme, 4> kImports = {{
    {"secrets+age-import", KeyReference::Type::kAge, false},
    {"secrets+age-import-kubernetes", KeyReference::Type::kAge, true},
    {"secrets+gpg-import", KeyReference::Type::kPgp, false},
    {"secrets+gpg-import-kubernetes", KeyReference::Type::kPgp, true},
}};

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

bool IsRemote(std::string_view scheme) { return scheme == "http" || scheme == "https"; }

Failure SyntaxError(const ValueUrl& url) {
  const std::string_view key = url.key.in_cluster ? "[namespace/secret#key]" : "[path to key]";
  return Fail(Code::kInvalidInput,
              "Invalid syntax: " + url.scheme + "://" + std::string(key) + "?[path secrets.yaml]");
}

// Removes `sops!` from the front. A backend's name is a word; helm-secrets also takes a script.
Status ReadBackend(std::string_view& rest, ValueUrl& url) {
  const std::size_t mark = rest.find('!');
  if (mark == std::string_view::npos) return {};
  const std::string_view backend = rest.substr(0, mark);
  const bool word = std::all_of(backend.begin(), backend.end(),
                                [](char c) { return IsSchemeByte(c) && c != '+' && c != '.'; });
  if (!word) return {};
  if (backend != "sops" && !backend.empty()) {
    return Fail(Code::kUnsupported, "secret backend '" + std::string(backend) + "' not allowed",
                "use the sops backend");
  }
  url.names_backend = !backend.empty();
  rest.remove_prefix(mark + 1);
  return {};
}

Status ReadFile(std::string_view rest, ValueUrl& url) {
  if (rest.empty()) return Fail(Code::kInvalidInput, "no file named");
  const std::string scheme = SchemeOf(rest);
  url.path = rest;
  if (IsRemote(scheme)) {
    url.kind = ValueUrl::Kind::kRemote;
    return {};
  }
  if (scheme.empty() && rest.find("::") == std::string_view::npos) return {};
  return Fail(Code::kUnsupported,
              "an encrypted value file must lie in the repository or at an http(s) URL, other "
              "getters of helm are not supported",
              "put the file into this repository");
}

// Removes `KEY?` from the front.
Status ReadKey(std::string_view& rest, ValueUrl& url) {
  const std::size_t question = rest.find('?');
  if (question == std::string_view::npos || question == 0 || question + 1 == rest.size()) {
    return SyntaxError(url);
  }
  url.key.location = rest.substr(0, question);
  rest.remove_prefix(question + 1);
  return {};
}

Result<ValueUrl> ParseSecrets(std::string_view rest, ValueUrl url) {
  if (rest.starts_with('?')) {
    url.optional = true;
    rest.remove_prefix(1);
  }
  ACD_CHECK(ReadBackend(rest, url));
  if (url.key.type != KeyReference::Type::kNone) ACD_CHECK(ReadKey(rest, url));
  ACD_CHECK(ReadFile(rest, url));
  return url;
}

// `ref+vault://...`, `secretref+...`: helm-secrets' sops backend would hand it on as it stands.
bool IsValsReference(std::string_view text) {
  return text.starts_with("ref+") || text.starts_with("secretref+");
}

Result<ValueUrl> ParseLiteral(std::string_view rest, ValueUrl url) {
  ACD_CHECK(ReadBackend(rest, url));
  if (IsValsReference(rest)) {
    return Fail(Code::kUnsupported, "references of vals (ref+BACKEND://) are not supported",
                "encrypt the value by sops");
  }
  url.kind = ValueUrl::Kind::kLiteral;
  url.path = rest;
  return url;
}

std::string WithoutUserAndQuery(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.substr(begin, end - begin).rfind('@');
  std::string shown(url.substr(0, begin));
  std::string_view rest = url.substr(at == std::string_view::npos ? begin : begin + at + 1);
  return shown.append(rest.substr(0, rest.find_first_of("?#")));
}

}  // namespace

Result<ValueUrl> ParseValueUrl(std::string_view text) {
  ValueUrl url;
  const std::string scheme = SchemeOf(text);
  if (scheme.empty() || IsRemote(scheme)) {
    if (text.empty()) return Fail(Code::kInvalidInput, "no file named");
    if (!scheme.empty()) url.kind = ValueUrl::Kind::kRemote;
    url.path = text;
    return url;
  }
  const std::string_view rest = text.substr(scheme.size() + 3);
  if (scheme == kGitScheme) {  // ours, so that helm-secrets' settings do not speak of it
    url.kind = ValueUrl::Kind::kGit;
    url.path = text;
    return url;
  }
  url.scheme = scheme;
  if (scheme == "secrets") return ParseSecrets(rest, std::move(url));
  if (scheme == kLiteralScheme) return ParseLiteral(rest, std::move(url));
  for (const ImportScheme& import : kImports) {
    if (scheme != import.name) continue;
    url.key.type = import.type;
    url.key.in_cluster = import.in_cluster;
    return ParseSecrets(rest, std::move(url));
  }
  return Fail(
      Code::kInvalidInput, "the URL scheme '" + scheme + "' is not allowed",
      "a path in the repository, https://, secrets+git://REPOSITORY//FILE?ref=COMMIT, or of "
      "helm-secrets secrets://FILE, secrets+age-import://KEYFILE?FILE and the like");
}

std::string ShownEntry(std::string_view text) {
  const std::string scheme = SchemeOf(text);
  if (scheme == kLiteralScheme) return scheme + "://(a literal value)";
  const std::size_t http = std::min(text.find("http://"), text.find("https://"));
  if (http == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, http)) + WithoutUserAndQuery(text.substr(http));
}

}  // namespace acd::render
