#include "decrypt/age/plugin.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/age/age.h"
#include "decrypt/age/identity_file.h"
#include "decrypt/age/plugin_wire.h"
#include "decrypt/age/stanza.h"
#include "decrypt/base/encoding.h"
#include "tests/decrypt/age/fixtures.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kIdentity = "AGE-PLUGIN-TEST-1WDJKXUN9WSKK7E3DW35X2TTSD36KW6TWNNRRJ7";
constexpr std::string_view kOther = "AGE-PLUGIN-TEST-1V9HX7ARGV4EQVA9LH4";

std::string Message(std::string_view words, std::string_view body = "") {
  SecretBytes out;
  AppendStanza(words, AsBytes(body), out);
  return std::string(out.ExposeText());
}

/// Says its script, a byte or all at a time, whatever it is told, and records that.
class FakeChannel : public PluginChannel {
 public:
  FakeChannel(std::string script, std::size_t piece, std::string* heard)
      : script_(std::move(script)), piece_(piece), heard_(heard) {}

  Status Write(std::span<const std::uint8_t> bytes) override {
    heard_->append(AsText(bytes));
    return {};
  }
  Result<std::size_t> Read(std::span<std::uint8_t> buffer) override {
    const std::size_t size = std::min({buffer.size(), piece_, script_.size() - said_});
    std::copy_n(script_.begin() + static_cast<std::ptrdiff_t>(said_), size, buffer.begin());
    said_ += size;
    return size;
  }

 private:
  std::string script_;
  std::size_t piece_;
  std::string* heard_;
  std::size_t said_ = 0;
};

class FakeLauncher : public PluginLauncher {
 public:
  explicit FakeLauncher(std::string script, std::size_t piece = 1 << 20)
      : script_(std::move(script)), piece_(piece) {}

  Result<std::unique_ptr<PluginChannel>> Start(const std::string& name, const std::string& machine,
                                               const Check& check) const override {
    ACD_CHECK(StillWanted(check));
    started_.push_back(name + " " + machine);
    heard_.clear();
    return std::unique_ptr<PluginChannel>(std::make_unique<FakeChannel>(script_, piece_, &heard_));
  }

  mutable std::vector<std::string> started_;
  mutable std::string heard_;

 private:
  std::string script_;
  std::size_t piece_;
};

class NoLauncher : public PluginLauncher {
 public:
  Result<std::unique_ptr<PluginChannel>> Start(const std::string& name, const std::string&,
                                               const Check&) const override {
    return Fail(Code::kNotFound, "age-plugin-" + name + " is not on the PATH");
  }
};

class FakeResponder : public PluginResponder {
 public:
  bool Show(const std::string& plugin, std::string_view message) const override {
    seen_.push_back(plugin + " msg " + std::string(message));
    return true;
  }
  std::optional<SecretBytes> Ask(const std::string& plugin, std::string_view prompt,
                                 bool secret) const override {
    seen_.push_back(plugin + (secret ? " secret " : " public ") + std::string(prompt));
    if (prompt == "no answer") return std::nullopt;
    return SecretBytes::CopyOf("1234");
  }
  std::optional<bool> Confirm(const std::string& plugin, std::string_view prompt,
                              std::string_view yes, std::string_view no) const override {
    seen_.push_back(plugin + " confirm " + std::string(prompt) + "/" + std::string(yes) + "/" +
                    std::string(no));
    return no.empty();
  }
  mutable std::vector<std::string> seen_;
};

const std::string kFileKey = "0123456789abcdef";

/// A file whose only recipient is of type "test" and whose file key is kFileKey.
std::string TestFile() {
  std::string header = "age-encryption.org/v1\n" + Message("test arg1 arg2", "the body") + "---";
  const FileKey file_key{SecretBytes::CopyOf(kFileKey)};
  const SecretBytes mac_key = HkdfSha256(file_key.bytes.Expose(), {}, "header");
  const SecretBytes mac = HmacSha256(mac_key.Expose(), AsBytes(header));
  const std::string nonce(16, 'n');
  return header + " " + EncodeBase64Unpadded(mac.Expose()) + "\n" + nonce +
         testing::SealChunk(file_key, nonce, 0, true, "hello");
}

struct Session {
  Result<SecretBytes> text;
  std::string heard;
};

