#include "decrypt/base/secret_bytes.h"

#include <gtest/gtest.h>

#include <concepts>
#include <ranges>
#include <sstream>
#include <string>
#include <type_traits>

namespace acd {
namespace {

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

// Nothing that prints, compares or copies by accident.
static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);
static_assert(!Streamable<SecretBytes>);
static_assert(!std::equality_comparable<SecretBytes>);
static_assert(!std::ranges::range<SecretBytes>);

TEST(SecretBytes, AppendsItsOwnBytes) {
  SecretBytes secret = SecretBytes::CopyOf("abc");
  secret.Append(secret.Expose());
  EXPECT_EQ(secret.ExposeText(), "abcabc");
}

TEST(SecretBytes, GrowsShrinksAndZeroFills) {
  SecretBytes secret = SecretBytes::CopyOf("abc");
  secret.Resize(1);
  secret.Resize(3);
  EXPECT_EQ(secret.ExposeText(), std::string_view("a\0\0", 3));
}

TEST(SecretBytes, ShrinkingWipesWhatIsCutOff) {
  SecretBytes secret = SecretBytes::CopyOf("canary");
  const auto* bytes = secret.Expose().data();
  secret.Resize(2);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(bytes), 6),
            std::string_view("ca\0\0\0\0", 6));
}

TEST(SecretBytes, MovedFromIsEmpty) {
  SecretBytes secret = SecretBytes::CopyOf("abc");
  SecretBytes other = std::move(secret);
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): the contract under test
  EXPECT_EQ(other.ExposeText(), "abc");
  EXPECT_EQ(other.Clone().ExposeText(), "abc");
}

// As in a std::string: what scans the bytes needs no other end.
TEST(SecretBytes, ANulFollows) {
  const auto follows = [](const SecretBytes& bytes) {
    return bytes.Expose().data()[bytes.size()] == 0;
  };
  SecretBytes secret = SecretBytes::CopyOf("abc");
  EXPECT_TRUE(follows(secret));
  for (int i = 0; i < 100; ++i) {
    secret.Append('x');
    ASSERT_TRUE(follows(secret));
  }
  secret.Resize(7);
  EXPECT_TRUE(follows(secret));
  secret.Resize(300);
  EXPECT_TRUE(follows(secret));
  secret.Reserve(1000);
  EXPECT_TRUE(follows(secret));
  EXPECT_TRUE(follows(SecretBytes::Undefined(5)));
  EXPECT_TRUE(follows(secret.Clone()));
}

TEST(SecretBytes, AViewIsCopiedBeforeItIsChanged) {
  const std::string text = "canary";
  const auto view = [&] { return SecretBytes::Borrow(text); };
  EXPECT_EQ(view().Expose().data(), AsBytes(text).data());

  SecretBytes appended = view();
  appended.Append("!");
  EXPECT_EQ(appended.ExposeText(), "canary!");
  SecretBytes cut = view();
  cut.Resize(2);
  EXPECT_EQ(cut.ExposeText(), "ca");
  cut.Append('t');
  EXPECT_EQ(cut.ExposeText(), "cat");
  SecretBytes grown = view();
  grown.Resize(7);
  EXPECT_EQ(grown.ExposeText(), std::string_view("canary\0", 7));
  SecretBytes roomy = view();
  roomy.Reserve(2);
  EXPECT_EQ(roomy.ExposeText(), "canary");
  SecretBytes written = view();
  written.ExposeMutable()[0] = 'C';
  EXPECT_EQ(written.ExposeText(), "Canary");
  EXPECT_NE(view().Clone().Expose().data(), AsBytes(text).data());
  EXPECT_FALSE(view().Owned().is_borrowed());
  EXPECT_EQ(text, "canary");
}

TEST(SecretBytes, GoogleTestPrintsOnlyTheSize) {
  EXPECT_EQ(::testing::PrintToString(SecretBytes::CopyOf("canary")), "SecretBytes(6 bytes)");
}

TEST(SecretBytes, ComparesInConstantTimeBySizeAndBytes) {
  EXPECT_TRUE(ConstantTimeEquals(SecretBytes::CopyOf("abc"), SecretBytes::CopyOf("abc")));
  EXPECT_FALSE(ConstantTimeEquals(SecretBytes::CopyOf("abc"), SecretBytes::CopyOf("abd")));
  EXPECT_FALSE(ConstantTimeEquals(SecretBytes::CopyOf("abc"), SecretBytes::CopyOf("ab")));
  EXPECT_TRUE(ConstantTimeEquals(SecretBytes(), SecretBytes()));
}

}  // namespace
}  // namespace acd
