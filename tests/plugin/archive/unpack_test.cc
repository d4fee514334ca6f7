// What a well-meant archive becomes.
#include "plugin/archive/unpack.h"

#include <locale.h>
#include <sys/stat.h>

#include "tests/plugin/archive/archive_test_support.h"
#include "tests/support/matchers.h"

namespace acd::archive {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::Gzip;
using testing::TarBuilder;
using testing::Target;
using testing::TextSource;
using testing::Tree;

TEST(Unpack, RecreatesATreeAsTheClientPacksIt) {
  const Target target;
  const auto stats = target.Unpack(TarBuilder()
                                       .Folder(".")
                                       .Folder("apps")
                                       .Folder("apps/empty")
                                       .File("apps/empty.yaml", "")
                                       .File("apps/values.yaml", "a: 1\n")
                                       .Symlink("apps/zlink", "values.yaml"));
  ASSERT_THAT(stats, IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"apps", "d 700"},
                                 {"apps/empty", "d 700"},
                                 {"apps/empty.yaml", "f 600 "},
                                 {"apps/values.yaml", "f 600 a: 1\n"},
                                 {"apps/zlink", "l values.yaml"}}));
  EXPECT_EQ(stats->entries, 6U);
  EXPECT_EQ(stats->files, 2U);
  EXPECT_EQ(stats->bytes, 5U);
  EXPECT_EQ(stats->skipped_links, 0U);
  EXPECT_GT(stats->compressed_bytes, 100U);
}

TEST(Unpack, TakesNamesInOtherSpellings) {
  const Target target;
  ASSERT_THAT(target.Unpack(TarBuilder()
                                .Folder("./")
                                .Folder("a/")
                                .File("./a//b/./c", "1")
                                .File("a/x/../d", "2")
                                .File("a/b/c/../../../e", "3")),
              IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"a", "d 700"},
                                 {"a/b", "d 700"},
                                 {"a/b/c", "f 600 1"},
                                 {"a/d", "f 600 2"},
                                 {"e", "f 600 3"}}));
}

TEST(Unpack, KeepsItToItselfWhateverTheUmask) {
  for (const mode_t mask : {0022U, 0077U, 0000U}) {
    const Target target;
    const mode_t before = ::umask(mask);
    const auto stats = target.Unpack(
        TarBuilder().Folder("d", 0700).File("d/script", "#!", 0755).File("made/parent", ""));
    ::umask(before);
    ASSERT_THAT(stats, IsOk());
    EXPECT_EQ(target.tree(), (Tree{{"d", "d 700"},
                                   {"d/script", "f 600 #!"},
                                   {"made", "d 700"},
                                   {"made/parent", "f 600 "}}));
  }
}

// Commands of an operator's own find what Argo CD's plugin server gives them.
TEST(Unpack, GivesTheModesThatAreAskedFor) {
  const Target target;
  UnpackOptions options;
  options.file_mode = 0644;
  options.folder_mode = 0755;
  const mode_t before = ::umask(0077);
  const auto stats = target.Unpack(
      TarBuilder().Folder("d", 0700).File("d/script", "#!", 0755).File("made/parent", "", 0600),
      options);
  ::umask(before);
  ASSERT_THAT(stats, IsOk());
  EXPECT_EQ(
      target.tree(),
      (Tree{
          {"d", "d 755"}, {"d/script", "f 644 #!"}, {"made", "d 755"}, {"made/parent", "f 644 "}}));
}

TEST(Unpack, PreservesPermissionsButNoSetuid) {
  const Target target;
  UnpackOptions options;
  options.preserve_file_mode = true;
  const mode_t before = ::umask(0077);
  const auto stats = target.Unpack(TarBuilder()
                                       .Folder("d", 0750)
                                       .File("d/script", "#!", 0755)
                                       .File("d/setuid", "", 06755)
                                       .File("d/shared", "", 0666)
                                       .Folder("locked", 0500)
                                       .File("locked/file", "", 0400),
                                   options);
  ::umask(before);
  ASSERT_THAT(stats, IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"d", "d 750"},
                                 {"d/script", "f 755 #!"},
                                 {"d/setuid", "f 755 "},
                                 {"d/shared", "f 666 "},
                                 {"locked", "d 700"},
                                 {"locked/file", "f 400 "}}));
}

// A volume with fsGroup has the bit, and each folder in it should: before a script's 0755 and
// after.
TEST(Unpack, FoldersKeepTheSetGroupIdOfTheirVolume) {
  const Target target;
  ASSERT_EQ(::chmod(target.root().c_str(), 02700), 0);
  UnpackOptions options;
  options.preserve_file_mode = true;
  const TarBuilder tar = TarBuilder()
                             .Folder("a", 0755)
                             .Folder("a/b", 0755)
                             .File("c", "#!", 0755)
                             .Folder("d", 0755)
                             .Folder("d/e", 0755);
  ASSERT_THAT(target.Unpack(tar, options), IsOk());
  for (const char* name : {"a", "a/b", "d", "d/e"}) {
    EXPECT_EQ(workspace::testing::ModeOf(target.root() + "/" + name), 02755U) << name;
  }
}

