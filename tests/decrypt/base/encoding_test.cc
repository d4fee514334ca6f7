#include "decrypt/base/encoding.h"

#include <gtest/gtest.h>

#include "tests/support/matchers.h"

namespace acd {
namespace {

using testing::Fails;

// RFC 4648, section 10.
TEST(Base64, RoundTripsTheRfcVectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(EncodeBase64(AsBytes(plain)).ExposeText(), encoded);
    for (auto* decode : {&DecodeBase64Go, &DecodeBase64Strict}) {
      auto decoded = (*decode)(encoded);
      ASSERT_TRUE(decoded.has_value()) << encoded;
      EXPECT_EQ(decoded->ExposeText(), plain);
    }
    std::string unpadded(encoded);
    while (!unpadded.empty() && unpadded.back() == '=') unpadded.pop_back();
    EXPECT_EQ(EncodeBase64Unpadded(AsBytes(plain)), unpadded);
    auto decoded = DecodeBase64Unpadded(unpadded);
    ASSERT_TRUE(decoded.has_value()) << unpadded;
    EXPECT_EQ(decoded->ExposeText(), plain);
  }
}

TEST(Base64, GoFormSkipsNewlinesAndToleratesTrailingBits) {
  EXPECT_EQ(DecodeBase64Go("Zm\r\n9v\n")->ExposeText(), "foo");
  EXPECT_EQ(DecodeBase64Go("Zh==")->ExposeText(), "f");
  EXPECT_THAT(DecodeBase64Strict("Zh=="), Fails(Code::kInvalidInput, "illegal base64"));
  EXPECT_THAT(DecodeBase64Strict("Zm9v\n"), Fails(Code::kInvalidInput, "illegal base64"));
  EXPECT_THAT(DecodeBase64Unpadded("Zh"), Fails(Code::kInvalidInput, "illegal base64"));
}

TEST(Base64, RefusesWrongPaddingAndAlphabet) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Zm9-", "Zm9_", "Zm 9v", "=Zg=", "Zg==Zg=="}) {
    EXPECT_THAT(DecodeBase64Go(text), Fails(Code::kInvalidInput, "illegal base64")) << text;
  }
  EXPECT_THAT(DecodeBase64Unpadded("Zg=="), Fails(Code::kInvalidInput, "illegal base64"));
  EXPECT_THAT(DecodeBase64Unpadded("Z"), Fails(Code::kInvalidInput, "illegal base64"));
}

// Decoding takes blocks at a time, and must not show where they begin and end.
TEST(Base64, FindsANewlineOrAWrongByteAnywhere) {
  std::string plain;
  for (int i = 0; i < 72; ++i) plain += static_cast<char>(i * 37);
  const std::string encoded = EncodeBase64Unpadded(AsBytes(plain));
  ASSERT_EQ(encoded.size(), 96U);
  for (std::size_t at = 0; at <= encoded.size(); ++at) {
    std::string broken = encoded;
    broken.insert(at, "\r\n");
    const auto decoded = DecodeBase64Go(broken);
    ASSERT_THAT(decoded, acd::testing::IsOk()) << at;
    EXPECT_EQ(decoded->ExposeText(), plain) << at;
    EXPECT_THAT(
        DecodeBase64Strict(broken),
        Fails(Code::kInvalidInput, "illegal base64 data at input byte " + std::to_string(at)));
  }
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    for (const char wrong : {'!', '\0', '\x80', '-', '_', '='}) {
      std::string broken = encoded;
      broken[at] = wrong;
      EXPECT_THAT(
          DecodeBase64Unpadded(broken),
          Fails(Code::kInvalidInput, "illegal base64 data at input byte " + std::to_string(at)));
    }
  }
}

TEST(Base64, EveryByteRoundTrips) {
  for (std::size_t size = 0; size < 8; ++size) {
    for (int byte = 0; byte < 256; ++byte) {
      const std::string plain(size, static_cast<char>(byte));
      EXPECT_EQ(DecodeBase64Strict(EncodeBase64(AsBytes(plain)).ExposeText())->ExposeText(), plain);
    }
  }
}

TEST(Utf8, AcceptsEdgesAndRefusesIllFormed) {
  for (const char* good : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(good));
  }
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC2", "\xE0\xA0", "a\xFFz"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

}  // namespace
}  // namespace acd
