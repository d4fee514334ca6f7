#include "decrypt/age/plugin.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "decrypt/age/bech32.h"
#include "decrypt/age/plugin_session.h"
#include "decrypt/age/sodium.h"
#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kPrefix = "AGE-PLUGIN-";
constexpr std::size_t kMaxNameLength = 64;  // it becomes a program's name, and is shown

Failure Malformed(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("malformed plugin identity: ").append(what));
}

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' ||
         c == '_';
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// Tells identities of one plugin apart without being of use to anybody who reads it.
std::string Fingerprint(std::string_view text) {
  EnsureSodium();
  std::array<std::uint8_t, crypto_generichash_BYTES> hash;
  crypto_generichash(hash.data(), hash.size(), AsBytes(text).data(), text.size(), nullptr, 0);
  return EncodeBase64Unpadded(hash);
}

}  // namespace

Result<std::string> PluginNameOf(std::string_view identity) {
  auto decoded = DecodeBech32(identity);
  if (!decoded) return Fail(std::move(decoded).error().With("malformed plugin identity"));
  std::string_view prefix = decoded->prefix;
  if (!prefix.starts_with(kPrefix) || !prefix.ends_with('-') || prefix.size() == kPrefix.size()) {
    return Malformed("unknown type");
  }
  prefix.remove_prefix(kPrefix.size());
  prefix.remove_suffix(1);
  std::string name = Lower(prefix);
  if (name.empty() || name.size() > kMaxNameLength ||
      !std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    return Malformed("its plugin name is not valid");
  }
  return name;
}

PluginIdentity::PluginIdentity(std::string name, std::string_view text,
                               std::shared_ptr<const PluginLauncher> launcher,
                               std::shared_ptr<const PluginResponder> responder)
    : name_(std::move(name)),
      public_name_("plugin " + name_),
      unique_name_(public_name_ + " " + Fingerprint(text)),
      text_(SecretBytes::CopyOf(text)),
      launcher_(std::move(launcher)),
      responder_(std::move(responder)) {}

Result<std::shared_ptr<const PluginIdentity>> PluginIdentity::Parse(
    std::string_view text, std::shared_ptr<const PluginLauncher> launcher,
    std::shared_ptr<const PluginResponder> responder) {
  ACD_TRY(std::string name, PluginNameOf(text));
  return std::shared_ptr<const PluginIdentity>(
      new PluginIdentity(std::move(name), text, std::move(launcher), std::move(responder)));
}

std::optional<Result<FileKey>> PluginIdentity::Unwrap(std::span<const Stanza> stanzas,
                                                      const Check& check) const {
  auto channel = launcher_->Start(name_, "identity-v1", check);
  if (!channel) return Fail(std::move(channel).error().With(public_name_));
  PluginSession session(name_, text_, **channel, responder_.get());
  auto outcome = session.Unwrap(stanzas);
  if (!outcome) return Fail(std::move(outcome).error().With(public_name_));
  if (!*outcome) return std::nullopt;
  return std::move(**outcome);
}

}  // namespace acd::age
