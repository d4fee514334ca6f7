#include "decrypt/keys/key_ring.h"

#include <string>

#include "tests/decrypt/keys/fake_programs.h"
#include "tests/decrypt/keys/temp_dir.h"
#include "tests/support/matchers.h"

namespace acd::keys {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using ::testing::ElementsAre;
using testing::FakePrograms;
using ::testing::HasSubstr;
using testing::TempDir;

KeyRing Ring(const std::string& allowlist, const std::string& fallback = "all") {
  return KeyRing(KeySources{}, std::make_shared<KeyTools>(),
                 VaultAllowlist::Parse(allowlist, fallback), Limits{});
}

TEST(KeyRing, RefusesCloudKeysByName) {
  KeyRing ring = Ring("");
  using Type = WrappedKey::Type;
  for (const Type type :
       {Type::kAwsKms, Type::kGcpKms, Type::kAzureKv, Type::kHcVault, Type::kHuaweiKms}) {
    EXPECT_THAT(ring.Unwrap({type, "https://v/v1/e/keys/n", "x"}, {}),
                Fails(Code::kUnsupported,
                      std::string("keys of type ") + TypeName(type) + " are not supported"));
  }
}

TEST(KeyRing, RefusesVaultServersThatAreNotAllowed) {
  const WrappedKey key{WrappedKey::Type::kHcVault, "https://vault.example.org/v1/transit/keys/k",
                       "x"};
  const auto outcome = [&](const std::string& list, const std::string& fallback = "all") {
    KeyRing ring = Ring(list, fallback);
    return ring.Unwrap(key, {}).error();
  };
  EXPECT_EQ(outcome("").code, Code::kUnsupported);
  EXPECT_EQ(outcome("all", "none").code, Code::kUnsupported);
  EXPECT_EQ(outcome("https://other, https://vault.example.org").code, Code::kUnsupported);
  EXPECT_EQ(outcome("", "none").message, "Allowlist does not allow https://vault.example.org");
  EXPECT_EQ(outcome("https://vault.example").code, Code::kInvalidInput) << "a whole component";
  EXPECT_THAT(outcome("https://a,,b").message, HasSubstr("entry 2 is empty"));
}

TEST(KeyRing, NamesPluginsThatAreNotAllowedOrNotThere) {
  // AGE-PLUGIN-TEST-1, without data.
  const TempDir dir;
  auto programs = std::make_shared<FakePrograms>();
  auto tools = std::make_shared<KeyTools>();
  tools->programs = programs;
  tools->path = "/bin";
  KeySources sources;
  sources.folder = dir.Path("age");
  dir.Write("age/k", "# a plugin\nAGE-PLUGIN-TEST-10Q32NLXM\n");
  KeyRing ring(std::move(sources), tools, VaultAllowlist::Parse("", "all"), Limits{});
  const KeyState state = ring.State();
  EXPECT_FALSE(state.has_key);
  ASSERT_EQ(state.problems.size(), 1U);
  EXPECT_THAT(state.problems[0], HasSubstr("age/k: line 2: "));
}

TEST(KeyRing, SaysThatGpgIsMissing) {
  auto tools = std::make_shared<KeyTools>();
  tools->programs = std::make_shared<FakePrograms>();
  tools->path = "/bin";
  tools->for_user = true;
  KeyRing ring(KeySources{}, tools, VaultAllowlist::Parse("", "all"), Limits{});
  const auto failed = ring.Unwrap({WrappedKey::Type::kPgp, "FP", "x"}, {});
  EXPECT_THAT(failed, Fails(Code::kNotFound, "could not decrypt data key with PGP key: gpg"));
  EXPECT_THAT(failed.error().hint, HasSubstr("apt install gpg gpg-agent"));
}

TEST(KeyRing, HasTheUsersOwnGpgOpenAKey) {
  auto programs = std::make_shared<FakePrograms>();
  programs->installed = {"gpg"};
  auto tools = std::make_shared<KeyTools>();
  tools->programs = programs;
  tools->for_user = true;
  tools->environment = {{"GNUPGHOME", "/g"}};
  std::string err = "gpg: decryption failed: \x1b[31mNo secret key\n";
  programs->run = [&](const Program& program) -> Result<ProgramEnd> {
    EXPECT_THAT(program.args, ElementsAre("--batch", "--no-tty", "-d"));
    EXPECT_EQ(program.environment.at("GNUPGHOME"), "/g");
    EXPECT_EQ(AsText(program.input), "message");
    if (!err.empty()) return ProgramEnd{2, {}, err};
    return ProgramEnd{0, SecretBytes::CopyOf("0123456789abcdef"), {}};
  };
  KeyRing ring(KeySources{}, tools, VaultAllowlist::Parse("", "all"), Limits{});
  const WrappedKey key{WrappedKey::Type::kPgp, "FP", "message"};
  EXPECT_THAT(ring.Unwrap(key, {}),
              Fails(Code::kNoMatchingKey,
                    "could not decrypt data key with PGP key: GnuPG binary error: failed to "
                    "decrypt sops data key with pgp: gpg: decryption failed: ?[31mNo secret key"));
  err.clear();
  EXPECT_THAT(ring.Unwrap(key, {}), IsOk());
}

}  // namespace
}  // namespace acd::keys
