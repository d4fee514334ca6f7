#include "decrypt/age/openssh_key.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/age/rsa_numbers.h"
#include "decrypt/age/ssh_ed25519.h"
#include "decrypt/age/ssh_rsa.h"
#include "decrypt/age/ssh_wire.h"

namespace acd::age {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "openssh-key-v1\0"sv;
constexpr std::size_t kMaxTypeLength = 60;

Failure Malformed(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("malformed SSH private key: ").append(what));
}

// 1, 2, 3 and so on up to the cipher's block size.
bool IsPadding(std::span<const std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != static_cast<std::uint8_t>(i + 1)) return false;
  }
  return true;
}

Status CheckEnd(SshReader& reader) {
  reader.String();  // the comment
  if (reader.failed() || !IsPadding(reader.rest())) return Malformed("its end does not fit");
  return {};
}

Result<std::shared_ptr<const Identity>> ReadEd25519(SshReader& reader) {
  const auto public_half = reader.String();
  const auto both = reader.String();
  constexpr std::size_t kSize = SshEd25519Identity::kSeedSize;
  if (public_half.size() != kSize || both.size() != 2 * kSize) {
    return Malformed("its numbers have a wrong size");
  }
  ACD_CHECK(CheckEnd(reader));
  auto identity = SshEd25519Identity::FromSeed(both.first(kSize));
  if (!identity->HasPublicKey(public_half) || !identity->HasPublicKey(both.last(kSize))) {
    return Malformed("public and private half do not belong together");
  }
  return std::shared_ptr<const Identity>(std::move(identity));
}

Result<std::shared_ptr<const Identity>> ReadRsa(SshReader& reader) {
  RsaNumbers numbers;
  numbers.modulus = reader.String();
  numbers.public_exponent = reader.String();
  numbers.private_exponent = reader.String();
  reader.String();  // the coefficient, which follows from the primes
  numbers.prime1 = reader.String();
  numbers.prime2 = reader.String();
  ACD_CHECK(CheckEnd(reader));
  OpenSslKey key = MakeRsaKey(numbers);
  if (!key) return Malformed("its numbers are not those of an RSA key");
  ACD_TRY(auto identity, SshRsaIdentity::FromKey(std::move(key)));
  return std::shared_ptr<const Identity>(std::move(identity));
}

}  // namespace

Failure ProtectedSshKey() {
  return Fail(Code::kUnsupported, "the SSH private key is protected by a passphrase",
              "take the passphrase off a copy of it: ssh-keygen -p -N \"\" -f COPY");
}

Failure UnsupportedSshKey(const std::string& type) {
  return Fail(Code::kUnsupported,
              "unsupported SSH key type " + type.substr(0, kMaxTypeLength) +
                  ": age takes ssh-ed25519 and ssh-rsa",
              "make one with ssh-keygen -t ed25519");
}

Result<std::shared_ptr<const Identity>> ParseOpenSshKey(const SecretBytes& data) {
  if (!data.ExposeText().starts_with(kMagic)) return Malformed("unknown format");
  SshReader outer(data.Expose().subspan(kMagic.size()));
  const std::string_view cipher = outer.Text();
  const std::string_view kdf = outer.Text();
  outer.String();  // options of the kdf
  const std::uint32_t keys = outer.Number();
  outer.String();  // the public key
  SshReader inner(outer.String());
  if (outer.failed()) return Malformed("it is cut short");
  if (keys != 1) return Malformed("it must hold one key");
  if (cipher != "none" || kdf != "none") return ProtectedSshKey();
  if (inner.Number() != inner.Number()) return Malformed("its check numbers differ");
  const std::string_view type = inner.Text();
  if (inner.failed()) return Malformed("it is cut short");
  if (type == SshEd25519Identity::kType) return ReadEd25519(inner);
  if (type == SshRsaIdentity::kType) return ReadRsa(inner);
  const bool printable =
      std::all_of(type.begin(), type.end(), [](char c) { return c > 32 && c < 127; });
  return printable && !type.empty() ? UnsupportedSshKey(std::string(type))
                                    : Malformed("unknown key type");
}

}  // namespace acd::age
