#include "decrypt/base/encoding.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "decrypt/base/base64_blocks.h"
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

// Where there is AVX2, nothing else would run what is run elsewhere.
TEST(Base64, BlocksAreTheSameOnEveryProcessor) {
  std::string plain;
  for (int size = 0; size < 200; ++size) {
    plain += static_cast<char>(size * 89 + size / 5);
    std::string text = EncodeBase64Unpadded(AsBytes(plain));
    for (int fault = -1; fault < static_cast<int>(text.size()); fault += 3) {
      if (fault >= 0) text[static_cast<std::size_t>(fault)] = static_cast<char>(fault * 7);
      std::string here(Base64Room(text.size()), '\0'), anywhere = here;
      auto* to_here = reinterpret_cast<std::uint8_t*>(here.data());
      auto* to_anywhere = reinterpret_cast<std::uint8_t*>(anywhere.data());
      const std::size_t taken = DecodeBase64Blocks(text, to_here);
      EXPECT_EQ(DecodeBase64BlocksAnywhere(text, to_anywhere), taken);
      EXPECT_EQ(here.substr(0, taken / 4 * 3), anywhere.substr(0, taken / 4 * 3));
    }
  }
}

TEST(Base64, NewlinesBeforeTheEndGiveNoBytes) {
  for (std::size_t newlines = 0; newlines < 40; ++newlines) {
    EXPECT_EQ(DecodeBase64Go(std::string(newlines, '\n') + "QUJD")->ExposeText(), "ABC");
    EXPECT_EQ(DecodeBase64Go("QUJD" + std::string(newlines, '\n') + "QUI=")->ExposeText(), "ABCAB");
  }
}

// As Go 1.26 has them.
TEST(Base64, OffsetsOfFaultsAreThoseOfGo) {
  const std::pair<std::string, int> cases[] = {
      {"QUJDQ", 4}, {"QUJDQU", 4}, {"QUJDQUI", 4}, {"QU=A", 2},  {"Q", 0},      {"QU", 0},
      {"Q\n", 1},   {"A\nBC", 1},  {"QU=", 3},     {"QUI==", 4}, {"=", 0},      {"Q=", 1},
      {"QUI=Q", 4}, {"QU=\n", 4},  {"QUJD=", 4},   {"QU\n!", 3}, {"QUJD\n=", 5}};
  for (const auto& [text, offset] : cases) {
    EXPECT_THAT(
        DecodeBase64Go(text),
        Fails(Code::kInvalidInput, "illegal base64 data at input byte " + std::to_string(offset)))
        << text;
  }
}

TEST(Base64, RefusesWrongPaddingAndAlphabet) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Zm9-", "Zm9_", "Zm 9v", "=Zg=", "Zg==Zg=="}) {
    EXPECT_THAT(DecodeBase64Go(text), Fails(Code::kInvalidInput, "illegal base64")) << text;
  }
  EXPECT_THAT(DecodeBase64Unpadded("Zg=="), Fails(Code::kInvalidInput, "illegal base64"));
  EXPECT_THAT(DecodeBase64Unpadded("Z"), Fails(Code::kInvalidInput, "illegal base64"));
}

std::string EncodedAlphabet() {
  std::string out;
  for (char c = 'A'; c <= 'Z'; ++c) out += c;
  for (char c = 'a'; c <= 'z'; ++c) out += c;
  for (char c = '0'; c <= '9'; ++c) out += c;
  return out + "+/";
}

// Each size ends differently: in a block of any width, in a part of one, with padding or without.
TEST(Base64, EverySizeRoundTrips) {
  std::string plain;
  for (int size = 0; size < 200; ++size) {
    const SecretBytes padded = EncodeBase64(AsBytes(plain));
    EXPECT_EQ(DecodeBase64Go(padded.ExposeText())->ExposeText(), plain);
    EXPECT_EQ(DecodeBase64Strict(padded.ExposeText())->ExposeText(), plain);
    EXPECT_EQ(DecodeBase64Unpadded(EncodeBase64Unpadded(AsBytes(plain)))->ExposeText(), plain);
    plain += static_cast<char>(size * 151 + size / 7);
  }
}

TEST(Base64, EveryCharacterHasItsValueInEveryPlace) {
  const std::string alphabet = EncodedAlphabet();
  for (std::size_t value = 0; value < alphabet.size(); ++value) {
    for (std::size_t at = 0; at < 64; ++at) {
      std::string text(64, 'A');
      text[at] = alphabet[value];
      const auto decoded = DecodeBase64Strict(text);
      ASSERT_THAT(decoded, acd::testing::IsOk());
      std::uint32_t group = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        group = group << 8U | decoded->Expose()[at / 4 * 3 + i];
      }
      ASSERT_EQ(group, value << (18 - 6 * (at % 4))) << alphabet[value] << " at " << at;
    }
  }
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
  const std::string alphabet = EncodedAlphabet();
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      const char wrong = static_cast<char>(byte);
      if (alphabet.find(wrong) != std::string::npos) continue;
      std::string broken = encoded;
      broken[at] = wrong;
      ASSERT_THAT(
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