Session Play(const std::string& script, std::size_t piece = 1 << 20,
             std::shared_ptr<const PluginResponder> responder = nullptr) {
  const auto launcher = std::make_shared<FakeLauncher>(script, piece);
  Identities identities;
  identities.Add(PluginIdentity::Parse(kIdentity, launcher, std::move(responder)).value());
  auto text = Decrypt(AsBytes(TestFile()), identities, Limits{});
  EXPECT_THAT(launcher->started_, ElementsAre("test identity-v1"));
  return {std::move(text), launcher->heard_};
}

const std::string kOpening = "-> add-identity " + std::string(kIdentity) +
                             "\n\n-> recipient-stanza 0 test arg1 arg2\ndGhlIGJvZHk\n-> done\n\n";

TEST(AgePlugin, IsNotStartedForAnAnswerThatNobodyWants) {
  const auto launcher = std::make_shared<FakeLauncher>("");
  Identities identities;
  identities.Add(PluginIdentity::Parse(kIdentity, launcher).value());
  for (int asked_before : {0, 1}) {
    const auto check = [&] {
      return asked_before-- > 0 ? Status() : Fail(Code::kCancelled, "the client has gone");
    };
    EXPECT_THAT(Decrypt(AsBytes(TestFile()), identities, Limits{}, Encoding::kDetect, check),
                Fails(Code::kCancelled, "the client has gone"));
  }
  EXPECT_THAT(launcher->started_, ElementsAre());
}

TEST(AgePlugin, OpensWithTheFileKeyOfThePlugin) {
  const std::string script = Message("file-key 0", kFileKey) + Message("done");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    const Session session = Play(script, piece);
    ASSERT_THAT(session.text, IsOk());
    EXPECT_EQ(session.text->ExposeText(), "hello");
    EXPECT_EQ(session.heard, kOpening + Message("ok"));
  }
}

TEST(AgePlugin, ChecksTheMacOfTheHeaderAllTheSame) {
  EXPECT_THAT(Play(Message("file-key 0", "fedcba9876543210") + Message("done")).text,
              Fails(Code::kAuthFailed, "bad header MAC"));
}

TEST(AgePlugin, DoesNotMatchWhenThePluginIsDoneWithoutAKey) {
  EXPECT_THAT(Play(Message("done")).text, Fails(Code::kNoMatchingKey, "did not match"));
}

TEST(AgePlugin, AnswersQuestionsWithFailIfNobodyCanBeAsked) {
  const std::string script = Message("msg", "touch it") + Message("request-secret", "PIN?") +
                             Message("request-public", "name?") + Message("confirm eWVz bm8", "?") +
                             Message("grease-123 a b", "x") + Message("file-key 0", kFileKey) +
                             Message("done");
  const Session session = Play(script);
  EXPECT_THAT(session.text, IsOk());
  std::string answers;
  for (int i = 0; i < 4; ++i) answers += Message("fail");
  EXPECT_EQ(session.heard, kOpening + answers + Message("unsupported") + Message("ok"));
}

TEST(AgePlugin, AnswersQuestionsThroughAResponder) {
  const auto responder = std::make_shared<FakeResponder>();
  const std::string script = Message("msg", "touch it") + Message("request-secret", "PIN?") +
                             Message("request-public", "no answer") +
                             Message("confirm eWVz", "sure?") + Message("confirm eWVz bm8", "?") +
                             Message("done");
  const Session session = Play(script, 1000, responder);
  EXPECT_THAT(responder->seen_,
              ElementsAre("test msg touch it", "test secret PIN?", "test public no answer",
                          "test confirm sure?/yes/", "test confirm ?/yes/no"));
  EXPECT_EQ(session.heard, kOpening + Message("ok") + Message("ok", "1234") + Message("fail") +
                               Message("ok yes") + Message("ok no"));
}

TEST(AgePlugin, ReportsErrorsWithoutTheIdentity) {
  const std::string said = "cannot use " + std::string(kIdentity) + ":\n\x1b[31mno device.";
  const Session session = Play(Message("error identity 0", said));
  EXPECT_THAT(session.text, Fails(Code::kToolFailed, "plugin test: cannot use (the identity):"));
  EXPECT_THAT(session.text.error().message, Not(HasSubstr("\x1b")));
  EXPECT_EQ(session.heard, kOpening + Message("ok"));
  const Session longer = Play(Message("error internal", std::string(2000, 'x')));
  EXPECT_LT(longer.text.error().message.size(), 500U);
}

