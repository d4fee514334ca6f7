// `render` and `diff` as programs, on plain folders; tests/interop/preview has keys, tools and git.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/plugin/commands/program.h"
#include "tests/plugin/workspace/test_folder.h"

namespace acd::commands {
namespace {

using testing::Finished;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::RunProgram;
using workspace::testing::TestFolder;

struct Place {
  TestFolder folder;
  std::vector<std::string> environment{"HOME=" + (folder / "home"),
                                       "ARGOCD_CMP_WORKDIR=" + (folder / "work"),
                                       "ARGOCD_DECRYPT_ALLOW_DISK_WORKDIR=true"};

  Place() {
    std::filesystem::create_directory(folder / "work");
    folder.Write("app/config.yaml",
                 "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata: {a: b}\n");
    folder.Write("app/secret.yaml",
                 "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter22}\n");
    folder.Write("other/secret.yaml",
                 "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter23}\n");
  }
  Finished Run(const std::vector<std::string>& args) const {
    return RunProgram(args, environment, folder / "");
  }
};

TEST(Render, MasksSecretsUnlessTold) {
  const Place place;
  const Finished masked = place.Run({"render", "app"});
  EXPECT_EQ(masked.exit_code, 0) << masked.err;
  EXPECT_THAT(masked.out, HasSubstr("data:\n  a: b\n---\n"));
  EXPECT_THAT(masked.out, HasSubstr("stringData:\n  a: hmac:"));
  EXPECT_THAT(masked.out, Not(HasSubstr("hunter")));
  EXPECT_THAT(masked.err, HasSubstr("directory: 2 manifests, 0 files decrypted; "));
  EXPECT_THAT(place.Run({"render", "app", "--reveal"}).out, HasSubstr("hunter22"));
  EXPECT_EQ(place.Run({"render", "app"}).out, masked.out);
}

TEST(Diff, HasAnExitStatusForEachOutcome) {
  const Place place;
  EXPECT_EQ(place.Run({"diff", "app", "--against", "./app"}).exit_code, 0);
  const Finished differs = place.Run({"diff", "app", "--against", "./other"});
  EXPECT_EQ(differs.exit_code, 1) << differs.err;
  EXPECT_THAT(differs.out, HasSubstr("-  a: hmac:"));
  EXPECT_THAT(differs.out, Not(HasSubstr("hunter")));
  EXPECT_EQ(place.Run({"diff", "app", "--against", "./other", "--exit-zero"}).exit_code, 0);
  EXPECT_EQ(place.Run({"diff", "app", "--no-such-flag"}).exit_code, 2);
  const Finished failed = place.Run({"diff", "none", "--against", "./other"});
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_THAT(failed.out, IsEmpty());
}

TEST(Preview, HelpHasExamplesAndExitCodes) {
  EXPECT_THAT(RunProgram({"render", "--help"}).out, HasSubstr("Examples: argocd-decrypt render"));
  EXPECT_THAT(RunProgram({"diff", "--help"}).out, HasSubstr("Exit status: 0 no difference"));
}

}  // namespace
}  // namespace acd::commands
