#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kManifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n";

class DirectoryTest : public RenderTest {};

TEST_F(DirectoryTest, DecryptsYamlAndJsonAndLeavesPlainFilesAlone) {
  Use("directory");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->renderer, "directory");
  EXPECT_EQ(out->files_decrypted, 3U);
  ASSERT_EQ(out->manifests.size(), 5U);
  EXPECT_THAT(out->manifests[0], HasSubstr("name: plain"));
  EXPECT_THAT(out->manifests[1], HasSubstr("password: canary-from-yaml"));
  EXPECT_THAT(out->manifests[2], HasSubstr("canary-from-json"));
  EXPECT_THAT(out->manifests[3], HasSubstr("canary-first"));
  EXPECT_THAT(out->manifests[4], HasSubstr("canary-second"));
  EXPECT_THAT(Text(out), Not(HasSubstr("skipped")));
  EXPECT_THAT(Text(out), Not(HasSubstr("sops")));
}

TEST_F(DirectoryTest, WritesNoPlaintextAnywhere) {
  Use("directory");
  ASSERT_THAT(Run(), IsOk());
  EXPECT_THAT(FilesWith(dir_.path(), "canary"), ::testing::IsEmpty());
}

TEST_F(DirectoryTest, EntersFoldersOnlyWhenAsked) {
  Use("directory");
  EXPECT_THAT(Text(Run()), Not(HasSubstr("canary-in-sub")));
  Set("recurse", "true");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  // Lexical order of the walk: "sub" comes between "skipped.yaml" and "two.yml".
  ASSERT_EQ(out->manifests.size(), 6U);
  EXPECT_THAT(out->manifests[3], HasSubstr("canary-in-sub"));
}

TEST_F(DirectoryTest, SelectsByIncludeAndExcludeAsArgoCdDoes) {
  Use("directory");
  Set("recurse", "true");
  Set("include", "{*.enc.yaml,two.*}");
  Set("exclude", "sub/*");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->manifests.size(), 3U);
}

TEST_F(DirectoryTest, RefusesATamperedFileNamingIt) {
  Write("a.yaml", kManifest);
  UseFile("broken/tampered.yaml", "secrets/b.yaml");
  request_.app_path = "secrets";
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kAuthFailed, "decrypt: secrets/b.yaml: "));
  EXPECT_THAT(Complaint(out), HasSubstr("MAC"));
  EXPECT_THAT(Complaint(out), Not(HasSubstr("canary")));
}

TEST_F(DirectoryTest, SaysOfWhichTypeAFileIsThatHasAnothersName) {
  UseFile("broken/stranger.yaml", "secret.json");
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kInvalidInput, "decrypt: secret.json: "));
  EXPECT_THAT(Complaint(out),
              HasSubstr("\nthis looks like a sops file of type yaml, but it was read "
                        "as json: end its name in .yaml"));
}

TEST_F(DirectoryTest, SaysWhichKeysAFileNeedsAndWhichWereTried) {
  UseFile("broken/stranger.yaml", "secret.yaml");
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kNoMatchingKey, "decrypt: secret.yaml: "));
  EXPECT_THAT(Complaint(out),
              HasSubstr("age1le9lf3r8jr63pl335qvzk9u7d659lradr8dy586tna8tm672mf7sgl3npf"));
}

TEST_F(DirectoryTest, FailsWithoutAnyKey) {
  Use("directory");
  keys_ = KeysFrom("");
  EXPECT_THAT(Run(), Fails(Code::kNoMatchingKey, "decrypt: secret.enc.yaml: "));
}

TEST_F(DirectoryTest, RefusesToDecryptForTheSourceHydrator) {
  Use("directory");
  request_.application.kube_version.clear();
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kInvalidInput, "source hydrator"));
  EXPECT_THAT(Complaint(out), HasSubstr("--allow-hydrator"));
  EXPECT_THAT(Complaint(out), HasSubstr("ARGOCD_DECRYPT_ALLOW_HYDRATOR"));
  settings_.allow_hydrator = true;
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(DirectoryTest, RendersPlainFilesForTheSourceHydrator) {
  Write("a.yaml", kManifest);
  request_.application.kube_version.clear();
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(DirectoryTest, RefusesCiphertextThatIsNoSopsFile) {
  Write("a.yaml",
        std::string(kManifest) + "data:\n  a: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\n");
  EXPECT_THAT(Run(),
              Fails(Code::kInvalidInput, "guard: a.yaml: ConfigMap/m: data.a: still encrypted"));
}

TEST_F(DirectoryTest, RefusesAnEmptyResultUnlessAllowed) {
  Write("values.yaml", "a: b\n");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "no manifest at all"));
  Set("allowEmpty", "true");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_TRUE(out->manifests.empty());
}

TEST_F(DirectoryTest, IgnoresUnrelatedYamlAsArgoCdDoes) {
  Write("a.yaml", kManifest);
  Write("values.yaml", "replicas: 2\n");
  Write("broken.yaml", "{{ template }}\n- x: [\n");
  Write("empty.yaml", "# nothing\n");
  Write("list.yaml", "- a\n- b\n");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->manifests.size(), 1U);
}

