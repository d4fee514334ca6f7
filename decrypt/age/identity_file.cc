#include "decrypt/age/identity_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "decrypt/age/age.h"
#include "decrypt/age/armor_lines.h"
#include "decrypt/age/hybrid.h"
#include "decrypt/age/scrypt.h"
#include "decrypt/age/ssh_key.h"
#include "decrypt/age/x25519.h"
#include "decrypt/base/encoding.h"
#include "decrypt/base/go_space.h"

namespace acd::age {
namespace {

constexpr std::size_t kMaxWarnings = 10;
constexpr std::string_view kSpace = " \t\v\f\r";
constexpr std::array<std::string_view, 2> kKeyPrefixes = {"AGE-SECRET-KEY-", "AGE-PLUGIN-"};

class Collector {
 public:
  void Warn(std::size_t line, std::string_view reason) {
    ++bad_lines_;
    if (bad_lines_ > kMaxWarnings) return;
    parsed_.warnings.push_back("line " + std::to_string(line) + ": " + std::string(reason));
  }
  void Warn(std::size_t line, const Error& error) {
    Warn(line, error.hint.empty() ? error.message : error.message + " (" + error.hint + ")");
  }
  void Add(std::size_t line, std::shared_ptr<const Identity> identity) {
    if (parsed_.identities.size() >= kMaxIdentities) {
      return Warn(line, "too many identities, this one is ignored");
    }
    parsed_.identities.Add(std::move(identity));
  }
  template <typename T>
  void Take(std::size_t line, Result<std::shared_ptr<const T>> identity) {
    if (!identity) return Warn(line, identity.error());
    Add(line, std::move(identity).value());
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

bool BeginsKey(std::string_view line) {
  return std::any_of(kKeyPrefixes.begin(), kKeyPrefixes.end(),
                     [&](std::string_view prefix) { return line.starts_with(prefix); });
}

class Reader {
 public:
  Reader(std::string_view text, KeyLayout layout, const IdentityOptions& options, bool nested)
      : rest_(text), layout_(layout), options_(options), nested_(nested) {}

  ParsedIdentities Read() &&;

 private:
  std::string_view TakeLine();
  void ReadLine(std::string_view line);
  void ReadWords(std::string_view line);
  void ReadWord(std::string_view word);
  void ReadPlugin(std::string_view word);
  void ReadPem(std::string_view begin);
  void ReadEncrypted(std::string_view file, std::size_t line);

  std::string_view rest_;
  std::size_t number_ = 0;
  KeyLayout layout_;
  const IdentityOptions& options_;
  bool nested_;
  std::size_t encrypted_ = 0;  ///< files in it
  Collector out_;
};

std::string_view Reader::TakeLine() {
  const std::size_t end = rest_.find('\n');
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  ++number_;
  return WithoutCr(line);
}

ParsedIdentities Reader::Read() && {
  while (!rest_.empty()) {
    if (rest_.starts_with("age-encryption.org/")) {
      ReadEncrypted(rest_, number_ + 1);
      break;  // a binary file ends with the text
    }
    ReadLine(TakeLine());
  }
  return std::move(out_).Finish();
}

void Reader::ReadLine(std::string_view line) {
  if (line.empty() || line.starts_with('#')) return;
  if (line.starts_with("-----BEGIN ")) return ReadPem(line);
  if (layout_ == KeyLayout::kWords) return ReadWords(line);
  ReadWord(line);
}

void Reader::ReadWords(std::string_view line) {
  for (line = TrimGoSpaceLeft(line); !line.empty(); line = TrimGoSpaceLeft(line)) {
    std::size_t size = 1;
    while (size < line.size() && GoSpaceAtStart(line.substr(size)) == 0) ++size;
    ReadWord(line.substr(0, size));
    line.remove_prefix(size);
  }
}

void Reader::ReadWord(std::string_view word) {
  if (!BeginsKey(word) || kSpace.find(word.back()) != std::string_view::npos) {
    return out_.Warn(number_, ExplainUnknown(word));
  }
  if (word.starts_with("AGE-SECRET-KEY-1")) {
    out_.Take(number_, X25519Identity::Parse(word));
  } else if (word.starts_with("AGE-SECRET-KEY-PQ-1")) {
    out_.Take(number_, HybridIdentity::Parse(word));
  } else if (word.starts_with("AGE-PLUGIN-")) {
    ReadPlugin(word);
  } else {
    out_.Warn(number_, "unknown identity type");
  }
}

void Reader::ReadPlugin(std::string_view word) {
  if (options_.plugins) {
    return out_.Take(number_, PluginIdentity::Parse(word, options_.plugins, options_.responder));
  }
  const auto name = PluginNameOf(word);
  if (!name) return out_.Warn(number_, name.error());
  out_.Warn(number_, "plugin identity, and age-plugin-" + *name + " may not be started here");
}

// A PEM block is one thing, right or wrong, not one for each of its lines. One without an end must
// not hide a key.
void Reader::ReadPem(std::string_view begin) {
  const std::size_t line = number_;
  const char* const start = begin.data();
  bool ended = false;
  while (!rest_.empty() && !ended && !BeginsKey(rest_)) ended = TakeLine().starts_with("-----END ");
  const std::string_view block(start, static_cast<std::size_t>(rest_.data() - start));
  if (begin == kArmorBegin) return ReadEncrypted(block, line);
  out_.Take(line, ParseSshPrivateKey(block));
}

std::string_view ExplainEncrypted(const Error& error, bool asked) {
  if (!asked && error.code == Code::kNoMatchingKey) {
    return "an identity file encrypted with age, but not with a passphrase";
  }
  if (error.code == Code::kNoMatchingKey) {
    return "an identity file encrypted with another passphrase than the one given";
  }
  return {};
}

void Reader::ReadEncrypted(std::string_view file, std::size_t line) {
  if (nested_) return out_.Warn(line, "an encrypted identity file inside of another");
  if (++encrypted_ > kMaxEncryptedFiles) {
    return out_.Warn(line, "too many encrypted identity files, this one is ignored");
  }
  bool asked = false;
  bool given = false;
  const auto ask = [&]() -> std::optional<SecretBytes> {
    asked = true;
    auto answer = options_.passphrase ? options_.passphrase() : std::nullopt;
    given = answer && !answer->empty();
    return answer;
  };
  Identities passphrase;
  passphrase.Add(std::make_shared<ScryptIdentity>(ask, options_.scrypt));
  const auto text = Decrypt(AsBytes(file), passphrase, Limits{});
  if (!text && asked && !given) {
    return out_.Warn(
        line,
        "an identity file encrypted with a passphrase, and there is none here (decrypt "
        "it with age -d, or give the passphrase)");
  }
  if (!text) {
    const std::string_view reason = ExplainEncrypted(text.error(), asked);
    if (!reason.empty()) return out_.Warn(line, reason);
    Error error = text.error();
    return out_.Warn(line, std::move(error).With("failed to decrypt the identity file"));
  }
  auto inner = Reader(text->ExposeText(), KeyLayout::kOnePerLine, options_, true).Read();
  for (const auto& identity : inner.identities.all()) out_.Add(line, identity);
  for (const std::string& warning : inner.warnings) {
    out_.Warn(line, "inside of the encrypted identity file: " + warning);
  }
  if (inner.identities.empty() && inner.warnings.empty()) {
    out_.Warn(line, "no identities inside of the encrypted identity file");
  }
}

}  // namespace

ParsedIdentities ParseIdentityFile(std::string_view text, KeyLayout layout,
                                   const IdentityOptions& options) {
  return Reader(text, layout, options, false).Read();
}

}  // namespace acd::age
