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