TEST_F(DirectoryTest, RefusesWhatLooksLikeAManifestButIsNone) {
  Write("a.yaml", "apiVersion: v1\nkind: [\nmetadata: x\n");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "guard: a.yaml: document 1"));
}

TEST_F(DirectoryTest, RefusesALaterDocumentWithoutKind) {
  Write("a.yaml", std::string(kManifest) + "---\npassword: canary\n");
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kInvalidInput, "guard: a.yaml: document 2: apiVersion"));
  EXPECT_THAT(Complaint(out), Not(HasSubstr("canary")));
}

TEST_F(DirectoryTest, TakesOneObjectFromAJsonFile) {
  Write("a.json", "{\"apiVersion\":\"v1\",\"kind\":\"X\",\"a\":\"\\ud83d\\ude00\"}\n");
  EXPECT_THAT(Run(), IsOk());
  Write("a.json", "{\"apiVersion\":\"v1\",\"kind\":\"X\"}{\"apiVersion\":\"v1\",\"kind\":\"X\"}");
  EXPECT_THAT(Run(),
              Fails(Code::kInvalidInput, "a.json: a .json file must hold exactly one object"));
}

TEST_F(DirectoryTest, RefusesBadSecretData) {
  Write("a.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {pw: canary!}\n");
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kInvalidInput, "Secret/s: data.pw: not base64"));
  EXPECT_THAT(Complaint(out), Not(HasSubstr("canary")));
}

TEST_F(DirectoryTest, ReadsUtf16) {
  std::string utf16 = "\xFF\xFE";
  for (const char c : std::string(kManifest)) {
    utf16 += c;
    utf16 += '\0';
  }
  Write("a.yaml", utf16);
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->manifests[0], kManifest);
}

TEST_F(DirectoryTest, FollowsSymlinksInsideTheRepositoryOnly) {
  Write("shared/a.yaml", kManifest);
  std::filesystem::create_directory(root_ + "/app");
  std::filesystem::create_symlink("../shared/a.yaml", root_ + "/app/a.yaml");
  std::filesystem::create_symlink("nowhere", root_ + "/app/dangling.yaml");
  request_.app_path = "app";
  EXPECT_THAT(Run(), IsOk());
  const std::string outside = dir_.Write("outside.yaml", kManifest);
  std::filesystem::create_symlink("../../outside.yaml", root_ + "/app/b.yaml");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "leaves the repository"));
}

TEST_F(DirectoryTest, BoundsAllManifestsTogether) {
  Write("a.yaml", std::string(kManifest) + "#" + std::string(1000, 'x'));
  Write("values.yaml", "a: b #" + std::string(1000, 'x'));
  settings_.max_directory_bytes = 2000;
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kLimitExceeded, "larger than 2000 bytes"));
  EXPECT_THAT(Complaint(out), HasSubstr("ARGOCD_DECRYPT_MAX_DIRECTORY_BYTES"));
  settings_.max_directory_bytes = 0;
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(DirectoryTest, TakesFilesOfAnyNameWhenAsked) {
  Write("a.yaml.sealed", kManifest);
  Write("b.json", "{\"apiVersion\":\"v1\",\"kind\":\"X\"}");
  Set("disableExtensionFilter", "true");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->manifests.size(), 2U);
}

TEST_F(DirectoryTest, KeepsJsonThatYamlCannotRead) {
  Write("a.yaml", "{\"apiVersion\":\"v1\",\"kind\":\"X\",\"a\":\"\\ud83d\\ude00\"}");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->manifests.size(), 1U);
}

TEST_F(DirectoryTest, RefusesAnApplicationPathOutside) {
  for (const char* path : {"../x", "/etc", "missing", "a.yaml"}) {
    Write("a.yaml", kManifest);
    request_.app_path = path;
    EXPECT_FALSE(Run().has_value()) << path;
  }
}

TEST_F(DirectoryTest, StopsWhenTheClientIsGone) {
  Use("directory");
  request_.budget.cancelled = [] { return true; };
  EXPECT_THAT(Run(), Fails(Code::kCancelled, ""));
}

TEST_F(DirectoryTest, TellsTheKeyServiceWhoAsks) {
  class Spy : public keys::KeyService {
   public:
    Result<SecretBytes> Unwrap(const keys::WrappedKey& key,
                               const keys::Requester& requester) override {
      seen = requester;
      (void)key;
      return Fail(Code::kNoMatchingKey, "none");
    }
    std::vector<std::string> PublicNames(const keys::Requester&) override { return {}; }
    keys::Requester seen;
  };
  auto spy = std::make_unique<Spy>();
  Spy& seen = *spy;
  keys_ = std::move(spy);
  Use("directory", "apps/one");
  request_.app_path = "apps/one";
  EXPECT_FALSE(Run().has_value());
  EXPECT_EQ(seen.seen.application, "argocd_demo");
  EXPECT_EQ(seen.seen.project, "team");
  EXPECT_EQ(seen.seen.repository, "https://git.example/repo");
  EXPECT_EQ(seen.seen.file, "apps/one/secret.enc.yaml");
  EXPECT_EQ(seen.seen.purpose, "manifest");
}

}  // namespace
}  // namespace acd::render