TEST(AgePlugin, RefusesWhatBreaksTheProtocol) {
  const std::string key = Message("file-key 0", kFileKey);
  for (const std::string& script :
       {std::string(), std::string("hello\n"), key, std::string("-> msg\n"), std::string("-> \n\n"),
        std::string("-> file-key 0\n!\n"), key + key + Message("done"),
        Message("file-key 1", kFileKey), Message("file-key", kFileKey),
        Message("file-key 0 0", kFileKey), Message("file-key 0", "short"),
        Message("file-key 0", kFileKey + "x"), Message("confirm", "?"),
        Message("confirm a b c", "?"), Message("confirm !", "?")}) {
    EXPECT_THAT(Play(script).text, Fails(Code::kToolFailed, "plugin test: it ")) << script;
  }
}

TEST(AgePlugin, BoundsWhatAPluginSays) {
  std::string script;
  for (std::size_t i = 0; i + 1 < kMaxPluginMessages; ++i) script += Message("x");
  EXPECT_THAT(Play(script + Message("done")).text, Fails(Code::kNoMatchingKey, "did not match"));
  EXPECT_THAT(Play(script + Message("x") + Message("done")).text,
              Fails(Code::kLimitExceeded, "plugin test: it sends more than 1000 messages"));
  EXPECT_THAT(Play("-> " + std::string(2 * kMaxPluginBytes, 'x')).text,
              Fails(Code::kLimitExceeded, "plugin test: it says more than"));
}

TEST(AgePlugin, IsKnownByItsNameOnly) {
  const auto launcher = std::make_shared<FakeLauncher>("");
  const auto one = PluginIdentity::Parse(kIdentity, launcher).value();
  const auto two = PluginIdentity::Parse(kOther, launcher).value();
  EXPECT_EQ(one->PublicName(), "plugin test");
  EXPECT_EQ(two->PublicName(), "plugin test");
  Identities both;
  both.Add(one);
  both.Add(two);
  both.Add(one);
  EXPECT_EQ(both.size(), 2U);
}

TEST(AgePlugin, RefusesMalformedIdentities) {
  for (const std::string_view text :
       {"AGE-PLUGIN-A/B-10QCSQHT3", "AGE-PLUGIN-TEST-1V9HX7ARGV4EQVA9LH5", "AGE-PLUGIN-1QQQQ",
        "AGE-PLUGIN-TEST", ""}) {
    EXPECT_THAT(PluginNameOf(text), Fails(Code::kInvalidInput, "malformed plugin identity: "));
  }
  EXPECT_THAT(PluginNameOf(testing::kSecretKey1), Fails(Code::kInvalidInput, "unknown type"));
  EXPECT_EQ(PluginNameOf(kIdentity).value(), "test");
}

TEST(AgePlugin, IsTriedLastAndItsTroubleDoesNotHideAnotherKey) {
  const auto launcher = std::make_shared<FakeLauncher>("");
  IdentityOptions options;
  options.plugins = launcher;
  const auto parsed =
      ParseIdentityFile(std::string(kIdentity) + "\n" + std::string(testing::kSecretKey1) + "\n",
                        KeyLayout::kOnePerLine, options);
  EXPECT_THAT(Decrypt(AsBytes(testing::BinaryFile()), parsed.identities, Limits{}), IsOk());
  EXPECT_TRUE(launcher->started_.empty());

  Identities two;
  two.Add(PluginIdentity::Parse(kOther, std::make_shared<NoLauncher>()).value());
  EXPECT_THAT(Decrypt(AsBytes(TestFile()), two, Limits{}),
              Fails(Code::kNotFound, "plugin test: age-plugin-test is not on the PATH"));
  const std::string script = Message("file-key 0", kFileKey) + Message("done");
  two.Add(PluginIdentity::Parse(kIdentity, std::make_shared<FakeLauncher>(script)).value());
  EXPECT_THAT(Decrypt(AsBytes(TestFile()), two, Limits{}), IsOk());
}

}  // namespace
}  // namespace acd::age
