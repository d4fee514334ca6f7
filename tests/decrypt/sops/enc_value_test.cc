#include "decrypt/sops/enc_value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::CountingKey;
using testing::Encrypt;

// Made by sops's own cipher, key 00..1f, IV 20..3f.
constexpr std::string_view kHello =
    "ENC[AES256_GCM,data:f6SdJOI=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,"
    "tag:Aev7PNzF9ifk0oM4U+MGlg==,type:str]";
constexpr std::string_view kTrue =
    "ENC[AES256_GCM,data:Q7OELQ==,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,"
    "tag:mRcBg5TJHOV277JJtqPEEg==,type:bool]";
constexpr std::string_view kMinusZero =
    "ENC[AES256_GCM,data:OvE=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,"
    "tag:hmq4PS2OlBEAUirF4K1LLg==,type:float]";

std::string Field(const EncText& text) {
  return std::string(text.data) + "|" + std::string(text.iv) + "|" + std::string(text.tag) + "|" +
         std::string(text.type);
}

TEST(EncText, CutsLikeTheGreedyExpression) {
  const auto fields = [](std::string_view text) {
    const auto parsed = ParseEncText(text);
    return parsed ? Field(*parsed) : "no match";
  };
  EXPECT_EQ(fields("ENC[AES256_GCM,data:d,iv:i,tag:t,type:str]"), "d|i|t|str");
  EXPECT_EQ(fields("ENC[AES256_GCM,data:d,iv:i,tag:t,type:str] trailing"), "d|i|t|str");
  EXPECT_EQ(fields("ENC[AES256_GCM,data:d,iv:i,tag:t,type:str] x]"), "d|i|t|str] x");
  EXPECT_EQ(fields("ENC[AES256_GCM,data:a,iv:b,tag:c,type:x],iv:d,tag:e,type:f]"),
            "a,iv:b,tag:c,type:x]|d|e|f");
  EXPECT_EQ(fields("ENC[AES256_GCM,data:d,iv:,iv:i,tag:t,type:s]"), "d,iv:|i|t|s");
  EXPECT_EQ(fields("ENC[AES256_GCM,data:d,iv:i,tag:t,type:,type:]"), "d|i|t|,type:");
  EXPECT_EQ(fields("ENC[AES256_GCM,data:d,iv:i,tag:t,type:s]\nx]"), "d|i|t|s");
  for (const char* text :
       {"", "hello", "ENC[", " ENC[AES256_GCM,data:d,iv:i,tag:t,type:str]",
        "ENC[AES256_GCM,data:,iv:i,tag:t,type:str]", "ENC[AES256_GCM,data:d,iv:,tag:t,type:str]",
        "ENC[AES256_GCM,data:d,iv:i,tag:,type:str]", "ENC[AES256_GCM,data:d,iv:i,tag:t,type:]",
        "ENC[AES256_GCM,data:d,iv:i,tag:t,type:str", "ENC[AES256_GCM,data:d,iv:i\n,tag:t,type:str]",
        "enc[AES256_GCM,data:d,iv:i,tag:t,type:str]",
        "ENC[AES256_GCM,data:d,tag:t,iv:i,type:str]"}) {
    EXPECT_EQ(fields(text), "no match") << text;
  }
}

TEST(ValueCipher, OpensTheVectors) {
  ValueCipher cipher(CountingKey());
  const auto hello = cipher.Decrypt(kHello, "a:");
  ASSERT_THAT(hello, IsOk());
  EXPECT_EQ(hello->As<SecretBytes>()->ExposeText(), "hello");
  const auto on = cipher.Decrypt(kTrue, "spec:items:on:");
  ASSERT_THAT(on, IsOk());
  EXPECT_TRUE(*on->As<bool>());
  const auto zero = cipher.Decrypt(kMinusZero, "x:");
  ASSERT_THAT(zero, IsOk());
  EXPECT_TRUE(std::signbit(*zero->As<double>()));
}

TEST(ValueCipher, ReadsEveryType) {
  const SecretBytes key = CountingKey();
  ValueCipher cipher(key);
  const auto open = [&](std::string_view plain, std::string_view type) {
    auto value = cipher.Decrypt(Encrypt(plain, type, "k:", key), "k:");
    return value ? std::move(*value) : Node();
  };
  EXPECT_EQ(*open("-42", "int").As<std::int64_t>(), -42);
  EXPECT_EQ(*open("1e3", "float").As<double>(), 1000);
  EXPECT_FALSE(*open("False", "bool").As<bool>());
  EXPECT_EQ(open("2001-12-14T21:59:43.10-05:00", "time").As<Timestamp>()->rfc3339,
            "2001-12-14T21:59:43.1-05:00");
  EXPECT_EQ(open(" note", "comment").As<Comment>()->text.ExposeText(), " note");
  EXPECT_EQ(open("\xFF\xFE", "str").As<SecretBytes>()->ExposeText(), "\xFF\xFE");
}

TEST(ValueCipher, TheEmptyStringIsItsOwnCiphertext) {
  ValueCipher cipher(CountingKey());
  const auto value = cipher.Decrypt("", "a:");
  ASSERT_THAT(value, IsOk());
  EXPECT_TRUE(value->As<SecretBytes>()->empty());
}

TEST(ValueCipher, AcceptsOtherIvAndKeySizes) {
  for (const std::size_t iv : {1U, 8U, 12U, 16U, 32U, 128U}) {
    for (const std::size_t size : {16U, 24U, 32U}) {
      const SecretBytes key = CountingKey(size);
      ValueCipher cipher(key);
      // Twice, and after another size: the context is used again.
      for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(cipher.Decrypt(Encrypt("x", "str", "a:", key, iv), "a:"), IsOk()) << iv;
        EXPECT_THAT(cipher.Decrypt(Encrypt("y", "str", "a:", key, 32), "a:"), IsOk()) << iv;
      }
    }
  }
}

