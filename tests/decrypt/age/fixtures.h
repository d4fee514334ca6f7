#pragma once

#include <sodium.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/age/identity.h"
#include "decrypt/age/kdf.h"
#include "decrypt/age/x25519.h"
#include "decrypt/base/encoding.h"

namespace acd::age::testing {

// Keys and files made by age-keygen and age 1.3.1; the keys are used nowhere else.
inline constexpr std::string_view kSecretKey1 =
    "AGE-SECRET-KEY-1V3G6EZXAG2HX5G6PEQFMFV582HWDUFQEW0SEMSESZSRDTV6D0NQQSG45JZ";
inline constexpr std::string_view kRecipient1 =
    "age1whrevw8w50w9ec7q43tsdylyfudyajzv743c52u603237prc7yvs7wnmn4";
inline constexpr std::string_view kSecretKey2 =
    "AGE-SECRET-KEY-1ESMHQGKV36LN4MJFH6AXPW3UKSLUUKHN0S92M97JM8S305QCRVKS8DKM5F";
inline constexpr std::string_view kRecipient2 =
    "age1p2t5sr7vnrxc6zvt04r6aq9gh8p0c0d5fn7rlkejl76fxxvn7gnsuhd3p8";
inline constexpr std::string_view kPlaintext = "attack at dawn\n";

/// kPlaintext for recipients 2 and 1, armored.
inline constexpr std::string_view kArmoredFile =
    R"(-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBFeENlTisvVFRQc2labWNV
ajgwZ3lHcEtVVVRBR0dWNWwxb2hFeG1wemh3CjU3bUNmWkl6eDBVS3p6NTVDSjRZ
clFpa3BFYjh5czdELzEvenpld1pId2sKLT4gWDI1NTE5IFFyZktYQ1d0RmhTTnNP
RklzMXJvd1EzcXFsckozNTNic1YyT3NhcGRkeVEKUENKMXNZZTRYc1BsRDBTM0Vj
cDc1ZDhUbHlFWFloOTM5bFlZdDZzRUFDOAotLS0gajZwa1NMM1dVb3cwaXVDaUNQ
OEt2SWZiTEFqNnVxN1RyYmZmY1NaZHBtWQpzUolU7KnoJO4oTxblrGgcO4ejdDk6
Yhcx9YeOvCmCcFZfyhc3f/ifMgRTvfukeQ==
-----END AGE ENCRYPTED FILE-----
)";

/// kPlaintext for an SSH key only.
inline constexpr std::string_view kSshFile =
    R"(-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNzaC1lZDI1NTE5IDNjdFhjZyBGcjc5
eVVsZ0VEb3phME5YblZWZ0dGM2djRWZBSTBPQmdaZEZISmJObEJRCjEvNzhzT00w
U2xIUnhkeDRvN3RkUjVwcERvb001ZG5PellCbnM5M0dxU3MKLS0tIFBPU2MrYnQz
eHJBMGlXZGFSWjB3TWlhZVVQZTlmS2tRek5pQncxNjNrVDAKRkxmUcD+PWxTN0vP
bW6R2pgCX1pU35hQvX5zPrKyuSLtRy8mvhQRz2PT2AwYsjk=
-----END AGE ENCRYPTED FILE-----
)";

/// kPlaintext for recipient 1, binary, as base64.
inline constexpr std::string_view kBinaryFileBase64 =
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBCK3NCdTd5MllmbGoyNEVNYjJ0ZmliY2lqU0VHOEwr"
    "aS9DRUJnZGVISlVjCmxoUDdEUVV6ZGZnVU1DbEkwTzdNUFFTeTVhZE9xamJuZmNBMG9OR2QwT0kKLS0tIDZJ"
    "eEVKL1NSRHVtVzNLSFhUUnBTUE55M0loVVVETHYwKzJHb1loVGJzYmsKfi1dtFs73+BIKPu+R4Dx6cTw44Tg"
    "YwRdMMQB7N7EKy8zWMXLxc8zUWkp5WJZOeY=";

inline std::string BinaryFile() {
  return std::string(DecodeBase64Strict(kBinaryFileBase64)->ExposeText());
}

inline std::shared_ptr<const X25519Identity> Key(std::string_view text) {
  return X25519Identity::Parse(text).value();
}

inline Identities Keys(std::initializer_list<std::string_view> texts) {
  Identities identities;
  for (const auto text : texts) identities.Add(Key(text));
  return identities;
}

/// The writing half of the payload, only needed to build files that no real age would write.
inline std::string SealChunk(const FileKey& file_key, std::string_view nonce, std::uint64_t index,
                             bool last, std::string_view plaintext) {
  const SecretBytes key = HkdfSha256(file_key.bytes.Expose(), AsBytes(nonce), "payload");
  std::uint8_t counter[12] = {};
  for (unsigned i = 0; i < 8; ++i) counter[10 - i] = static_cast<std::uint8_t>(index >> (8 * i));
  counter[11] = last ? 1 : 0;
  std::string out(plaintext.size() + 16, '\0');
  crypto_aead_chacha20poly1305_ietf_encrypt(reinterpret_cast<std::uint8_t*>(out.data()), nullptr,
                                            AsBytes(plaintext).data(), plaintext.size(), nullptr, 0,
                                            nullptr, counter, key.Expose().data());
  return out;
}

}  // namespace acd::age::testing
