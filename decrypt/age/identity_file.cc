#include "decrypt/age/identity_file.h"

#include <optional>
#include <utility>

#include "decrypt/age/x25519.h"
#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::size_t kMaxWarnings = 10;
constexpr std::string_view kSpace = " \t\v\f\r";

class Collector {
 public:
  void Warn(std::size_t line, std::string_view reason) {
    ++bad_lines_;
    if (bad_lines_ > kMaxWarnings) return;
    parsed_.warnings.push_back("line " + std::to_string(line) + ": " + std::string(reason));
  }
  bool IsFull() const { return parsed_.identities.size() >= kMaxIdentities; }
  void Add(std::shared_ptr<const Identity> identity) {
    parsed_.identities.Add(std::move(identity));
  }
  ParsedIdentities Finish() && {
    if (bad_lines_ > kMaxWarnings) {
      parsed_.warnings.push_back("and " + std::to_string(bad_lines_ - kMaxWarnings) +
                                 " more such lines");
    }
    return std::move(parsed_);
  }

 private:
  ParsedIdentities parsed_;
  std::size_t bad_lines_ = 0;
};

// Why a word that is no age identity is there, as far as its beginning tells.
std::string_view ExplainUnknown(std::string_view word) {
  if (word.starts_with("\xEF\xBB\xBF")) return "unexpected byte order mark";
  if (kSpace.find(word.front()) != std::string_view::npos ||
      kSpace.find(word.back()) != std::string_view::npos) {
    return "unexpected white space around the identity";
  }
  if (word.starts_with("age1")) return "a recipient (public key), not an identity";
  if (word.starts_with("ssh-")) return "an SSH public key, not an identity";
  if (word.starts_with("age-secret-key-")) return "identities are written in upper case";
  if (!IsUtf8(word)) return "not UTF-8";
  return "unknown identity type";
}

void ReadWord(std::string_view word, std::size_t line, Collector& out) {
  if (word.starts_with("AGE-SECRET-KEY-PQ-1")) {
    return out.Warn(line, "unsupported identity type in this build: hybrid post-quantum key");
  }
  if (word.starts_with("AGE-PLUGIN-")) {
    return out.Warn(line, "unsupported identity type in this build: plugin");
  }
  if (!word.starts_with("AGE-SECRET-KEY-1")) return out.Warn(line, ExplainUnknown(word));
  if (out.IsFull()) return out.Warn(line, "too many identities, this one is ignored");
  if (kSpace.find(word.back()) != std::string_view::npos) {
    return out.Warn(line, ExplainUnknown(word));
  }
  auto identity = X25519Identity::Parse(word);
  if (!identity) return out.Warn(line, identity.error().message);
  out.Add(std::move(identity).value());
}

void ReadWords(std::string_view line, std::size_t number, Collector& out) {
  for (;;) {
    const std::size_t start = line.find_first_not_of(kSpace);
    if (start == std::string_view::npos) return;
    line.remove_prefix(start);
    const std::string_view word = line.substr(0, line.find_first_of(kSpace));
    ReadWord(word, number, out);
    line.remove_prefix(word.size());
  }
}

// A PEM block is one thing wrong, not one for each of its lines: the reason, or nullopt.
std::optional<std::string_view> ExplainPem(std::string_view line) {
  if (!line.starts_with("-----BEGIN ")) return std::nullopt;
  if (line.find("AGE ENCRYPTED FILE") != std::string_view::npos) {
    return "unsupported in this build: passphrase-protected identity file";
  }
  return "unsupported identity type in this build: SSH or PEM private key";
}

}  // namespace

ParsedIdentities ParseIdentityFile(std::string_view text, KeyLayout layout,
                                   const IdentityOptions& /*options*/) {
  Collector out;
  bool in_pem = false;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (in_pem) {
      // An unterminated block must not hide a key.
      in_pem = !line.starts_with("-----END ") && !line.starts_with("AGE-SECRET-KEY-");
      if (in_pem || line.starts_with("-----END ")) continue;
    }
    if (line.empty() || line.starts_with('#')) continue;
    if (const auto reason = ExplainPem(line)) {
      out.Warn(number, *reason);
      in_pem = true;
    } else if (line.starts_with("age-encryption.org/")) {
      out.Warn(number, "unsupported in this build: passphrase-protected identity file");
      break;  // the rest is binary
    } else if (layout == KeyLayout::kWords) {
      ReadWords(line, number, out);
    } else {
      ReadWord(line, number, out);
    }
  }
  return std::move(out).Finish();
}

}  // namespace acd::age
