#include "plugin/render/substitute.h"

#include <array>

namespace acd::render {
namespace {

constexpr std::array<const char*, 9> kVariables = {
    "ARGOCD_APP_NAME",
    "ARGOCD_APP_NAMESPACE",
    "ARGOCD_APP_PROJECT_NAME",
    "ARGOCD_APP_REVISION",
    "ARGOCD_APP_REVISION_SHORT",
    "ARGOCD_APP_REVISION_SHORT_8",
    "ARGOCD_APP_SOURCE_REPO_URL",
    "ARGOCD_APP_SOURCE_PATH",
    "ARGOCD_APP_SOURCE_TARGET_REVISION",
};

bool IsNameByte(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsShellSpecial(char c) {
  return std::string_view("*#$@!?-0123456789").find(c) != std::string_view::npos;
}

struct Name {
  std::string_view name;
  std::size_t consumed = 0;  // bytes after the dollar
};

// What stands behind a dollar. An empty name with consumed bytes is bad syntax, which is dropped.
Name ReadName(std::string_view rest) {
  if (rest[0] == '{') {
    if (rest.size() > 2 && IsShellSpecial(rest[1]) && rest[2] == '}') return {rest.substr(1, 1), 3};
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] != '}') continue;
      if (i == 1) return {{}, 2};
      return {rest.substr(1, i - 1), i + 1};
    }
    return {{}, 1};
  }
  if (IsShellSpecial(rest[0])) return {rest.substr(0, 1), 1};
  std::size_t i = 0;
  while (i < rest.size() && IsNameByte(rest[i])) ++i;
  return {rest.substr(0, i), i};
}

}  // namespace

std::map<std::string, std::string> SubstitutionVariables(
    const std::map<std::string, std::string>& environment) {
  std::map<std::string, std::string> variables;
  for (const char* name : kVariables) {
    const auto it = environment.find(name);
    if (it != environment.end()) variables.insert(*it);
  }
  return variables;
}

std::string Substitute(std::string_view text, const std::map<std::string, std::string>& variables) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const Name found = ReadName(text.substr(i + 1));
    if (found.name == "$") {
      out += '$';
    } else if (!found.name.empty()) {
      const auto it = variables.find(std::string(found.name));
      if (it != variables.end()) out += it->second;
    } else if (found.consumed == 0) {
      out += '$';
    }
    i += found.consumed;
  }
  return out;
}

}  // namespace acd::render