TEST(ValueCipher, SplitsCiphertextAndTagAsGoDoes) {
  // The tag is whatever the last 16 bytes of data and tag together are.
  const SecretBytes key = CountingKey();
  const std::string whole = Encrypt("hello", "str", "a:", key);
  const EncText parts = *ParseEncText(whole);
  SecretBytes data = *DecodeBase64Go(parts.data);
  const SecretBytes tag = *DecodeBase64Go(parts.tag);
  data.Append(tag.Expose().first(6));
  const std::string moved =
      "ENC[AES256_GCM,data:" + std::string(EncodeBase64(data.Expose()).ExposeText()) +
      ",iv:" + std::string(parts.iv) +
      ",tag:" + std::string(EncodeBase64(tag.Expose().subspan(6)).ExposeText()) + ",type:str]";
  ValueCipher cipher(key);
  const auto value = cipher.Decrypt(moved, "a:");
  ASSERT_THAT(value, IsOk());
  EXPECT_EQ(value->As<SecretBytes>()->ExposeText(), "hello");
}

TEST(ValueCipher, RefusesInSopsWords) {
  const SecretBytes key = CountingKey();
  ValueCipher cipher(key);
  const auto replace = [](std::string_view field, std::string_view by) {
    std::string text(kHello);
    const std::size_t at = text.find(std::string(field) + ":") + field.size() + 1;
    return text.replace(at, text.find_first_of(",]", at) - at, by);
  };
  const std::pair<std::string, const char*> malformed[] = {
      {"hello", "Input string does not match sops' data format"},
      {replace("data", "f6SdJOI"), "Error base64-decoding data: illegal base64 data at input byte"},
      {replace("iv", "-CEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="), "Error base64-decoding iv"},
      {replace("tag", "Aev_"), "Error base64-decoding tag"},
      {replace("type", "foo"), "Unknown datatype: foo"},
      {replace("type", "str] x"), "Unknown datatype: str] x"},
      {replace("iv", "\r"), "nonce can't have zero length"},
      {replace("type", "int"), "strconv.Atoi: invalid syntax"},
      {replace("type", "bool"), "strconv.ParseBool: invalid syntax"},
      {replace("type", "float"), "strconv.ParseFloat: invalid syntax"},
      {replace("type", "time"), "parsing time as"}};
  for (const auto& [text, message] : malformed) {
    EXPECT_THAT(cipher.Decrypt(text, "a:"), Fails(Code::kInvalidInput, message)) << text;
  }
  EXPECT_THAT(cipher.Decrypt(replace("type", "bytes"), "a:"),
              Fails(Code::kUnsupported, "Unknown datatype: bytes"));
  constexpr const char* kForged =
      "Could not decrypt with AES_GCM: cipher: message authentication failed";
  EXPECT_THAT(cipher.Decrypt(kHello, "b:"), Fails(Code::kAuthFailed, kForged));
  EXPECT_THAT(cipher.Decrypt(replace("tag", "AAAAAAAAAAAAAAAAAAAAAA=="), "a:"),
              Fails(Code::kAuthFailed, kForged));
  EXPECT_THAT(cipher.Decrypt(replace("tag", "Aev7PNzF9ifk0oM4"), "a:"),
              Fails(Code::kAuthFailed, kForged));
  EXPECT_THAT(cipher.Decrypt(Encrypt("x", "str", "a:", key, 120).replace(30, 0, "AAAA"), "a:"),
              Fails(Code::kAuthFailed, kForged));
}

TEST(ValueCipher, RefusesOtherKeySizesWhenItIsUsed) {
  ValueCipher cipher(CountingKey(5));
  EXPECT_THAT(cipher.Decrypt(kHello, "a:"),
              Fails(Code::kInvalidInput, "crypto/aes: invalid key size 5"));
  EXPECT_THAT(cipher.Decrypt("", "a:"), IsOk());
}

TEST(ValueCipher, NeverAcceptsAChangedText) {
  const SecretBytes key = CountingKey();
  ValueCipher cipher(key);
  for (std::size_t i = 0; i < kHello.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string text(kHello);
      text[i] = static_cast<char>(text[i] ^ (1 << bit));
      const auto value = cipher.Decrypt(text, "a:");
      if (!value.has_value()) continue;
      // What authenticates is the bytes. Base64 has spellings that decode to the same bytes; the
      // type is not authenticated ("hello" reads as str or as comment only).
      const auto parts = ParseEncText(text);
      ASSERT_TRUE(parts.has_value());
      const EncText original = *ParseEncText(kHello);
      EXPECT_TRUE(
          ConstantTimeEquals(*DecodeBase64Go(parts->data), *DecodeBase64Go(original.data)) &&
          ConstantTimeEquals(*DecodeBase64Go(parts->iv), *DecodeBase64Go(original.iv)) &&
          ConstantTimeEquals(*DecodeBase64Go(parts->tag), *DecodeBase64Go(original.tag)))
          << i << " " << bit;
      EXPECT_EQ(value->As<SecretBytes>()->ExposeText(), "hello");
    }
  }
  for (std::size_t size = 1; size < kHello.size(); ++size) {
    EXPECT_FALSE(cipher.Decrypt(kHello.substr(0, size), "a:").has_value()) << size;
  }
}

TEST(ValueCipher, WorksAfterAFailure) {
  ValueCipher cipher(CountingKey());
  EXPECT_FALSE(cipher.Decrypt(kHello, "wrong:").has_value());
  EXPECT_THAT(cipher.Decrypt(kHello, "a:"), IsOk());
}

}  // namespace
}  // namespace acd::sops
