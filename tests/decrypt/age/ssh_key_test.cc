#include "decrypt/age/ssh_key.h"

#include <string>

#include "decrypt/age/age.h"
#include "decrypt/age/pem.h"
#include "decrypt/base/encoding.h"
#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/age/samples.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using ::testing::HasSubstr;
using testing::kPlaintext;
using ::testing::Not;
using testing::Sample;
using testing::SampleLine;
using testing::SshKey;

// "TYPE BASE64" of a .pub file, whose comment is not part of the name.
std::string PublicName(const std::string& file) {
  const std::string line = SampleLine(file);
  return line.substr(0, line.find(' ', line.find(' ') + 1));
}

Result<SecretBytes> Open(const std::string& file, const Identities& identities) {
  return Decrypt(AsBytes(file), identities, Limits{});
}

TEST(AgeSshKey, OpensWhatAgeEncryptedForIt) {
  for (const std::string type : {"ssh_ed25519", "ssh_rsa"}) {
    const auto identities = SshKey(type);
    EXPECT_EQ(identities.PublicNames().front(), PublicName(type + ".pub"));
    for (const std::string& file : {type + ".age", std::string("mixed.age")}) {
      const auto text = Open(Sample(file), identities);
      ASSERT_THAT(text, IsOk()) << file;
      EXPECT_EQ(text->ExposeText(), kPlaintext);
    }
  }
}

TEST(AgeSshKey, ReadsRsaInEveryForm) {
  for (const std::string name : {"ssh_rsa_pkcs1.pem", "ssh_rsa_pkcs8.pem"}) {
    const auto identities = SshKey(name);
    EXPECT_EQ(identities.PublicNames().front(), PublicName("ssh_rsa.pub")) << name;
    EXPECT_THAT(Open(Sample("ssh_rsa.age"), identities), IsOk()) << name;
  }
}

TEST(AgeSshKey, ReadsEd25519OfPkcs8) {
  EXPECT_THAT(SshKey("ed25519_pkcs8.pem").PublicNames().front(), HasSubstr("ssh-ed25519 AAAA"));
}

TEST(AgeSshKey, IgnoresWhatStandsAroundTheBlock) {
  const std::string key = Sample("ssh_ed25519");
  EXPECT_THAT(ParseSshPrivateKey("a comment\n\n" + key + "\nmore\n"), IsOk());
  std::string crlf;
  for (const char c : key) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_THAT(ParseSshPrivateKey(crlf), IsOk());
}

// As age, which reads them with Go's encoding/pem.
TEST(AgeSshKey, DoesNotMindBlanks) {
  for (const std::string name : {"ssh_ed25519", "ssh_rsa_pkcs1.pem", "ssh_rsa_pkcs8.pem"}) {
    const std::string key = Sample(name);
    const std::size_t body = key.find('\n') + 1;
    const auto with = [&](std::size_t at, std::string_view text) {
      return key.substr(0, at).append(text) + key.substr(at);
    };
    std::string blanks;
    for (const char c : key) blanks += c == '\n' ? std::string(" \t\n") : std::string(1, c);
    for (const std::string& text :
         {with(body, "\n"), with(body + 65, "\n\n"), with(body + 10, " "), blanks,
          with(body, "Comment: x\n\n"), with(body, "Comment: x\n"), key.substr(0, key.size() - 1),
          "-----BEGIN OTHER-----\n" + key}) {
      EXPECT_THAT(ParseSshPrivateKey(text), IsOk()) << name << "\n" << text.substr(0, 200);
    }
    EXPECT_THAT(ParseSshPrivateKey(with(key.find("-----END ") + 9, "NO ")), Not(IsOk()));
    EXPECT_THAT(ParseSshPrivateKey(with(body, "*\n")), Not(IsOk()));
  }
}

TEST(AgeSshKey, SaysHowToTakeThePassphraseOff) {
  for (const std::string name :
       {"ssh_ed25519_protected", "ssh_rsa_protected.pem", "pkcs8_protected.pem"}) {
    const auto key = ParseSshPrivateKey(Sample(name));
    EXPECT_THAT(key, Fails(Code::kUnsupported, "protected by a passphrase")) << name;
    EXPECT_THAT(key.error().hint, HasSubstr("ssh-keygen -p"));
  }
}

TEST(AgeSshKey, NamesTheKindsThatAgeDoesNotTake) {
  EXPECT_THAT(ParseSshPrivateKey(Sample("ssh_ecdsa")),
              Fails(Code::kUnsupported, "ecdsa-sha2-nistp256: age takes"));
  EXPECT_THAT(ParseSshPrivateKey(Sample("ssh_rsa_1024")), Fails(Code::kUnsupported, "1024 bits"));
}

