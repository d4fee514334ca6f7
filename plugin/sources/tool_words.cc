#include "plugin/sources/tool_words.h"

#include <algorithm>
#include <array>

#include "decrypt/base/encoding.h"
#include "plugin/sources/repository_url.h"

namespace acd::sources {
namespace {

constexpr std::size_t kMaxWords = 2000;
constexpr std::size_t kMinSecret = 3;  // shorter ones would blacken every message

void Replace(std::string& text, std::string_view from, std::string_view to) {
  if (from.size() < kMinSecret) return;
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

void HideCredentials(std::string& text, const Repository& credentials) {
  const SecretBytes* user = &credentials.username;
  for (const SecretBytes* secret : {&credentials.password, &credentials.bearer_token}) {
    if (secret->empty()) continue;
    SecretBytes both = user->Clone();
    both.Append(':');
    both.Append(secret->Expose());
    Replace(text, EncodeBase64(both.Expose()).ExposeText(), "[redacted]");
    Replace(text, EncodeBase64(secret->Expose()).ExposeText(), "[redacted]");
    Replace(text, secret->ExposeText(), "[redacted]");
  }
}

// https://user:password@host in any word.
void HidePasswordsInUrls(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const std::size_t begin = at + 3;
    const std::size_t end = std::min(text.find_first_of("/?# \t\r\n\"'", begin), text.size());
    const std::size_t mark = text.rfind('@', end == 0 ? 0 : end - 1);
    if (mark == std::string::npos || mark < begin || mark >= end) continue;
    const bool ssh_user = at >= 3 && text.compare(at - 3, 3, "ssh") == 0 &&
                          text.substr(begin, mark - begin).find(':') == std::string::npos;
    if (!ssh_user) text.erase(begin, mark + 1 - begin);
  }
}

void HideFolder(std::string& text, const std::string& folder, std::string_view to) {
  if (folder.empty()) return;
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at)) {
    std::size_t end = at + folder.size();
    while (end < text.size() &&
           std::string_view(" \t\r\n\"'`:,;)]}").find(text[end]) == std::string_view::npos) {
      ++end;
    }
    text.replace(at, end - at, to);
    at += to.size();
  }
}

bool IsNoise(std::string_view line) {
  constexpr auto kNoise = std::to_array<std::string_view>(
      {"Use --debug flag", "hint: ", "Initialized empty", "Hang tight", "Update Complete",
       "Saving ", "Downloading ", "Getting updates",
       "Pulled: ", "Digest: ", "WARNING: ", "...Successfully"});
  return line.find_first_not_of(" \t\r") == std::string_view::npos ||
         std::any_of(kNoise.begin(), kNoise.end(),
                     [&](std::string_view noise) { return line.starts_with(noise); });
}

std::string WithoutNoise(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t newline = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(std::min(newline + 1, text.size()));
    if (IsNoise(line)) continue;
    if (line.starts_with("Error: ")) line.remove_prefix(7);
    if (line.starts_with("fatal: ")) line.remove_prefix(7);
    if (!out.empty()) out += '\n';
    out += line;
  }
  return out;
}

}  // namespace

std::string CleanWords(std::string_view text, const Session& session,
                       const std::vector<const Access*>& used) {
  std::string out(text);
  for (const Access* access : used) {
    if (access->credentials != nullptr) HideCredentials(out, *access->credentials);
  }
  HidePasswordsInUrls(out);
  HideFolder(out, session.run_dir, "(a temporary file)");
  Replace(out, session.root + "/", "");
  out = WithoutNoise(out);
  if (out.size() > kMaxWords) out = out.substr(0, kMaxWords) + "... (cut)";
  return out.empty() ? "no message" : out;
}

bool IsTransient(std::string_view text) {
  constexpr auto kSigns = std::to_array<std::string_view>({
      "connection refused",
      "Connection refused",
      "connection reset",
      "Connection reset",
      "i/o timeout",
      "TLS handshake timeout",
      "Client.Timeout",
      "timed out",
      "unexpected EOF",
      ": EOF",
      "early EOF",
      "RPC failed",
      "hung up unexpectedly",
      "broken pipe",
      "server misbehaving",
      "Temporary failure in name resolution",
      "Could not resolve host",
      "Failed to connect",
      "Empty reply from server",
      // helm: "failed to fetch URL : 503 Service Unavailable", "status code 503"; git: "error: 503"
      " 500 Internal",
      " 502 Bad",
      " 503 Service",
      " 504 Gateway",
      " 429 Too Many",
      "status code 500",
      "status code 502",
      "status code 503",
      "status code 504",
      "status code 429",
      "returned error: 500",
      "returned error: 502",
      "returned error: 503",
      "returned error: 504",
      "returned error: 429",
      "HTTP 500",
      "HTTP 502",
      "HTTP 503",
      "HTTP 504",
      "HTTP 429",
  });
  return std::any_of(kSigns.begin(), kSigns.end(), [&](std::string_view sign) {
    return text.find(sign) != std::string_view::npos;
  });
}

}  // namespace acd::sources
