#include "decrypt/age/bech32.h"

#include <string>

#include "tests/decrypt/age/fixtures.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;

// BIP 173, "Test vectors": valid checksums.
TEST(Bech32, ReadsTheVectorsOfTheBip) {
  for (const std::string_view text :
       {"A12UEL5L", "a12uel5l",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tg"
        "s",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "?1ezyfcl"}) {
    EXPECT_THAT(DecodeBech32(text), IsOk()) << text;
  }
  const auto data = DecodeBech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
  ASSERT_THAT(data, IsOk());
  EXPECT_EQ(data->prefix, "abcdef");
  EXPECT_EQ(EncodeBase64(data->data.Expose()).ExposeText(), "AEQyFMdCVLY1z4RlOlbXxnW+d98=");
}

TEST(Bech32, RefusesTheInvalidVectorsOfTheBip) {
  struct Row {
    std::string_view text;
    std::string_view reason;
  };
  for (const Row& row : {
           Row{"\x20"
               "1nwldj5",
               "human-readable"},
           Row{"\x7f"
               "1axkwrx",
               "human-readable"},
           Row{"\x80"
               "1eym55h",
               "human-readable"},
           Row{"pzry9x0s0muk", "separator"},
           Row{"1pzry9x0s0muk", "separator"},
           Row{"x1b4n0q5v", "data part at position 3"},
           Row{"li1dgmt3", "separator"},
           Row{"de1lg7wt\xff", "data part at position 9"},
           Row{"A1G7SGD8", "checksum"},
           Row{"10a06t8", "separator"},
           Row{"1qzzfhee", "separator"},
           Row{"A12uEL5L", "mixed case"},
           Row{"", "separator"},
       }) {
    EXPECT_THAT(DecodeBech32(row.text), Fails(Code::kInvalidInput, std::string(row.reason)))
        << row.text;
  }
}

TEST(Bech32, RoundTripsEveryLength) {
  std::string data;
  for (int length = 0; length < 70; ++length) {
    const auto back = DecodeBech32(EncodeBech32("age", AsBytes(data)));
    ASSERT_THAT(back, IsOk()) << length;
    EXPECT_EQ(back->prefix, "age");
    EXPECT_EQ(back->data.ExposeText(), data);
    data.push_back(static_cast<char>(length * 37 + 11));
  }
}

// A checksum that holds over padding bits that are not zero: built, since no encoder writes it.
TEST(Bech32, RefusesPaddingBitsThatAreSet) {
  EXPECT_THAT(DecodeBech32("age1qp7w0pxn"), Fails(Code::kInvalidInput, "checksum"));
  // 'split' and 'a' prefixes: one leftover group (5 bits) and two with a set bit.
  constexpr std::string_view kCharset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const auto with_checksum = [&](std::string_view body) {
    // Finds the checksum by its own definition: six characters, searched linearly by symmetry.
    std::string text = "a1" + std::string(body) + "qqqqqq";
    std::uint32_t state = 1;
    const auto feed = [&](std::uint32_t v) {
      const std::uint32_t top = state >> 25U;
      state = (state & 0x1ffffffU) << 5U ^ v;
      const std::uint32_t g[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
      for (unsigned i = 0; i < 5; ++i) {
        if ((top >> i & 1U) != 0) state ^= g[i];
      }
    };
    feed('a' >> 5);
    feed(0);
    feed('a' & 31);
    for (const char c : text.substr(2)) feed(static_cast<std::uint32_t>(kCharset.find(c)));
    for (unsigned i = 0; i < 6; ++i) {
      text[text.size() - 6 + i] = kCharset[(state ^ 1U) >> (5 * (5 - i)) & 31U];
    }
    return text;
  };
  EXPECT_THAT(DecodeBech32(with_checksum("qq")), IsOk());
  EXPECT_THAT(DecodeBech32(with_checksum("qp")), Fails(Code::kInvalidInput, "non-zero padding"));
  EXPECT_THAT(DecodeBech32(with_checksum("q")), Fails(Code::kInvalidInput, "illegal zero padding"));
}

TEST(Bech32, NoticesEveryChangedCharacterOfAKey) {
  const std::string key(testing::kSecretKey1);
  for (std::size_t i = 0; i < key.size(); ++i) {
    for (const char c : {'Q', 'P', 'L', '1', 'B', ' '}) {
      std::string changed = key;
      if (changed[i] == c) continue;
      changed[i] = c;
      EXPECT_FALSE(DecodeBech32(changed)) << "position " << i;
    }
  }
}

}  // namespace
}  // namespace acd::age