TEST(AgeSshKey, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("ssh-ed25519 AAAA"), SampleLine("ssh_rsa.pub"),
        std::string("-----BEGIN OPENSSH PRIVATE KEY-----\n"),
        std::string("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"
                    "-----END OPENSSH PRIVATE KEY-----\n"),
        std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n"),
        std::string("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")}) {
    EXPECT_THAT(ParseSshPrivateKey(text), Fails(Code::kInvalidInput, "malformed SSH private key: "))
        << text;
  }
}

TEST(AgeSshKey, BoundsItsSize) {
  const std::string key = Sample("ssh_ed25519");
  EXPECT_THAT(ParseSshPrivateKey(key + std::string(kMaxSshKeyBytes - key.size(), '\n')), IsOk());
  EXPECT_THAT(ParseSshPrivateKey(key + std::string(kMaxSshKeyBytes - key.size() + 1, '\n')),
              Fails(Code::kLimitExceeded, "more than 16384"));
}

std::string Wrap(std::string_view data) {
  return "-----BEGIN OPENSSH PRIVATE KEY-----\n" +
         std::string(EncodeBase64(AsBytes(data)).ExposeText()) +
         "\n-----END OPENSSH PRIVATE KEY-----\n";
}

// A damaged key must be refused, or be the key: the comment and the unused copy of the public key
// are free to change. It must never be another key, nor a crash.
TEST(AgeSshKey, IsNeverAnotherKeyWhenDamaged) {
  for (const std::string name : {"ssh_ed25519", "ssh_rsa"}) {
    const auto block = ReadPem(Sample(name));
    ASSERT_TRUE(block);
    const std::string data(block->data.ExposeText());
    const std::string public_name = PublicName(name + ".pub");
    for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
      std::string changed = data;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      const auto key = ParseSshPrivateKey(Wrap(changed));
      if (key) {
        EXPECT_EQ((*key)->PublicName(), public_name) << name << " bit " << bit;
      }
    }
    for (std::size_t size = 0; size < data.size(); ++size) {
      const auto key = ParseSshPrivateKey(Wrap(data.substr(0, size)));
      if (key) {
        EXPECT_EQ((*key)->PublicName(), public_name) << name << " size " << size;
      }
    }
  }
}

// ssh_ed25519.age or ssh_rsa.age with another opening line of its stanza.
std::string WithLine(const std::string& name, const std::string& line) {
  std::string file = Sample(name);
  const std::size_t start = file.find("-> ");
  file.replace(start, file.find('\n', start) - start, line);
  return file;
}

TEST(AgeSshKey, RefusesMalformedStanzas) {
  const std::string ed = Sample("ssh_ed25519.age");
  const std::string tag = ed.substr(ed.find("ssh-ed25519 ") + 12, 6);
  const std::string zeros(43, 'A');
  for (const std::string& line :
       {std::string("-> ssh-ed25519"), "-> ssh-ed25519 " + tag, "-> ssh-ed25519 " + tag + " AAAA",
        "-> ssh-ed25519 " + tag + " " + zeros + "=", "-> ssh-ed25519 " + tag + " " + zeros + " x",
        "-> ssh-ed25519 " + tag + " " + zeros}) {
    EXPECT_THAT(Open(WithLine("ssh_ed25519.age", line), SshKey("ssh_ed25519")),
                Fails(Code::kInvalidInput, "header: invalid ssh-ed25519 recipient: "))
        << line;
  }
  for (const std::string line : {"-> ssh-rsa", "-> ssh-rsa AAAAAA x"}) {
    EXPECT_THAT(Open(WithLine("ssh_rsa.age", line), SshKey("ssh_rsa")),
                Fails(Code::kInvalidInput, "header: invalid ssh-rsa recipient: "));
  }
  EXPECT_THAT(Open(WithLine("ssh_rsa.age", "-> ssh-rsa AAAAAA"), SshKey("ssh_rsa")),
              Fails(Code::kNoMatchingKey, "did not match"));
}

TEST(AgeSshKey, IsTriedAfterNativeKeys) {
  // The SSH stanza is damaged, which is an error, but the native key opens the file first.
  std::string file = Sample("ssh_ed25519.age");
  const std::size_t line = file.find('\n', file.find("-> ")) + 1;
  file[line] = file[line] == 'A' ? 'B' : 'A';
  Identities both = SshKey("ssh_ed25519");
  both.Add(testing::Key(testing::kSecretKey1));
  EXPECT_THAT(Open(file, both), Fails(Code::kInvalidInput, "failed to decrypt the file key"));
  EXPECT_FALSE(both.all().front()->IsNative());
}

}  // namespace
}  // namespace acd::age
