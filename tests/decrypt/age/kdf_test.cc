#include "decrypt/age/kdf.h"

#include <sodium.h>

#include <string>

#include "tests/support/matchers.h"

namespace acd::age {
namespace {

std::string Unhex(std::string_view hex) {
  std::string out(hex.size() / 2, '\0');
  sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), hex.data(), hex.size(),
                 nullptr, nullptr, nullptr);
  return out;
}

// RFC 4231, test case 1.
TEST(AgeKdf, HmacMatchesTheRfc) {
  const std::string key(20, '\x0b');
  EXPECT_EQ(HmacSha256(AsBytes(key), AsBytes("Hi There")).ExposeText(),
            Unhex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
}

// RFC 4231, test case 6.
TEST(AgeKdf, HmacHashesAKeyThatIsLargerThanABlock) {
  const std::string key(131, '\xaa');
  EXPECT_EQ(
      HmacSha256(AsBytes(key), AsBytes("Test Using Larger Than Block-Size Key - Hash Key First"))
          .ExposeText(),
      Unhex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

TEST(AgeKdf, HmacIsThatOfLibsodiumForAllSizes) {
  for (std::size_t key_size = 0; key_size < 200; ++key_size) {
    const std::string key(key_size, static_cast<char>(key_size * 7 + 1));
    const std::string message(key_size * 5 % 301, static_cast<char>(key_size + 3));
    std::string expected(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, AsBytes(key).data(), key.size());
    crypto_auth_hmacsha256_update(&state, AsBytes(message).data(), message.size());
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(expected.data()));
    EXPECT_EQ(HmacSha256(AsBytes(key), AsBytes(message)).ExposeText(), expected) << key_size;
  }
}

// RFC 5869, test cases 1 and 3; the first 32 of 42 bytes.
TEST(AgeKdf, HkdfMatchesTheRfc) {
  const std::string key(22, '\x0b');
  EXPECT_EQ(HkdfSha256(AsBytes(key), AsBytes(Unhex("000102030405060708090a0b0c")),
                       Unhex("f0f1f2f3f4f5f6f7f8f9"))
                .ExposeText(),
            Unhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
  EXPECT_EQ(HkdfSha256(AsBytes(key), {}, "").ExposeText(),
            Unhex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
}

}  // namespace
}  // namespace acd::age
