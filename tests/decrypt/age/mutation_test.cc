// What was changed or cut must be refused, for each type of recipient and both ways to decrypt.

#include <algorithm>
#include <string>
#include <utility>

#include "decrypt/age/age.h"
#include "decrypt/age/decryptor.h"
#include "decrypt/age/hybrid.h"
#include "decrypt/age/identity_file.h"
#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/age/samples.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using testing::kPlaintext;
using testing::Sample;

Identities KeysFor(const std::string& name) {
  if (name == "scrypt.age")
    return testing::Passphrase(testing::kPassphrase, {.max_work_factor = 8});
  if (name == "ssh_ed25519.age" || name == "mixed.age") return testing::SshKey("ssh_ed25519");
  if (name == "ssh_rsa.age") return testing::SshKey("ssh_rsa");
  return ParseIdentityFile(Sample("hybrid.txt"), KeyLayout::kOnePerLine).identities;
}

Result<SecretBytes> OpenStream(std::string_view file, const Identities& identities) {
  SecretBytes out;
  const auto read = [&](std::span<std::uint8_t> to) -> Result<std::size_t> {
    const std::size_t size = std::min(to.size(), file.size());
    std::copy_n(file.begin(), size, to.begin());
    file.remove_prefix(size);
    return size;
  };
  const auto write = [&](std::span<const std::uint8_t> bytes) -> Status {
    out.Append(bytes);
    return {};
  };
  ACD_CHECK(DecryptStream(read, write, identities, Limits{}));
  return out;
}

class AgeMutation : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (keys_.empty()) GTEST_SKIP() << "OpenSSL has no ML-KEM-768";
  }
  // Opened, in any way?
  bool Opens(const std::string& file) const {
    const auto whole = Decrypt(AsBytes(file), keys_, Limits{});
    const auto stream = OpenStream(file, keys_);
    EXPECT_EQ(whole.has_value(), stream.has_value());
    if (!whole && !stream) {
      EXPECT_EQ(whole.error().message, stream.error().message);
    }
    return whole.has_value() || stream.has_value();
  }

  const std::string file_ = Sample(GetParam());
  const Identities keys_ = KeysFor(GetParam());
};

TEST_P(AgeMutation, IsUnchangedAtFirst) {
  const auto text = Decrypt(AsBytes(file_), keys_, Limits{});
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_EQ(text->ExposeText(), kPlaintext);
  EXPECT_TRUE(Opens(file_));
}

TEST_P(AgeMutation, NoticesEveryFlippedBit) {
  for (std::size_t bit = 0; bit < file_.size() * 8; ++bit) {
    std::string changed = file_;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Opens(changed)) << "bit " << bit;
  }
}

TEST_P(AgeMutation, NoticesEveryTruncationAndExtension) {
  for (std::size_t size = 0; size < file_.size(); ++size) {
    EXPECT_FALSE(Opens(file_.substr(0, size))) << size;
  }
  EXPECT_FALSE(Opens(file_ + "x"));
}

std::string TestName(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  return name.substr(0, name.find('.'));
}

INSTANTIATE_TEST_SUITE_P(Files, AgeMutation,
                         ::testing::Values("scrypt.age", "ssh_ed25519.age", "ssh_rsa.age",
                                           "hybrid.age", "mixed.age"),
                         TestName);

}  // namespace
}  // namespace acd::age