TEST(Unpack, StoresLinksRelativeAndShort) {
  const Target target;
  ASSERT_THAT(target.Unpack(TarBuilder()
                                .Folder("a/b")
                                .Symlink("a/b/dangling", "../nowhere")
                                .Symlink("a/b/here", "./x/../y")
                                .Symlink("a/b/root", "../..")
                                .Symlink("a/b/self", "../b/y")
                                .Symlink("a/b/empty", "")
                                .Symlink("made/link", "../a")
                                .Symlink("top", "a/b/")),
              IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"a", "d 700"},
                                 {"a/b", "d 700"},
                                 {"a/b/dangling", "l ../nowhere"},
                                 {"a/b/here", "l y"},
                                 {"a/b/root", "l ../.."},
                                 {"a/b/self", "l y"},
                                 {"a/b/empty", "l ."},
                                 {"made", "d 700"},
                                 {"made/link", "l ../a"},
                                 {"top", "l a/b"}}));
}

TEST(Unpack, KeepsTheFirstLinkThatIsNotAscii) {
  const Target target;
  ASSERT_THAT(target.Unpack(TarBuilder()
                                .Folder(".")
                                .Pax({{"linkpath", "\xe6\x97\xa5"}})
                                .Symlink("a", "")
                                .Pax({{"linkpath", "\xc3\xa9"}})
                                .Symlink("b", "")),
              IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"a", "l \xe6\x97\xa5"}, {"b", "l \xc3\xa9"}}));
}

TEST(Unpack, IgnoresHardLinksDevicesAndFifos) {
  const Target target;
  const auto stats = target.Unpack(TarBuilder()
                                       .File("file", "x")
                                       .Add("hard", "", {.type = '1', .link = "file"})
                                       .Add("out", "", {.type = '1', .link = "/etc/passwd"})
                                       .Add("char", "", {.type = '3'})
                                       .Add("block", "", {.type = '4'})
                                       .Add("fifo", "", {.type = '6'})
                                       .File("last", "y"));
  ASSERT_THAT(stats, IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"file", "f 600 x"}, {"last", "f 600 y"}}));
  EXPECT_EQ(stats->skipped_links, 5U);
}

TEST(Unpack, LeavesOnlyTheTopGitFolderOut) {
  const TarBuilder tar = TarBuilder()
                             .Folder(".git")
                             .File(".git/config", "secret")
                             .Symlink(".git/link", "/etc")
                             .File(".gitignore", "1")
                             .File("sub/.git/config", "2")
                             .File("a.git", "3");
  const Target target;
  ASSERT_THAT(target.Unpack(tar), IsOk());
  EXPECT_EQ(target.tree(), (Tree{{".gitignore", "f 600 1"},
                                 {"a.git", "f 600 3"},
                                 {"sub", "d 700"},
                                 {"sub/.git", "d 700"},
                                 {"sub/.git/config", "f 600 2"}}));
  target.Clear();
  UnpackOptions options;
  options.skip_git = false;
  ASSERT_THAT(target.Unpack(TarBuilder().File(".git", "gitdir: x"), options), IsOk());
  EXPECT_EQ(target.tree(), (Tree{{".git", "f 600 gitdir: x"}}));
  target.Clear();
  ASSERT_THAT(target.Unpack(TarBuilder().File("./.git", "gitdir: x").File("x", "")), IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"x", "f 600 "}}));
}

TEST(Unpack, ReplacesAFileThatComesTwice) {
  const Target target;
  UnpackOptions options;
  options.preserve_file_mode = true;
  const auto stats = target.Unpack(TarBuilder()
                                       .File("a", "a long first one", 0444)
                                       .File("a", "second", 0600)
                                       .Folder("d")
                                       .Folder("d"),
                                   options);
  ASSERT_THAT(stats, IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"a", "f 600 second"}, {"d", "d 755"}}));
}

TEST(Unpack, TakesLongNamesOfEveryForm) {
  const std::string part(90, 'n');
  const std::string name = part + "/" + part + "/" + part;
  const Tree expected = {{part, "d 700"}, {part + "/" + part, "d 700"}, {name, "f 600 x"}};
  const std::string gnu_magic("ustar  \0", 8);
  for (const TarBuilder& tar :
       {TarBuilder().Pax({{"path", name}}).File("cut", "x"),
        TarBuilder().Gnu('L', name).Add("cut", "x", {.magic = gnu_magic})}) {
    const Target target;
    ASSERT_THAT(target.Unpack(tar), IsOk());
    EXPECT_EQ(target.tree(), expected);
  }
  const Target target;
  ASSERT_THAT(target.Unpack(TarBuilder().Add(part, "x", {.prefix = "some/prefix"})), IsOk());
  EXPECT_EQ(
      target.tree(),
      (Tree{{"some", "d 700"}, {"some/prefix", "d 700"}, {"some/prefix/" + part, "f 600 x"}}));
}

