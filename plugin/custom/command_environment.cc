#include "plugin/custom/command_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace acd::custom {
namespace {

constexpr std::array<std::string_view, 2> kKeyVariables{"SOPS_AGE_KEY", "AGE_PASSPHRASE"};

// They may hold a collector's credentials, which is the server's affair.
constexpr std::array<std::string_view, 2> kServersOwn{"ARGOCD_DECRYPT_OTLP_HEADERS",
                                                      "ARGOCD_CMP_SERVER_OTLP_HEADERS"};

// MAX_ARG_STRLEN: 32 pages, with the end of the text.
constexpr std::size_t kMaxVariableBytes = (32U << 12U) - 1;

constexpr std::string_view kRedacted = "[redacted]";

bool IsSecretName(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (upper == "PWD" || upper == "OLDPWD") return false;
  constexpr auto kParts = std::to_array<std::string_view>(
      {"PASS", "PWD", "SECRET", "TOKEN", "CREDENTIAL", "AUTH", "_KEY", "KEY_", "APIKEY", "NONCE",
       "COOKIE", "BEARER", "DSN", "JWT", "CONNECTION_STRING", "HEADERS", "PRIVATE", "SALT"});
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return upper.find(part) != std::string::npos; });
}

// A path says where a secret is, and is what a message is about.
bool IsPath(std::string_view name, const std::string& value) {
  const bool named = name.ends_with("_FILE") || name.ends_with("_PATH") || name.ends_with("_DIR") ||
                     name.ends_with("_SOCK") || name.ends_with("ASKPASS");
  return value.starts_with('/') && (named || ::access(value.c_str(), F_OK) == 0);
}

void CutFrom(std::string& text, std::string_view begin, std::string_view end_characters) {
  for (std::size_t at = text.find(begin); at != std::string::npos;
       at = text.find(begin, at + kRedacted.size())) {
    const std::size_t end =
        std::min(text.find_first_of(end_characters, at + begin.size()), text.size());
    text.replace(at, end - at, kRedacted);
  }
}

void CutPrivateKeys(std::string& text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  for (std::size_t at = text.find(kBegin); at != std::string::npos;
       at = text.find(kBegin, at + kRedacted.size())) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    if (text.substr(at, line_end - at).find("PRIVATE KEY") == std::string::npos) continue;
    const std::size_t footer = text.find("-----END ", line_end);
    const std::size_t end =
        footer == std::string::npos ? text.size() : std::min(text.find('\n', footer), text.size());
    text.replace(at, end - at, kRedacted);
  }
}

// https://user:password@host, https://token@host: whatever stands there.
void CutUrlPasswords(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const std::size_t begin = at + 3;
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\"'`", begin), text.size());
    const std::size_t sign = std::string_view(text).substr(begin, end - begin).rfind('@');
    if (sign == std::string_view::npos || sign == 0) continue;
    text.replace(begin, sign, kRedacted);
  }
}

}  // namespace

Variables SidecarEnvironment(bool with_keys) {
  Variables variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    const std::string_view name = text.substr(0, equals);
    const auto is_in = [&](const auto& names) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (is_in(kServersOwn) || (is_in(kKeyVariables) && !with_keys)) continue;
    variables.insert_or_assign(std::string(name), std::string(text.substr(equals + 1)));
  }
  return variables;
}

Variables CommandEnvironment(const Variables& own, const render::Application& application) {
  Variables variables = own;
  for (const auto& [name, value] : application.environment) {
    // "A=B" with the value "c" is, written out, the variable A with "B=c".
    const std::size_t equals = name.find('=');
    if (equals == 0) continue;
    if (equals == std::string::npos) {
      variables.insert_or_assign(name, value);
    } else {
      variables.insert_or_assign(name.substr(0, equals), name.substr(equals + 1) + "=" + value);
    }
  }
  std::erase_if(variables, [](const auto& entry) {
    const auto& [name, value] = entry;
    return name.size() + 1 + value.size() > kMaxVariableBytes ||
           name.find('\0') != std::string::npos || value.find('\0') != std::string::npos;
  });
  return variables;
}

void AddSecretValues(const Variables& variables, guard::Redactor& redactor) {
  std::vector<SecretBytes> values;
  for (const auto& [name, value] : variables) {
    if (!IsSecretName(name) || IsPath(name, value)) continue;
    values.push_back(SecretBytes::CopyOf(value));
  }
  redactor.Add(std::move(values));
}

std::string WithoutSecretForms(std::string_view given) {
  std::string text(given);
  CutFrom(text, "AGE-SECRET-KEY-", " \t\r\n\"'`,;");
  CutFrom(text, "AGE-PLUGIN-", " \t\r\n\"'`,;");
  CutPrivateKeys(text);
  CutUrlPasswords(text);
  return text;
}

}  // namespace acd::custom