TEST(Unpack, TakesLongLinkTargetsOfEveryForm) {
  const std::string link = std::string(90, 'a') + "/" + std::string(90, 'b');
  for (const TarBuilder& tar : {TarBuilder().Pax({{"linkpath", link}}).Symlink("l", "cut"),
                                TarBuilder().Gnu('K', link).Symlink("l", "cut")}) {
    const Target target;
    ASSERT_THAT(target.Unpack(tar), IsOk());
    EXPECT_EQ(target.tree(), (Tree{{"l", "l " + link}}));
  }
}

TEST(Unpack, KeepsTheBytesOfNamesInEveryLocale) {
  // As composed, decomposed (macOS), Latin-1, and with characters that terminals mind.
  const std::vector<std::string> names = {
      "gr\xc3\xbc\xc3\x9f"
      "e",
      "gru\xcc\x88\xc3\x9f"
      "e",
      "gr\xfc\xdf"
      "e",
      "new\nline\x01", "日本語"};
  for (const char* name : {"C", "C.UTF-8"}) {
    const locale_t locale = ::newlocale(LC_ALL_MASK, name, nullptr);
    ASSERT_NE(locale, nullptr);
    const locale_t before = ::uselocale(locale);
    const Target target;
    TarBuilder tar;
    Tree expected;
    for (const std::string& file : names) {
      tar.Pax({{"path", "p-" + file}}).File("x", "1").File("u-" + file, "2");
      tar.Pax({{"linkpath", file}}).Symlink("l-" + file, "x");
      tar.Gnu('L', "g-" + file).File("x", "3");
      expected["p-" + file] = "f 600 1";
      expected["u-" + file] = "f 600 2";
      expected["l-" + file] = "l " + file;
      expected["g-" + file] = "f 600 3";
    }
    const auto stats = target.Unpack(tar);
    ::uselocale(before);
    ::freelocale(locale);
    ASSERT_THAT(stats, IsOk());
    EXPECT_EQ(target.tree(), expected) << name;
  }
}

TEST(Unpack, IgnoresOtherPaxRecordsAndGlobalHeaders) {
  const Target target;
  ASSERT_THAT(target.Unpack(TarBuilder()
                                .Pax({{"comment", "0123456789abcdef"}}, 'g')
                                .Pax({{"mtime", "1700000000.123"}, {"SCHILY.xattr.user.x", "v"}})
                                .File("a", "1")
                                .Pax({{"uname", "J\xc3\xb6rg"}, {"gname", "\xff"}})
                                .File("b", "2")),
              IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"a", "f 600 1"}, {"b", "f 600 2"}}));
}

TEST(Unpack, GivesTheSameTreeHoweverTheStreamIsCut) {
  TarBuilder tar;
  for (int i = 0; i < 40; ++i) {
    std::string content;
    for (int j = 0; j < i * 300; ++j) content += static_cast<char>('a' + (i * j * 7) % 26);
    tar.File("f/" + std::to_string(i), content);
  }
  const std::string gzip = Gzip(tar.Tar());
  Tree first;
  for (const std::size_t chunk : {gzip.size(), std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    const Target target;
    TextSource source(gzip, chunk);
    const auto stats = target.Unpack(source);
    ASSERT_THAT(stats, IsOk());
    EXPECT_EQ(stats->compressed_bytes, gzip.size());
    if (first.empty()) first = target.tree();
    EXPECT_EQ(target.tree(), first) << chunk;
  }
  EXPECT_EQ(first.size(), 41U);
}

TEST(Unpack, ReadsConcatenatedGzipMembers) {
  const std::string tar = TarBuilder().File("a", std::string(3000, 'a')).File("b", "b").Tar();
  std::string gzip;
  for (std::size_t at = 0; at < tar.size(); at += 700) gzip += Gzip(tar.substr(at, 700)) + Gzip("");
  const Target target;
  TextSource source(gzip, 100);
  ASSERT_THAT(target.Unpack(source), IsOk());
  EXPECT_EQ(target.tree().size(), 2U);
}

TEST(Unpack, StopsAtTheEndOfTheTar) {
  const std::string gzip = Gzip(TarBuilder().File("a", "1").Tar());
  const Target target;
  TextSource garbage(gzip + "garbage" + std::string(100'000, 'x'), 100);
  ASSERT_THAT(target.Unpack(garbage), IsOk());
  EXPECT_LT(garbage.read(), 1000U);

  target.Clear();
  TextSource second(Gzip(TarBuilder().File("a", "1").Tar() + TarBuilder().File("b", "2").Tar()));
  ASSERT_THAT(target.Unpack(second), IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"a", "f 600 1"}}));

  // As Go reads it: the zero blocks may be missing altogether.
  target.Clear();
  ASSERT_THAT(target.UnpackTar(TarBuilder().File("a", "1").TarWithoutEnd()), IsOk());
  EXPECT_EQ(target.tree(), (Tree{{"a", "f 600 1"}}));
}

TEST(Unpack, TakesAnArchiveWithoutEntries) {
  const Target target;
  const auto stats = target.Unpack(TarBuilder());
  ASSERT_THAT(stats, IsOk());
  EXPECT_EQ(stats->entries, 0U);
}

}  // namespace
}  // namespace acd::archive
