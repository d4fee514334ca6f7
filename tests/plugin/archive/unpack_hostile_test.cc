// What an archive must not be able to do.
#include "plugin/archive/unpack.h"
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
using workspace::testing::Exists;

void ExpectRefused(const TarBuilder& tar, const std::string& message,
                   Code code = Code::kInvalidInput) {
  const Target target;
  EXPECT_THAT(target.Unpack(tar), Fails(code, message));
  EXPECT_TRUE(target.OutsideIsUntouched()) << message;
}

TEST(UnpackHostile, RefusesNamesThatLeave) {
  for (const char* name : {"../x", "..", "a/../../x", "./../x", "a/b/../../../outside/kept"}) {
    ExpectRefused(TarBuilder().File(name, "evil"),
                  std::string("illegal filepath in archive: ") + name);
    ExpectRefused(TarBuilder().Folder(name), "illegal filepath in archive");
    ExpectRefused(TarBuilder().Symlink(name, "x"), "illegal filepath in archive");
    ExpectRefused(TarBuilder().Pax({{"path", name}}).File("x", "evil"), "illegal filepath in arch");
    ExpectRefused(TarBuilder().Gnu('L', name).File("x", "evil"), "illegal filepath in archive");
  }
}

TEST(UnpackHostile, RefusesAbsoluteNames) {
  ExpectRefused(TarBuilder().File("/x", "evil"), "illegal filepath in archive: /x");
  ExpectRefused(TarBuilder().Folder("//x"), "illegal filepath in archive: //x");
}

TEST(UnpackHostile, RefusesLinksThatLeave) {
  for (const char* link : {"..", "../outside/kept", "a/../../x", "../root/../outside"}) {
    ExpectRefused(TarBuilder().Symlink("l", link), "illegal filepath in symlink: l");
    ExpectRefused(TarBuilder().Folder("d").Symlink("d/l", std::string("../") + link),
                  "illegal filepath in symlink: d/l");
    ExpectRefused(TarBuilder().Pax({{"linkpath", link}}).Symlink("l", "x"), "symlink: l");
    ExpectRefused(TarBuilder().Gnu('K', link).Symlink("l", "x"), "symlink: l");
  }
}

TEST(UnpackHostile, RefusesAbsoluteLinks) {
  ExpectRefused(TarBuilder().Symlink("l", "/etc/passwd"), "illegal filepath in symlink: l");
  ExpectRefused(TarBuilder().Symlink("d/l", "/"), "illegal filepath in symlink: d/l");
}

TEST(UnpackHostile, RefusesEntriesBelowALink) {
  const TarBuilder start = TarBuilder().Folder("d").Symlink("d/up", "..");
  ExpectRefused(TarBuilder(start).Symlink("d/up/e", "../secret"),
                "illegal symlink parent directory d/up for d/up/e");
  ExpectRefused(TarBuilder(start).File("d/up/e", "x"), "illegal symlink parent directory d/up");
  ExpectRefused(TarBuilder(start).Folder("d/up/e"), "illegal symlink parent directory d/up");
  ExpectRefused(TarBuilder(start).File("d/up/e/f", "x"), "illegal symlink parent directory d/up");
  ExpectRefused(TarBuilder().Symlink("l", "nowhere").File("l/x", "x"),
                "symlink parent directory l");
}

TEST(UnpackHostile, KeepsLinkChainsInside) {
  // Textually inside, but through the link `up` it would be one level higher than it looks.
  const Target target;
  ASSERT_THAT(target.Unpack(TarBuilder()
                                .Folder("a/b")
                                .Symlink("a/b/up", "../..")
                                .Symlink("chain", "a/b/up/../outside/kept")
                                .Symlink("a/b/chain", "up/../kept")),
              IsOk());
  EXPECT_EQ(target.tree()["chain"], "l a/b/outside/kept");
  EXPECT_EQ(target.tree()["a/b/chain"], "l kept");
}

TEST(UnpackHostile, NeverWritesThroughALink) {
  const Target target;
  EXPECT_THAT(target.Unpack(TarBuilder().File("real", "old").Symlink("l", "real").File("l", "new")),
              Fails(Code::kInvalidInput, "l: is there already"));
  EXPECT_EQ(target.tree()["real"], "f 600 old");
}

TEST(UnpackHostile, RefusesOneKindInPlaceOfAnother) {
  ExpectRefused(TarBuilder().Folder("x").File("x", ""), "x: is there already");
  ExpectRefused(TarBuilder().File("x", "").Folder("x"), "x: is there already");
  ExpectRefused(TarBuilder().File("x", "").File("x/y", ""), "x: is there already");
  ExpectRefused(TarBuilder().File("x", "").Symlink("x", "y"), "x: is there already");
  ExpectRefused(TarBuilder().Folder("x").Symlink("x", "y"), "x: is there already");
  ExpectRefused(TarBuilder().Symlink("x", "y").Folder("x"), "x: is there already");
}

TEST(UnpackHostile, PrintsNamesHarmlessly) {
  const Target target;
  const auto result =
      target.Unpack(TarBuilder().Pax({{"path", "../a\nlevel=info\x1b[0m\xff"}}).File("x", ""));
  ASSERT_THAT(result, Fails(Code::kInvalidInput, R"(../a\x0alevel=info\x1b[0m\xff)"));
  const auto longer =
      target.Unpack(TarBuilder().Pax({{"path", "../" + std::string(3000, 'x')}}).File("x", ""));
  ASSERT_FALSE(longer.has_value());
  EXPECT_LT(longer.error().message.size(), 300U);
}

TEST(UnpackHostile, RefusesNamesThatTheSystemCannotHold) {
  ExpectRefused(TarBuilder().Pax({{"path", std::string(300, 'x')}}).File("x", ""), "too long");
  std::string deep;
  for (int i = 0; i < 129; ++i) deep += "d/";
  ExpectRefused(TarBuilder().Pax({{"path", deep + "x"}}).File("x", ""), "folders deep",
                Code::kLimitExceeded);
  const Target target;
  EXPECT_THAT(target.Unpack(TarBuilder().Pax({{"path", deep.substr(2) + "x"}}).File("x", "")),
              IsOk());
}

TEST(UnpackHostile, HoldsEveryLimitExactly) {
  const TarBuilder tar = TarBuilder()
                             .Folder(".")
                             .File("12345", std::string(600, 'x'))
                             .File("b", std::string(400, 'y'));
  const std::string gzip = Gzip(tar.Tar());
  const auto run = [&gzip](auto set) {
    UnpackOptions options;
    set(options.limits);
    const Target target;
    TextSource source(gzip, 10);
    return target.Unpack(source, options);
  };
  EXPECT_THAT(run([](ArchiveLimits& l) { l.max_entries = 3; }), IsOk());
  EXPECT_THAT(run([](ArchiveLimits& l) { l.max_entries = 2; }),
              Fails(Code::kLimitExceeded, "max_entries"));
  EXPECT_THAT(run([](ArchiveLimits& l) { l.max_bytes = 1000; }), IsOk());
  EXPECT_THAT(run([](ArchiveLimits& l) { l.max_bytes = 999; }),
              Fails(Code::kLimitExceeded, "max_bytes"));
  EXPECT_THAT(run([](ArchiveLimits& l) { l.max_path_bytes = 5; }), IsOk());
  EXPECT_THAT(run([](ArchiveLimits& l) { l.max_path_bytes = 4; }),
              Fails(Code::kLimitExceeded, "max_path_bytes"));
  EXPECT_THAT(run([&](ArchiveLimits& l) { l.max_compressed_bytes = gzip.size(); }), IsOk());
  EXPECT_THAT(run([&](ArchiveLimits& l) { l.max_compressed_bytes = gzip.size() - 1; }),
              Fails(Code::kLimitExceeded, "max_compressed_bytes"));
}

TEST(UnpackHostile, HoldsTheRatioExactlyAboveOneMebibyte) {
  const std::string tar = TarBuilder().File("zeros", std::string(3U << 20U, '\0')).Tar();
  const std::string gzip = Gzip(tar);
  const auto run = [&gzip](std::uint64_t ratio) {
    UnpackOptions options;
    options.limits.max_ratio = ratio;
    const Target target;
    TextSource source(gzip);
    return target.Unpack(source, options);
  };
  EXPECT_THAT(run(200),
              Fails(Code::kLimitExceeded, "more than 200 times its size (limit max_ratio)"));
  EXPECT_THAT(run(2000), IsOk());
  const Target target;
  EXPECT_THAT(target.Unpack(TarBuilder().File("zeros", std::string(1'000'000, '\0'))), IsOk());
}

TEST(UnpackHostile, StopsABombEarly) {
  const std::string gzip = Gzip(TarBuilder().File("zeros", std::string(16U << 20U, '\0')).Tar(), 9);
  const Target target;
  TextSource source(gzip, 100);
  EXPECT_THAT(target.Unpack(source), Fails(Code::kLimitExceeded, "max_ratio"));
  EXPECT_LT(source.read(), 3000U);
  EXPECT_LE(std::filesystem::file_size(target.root() + "/zeros"), 2U << 20U);
}

TEST(UnpackHostile, RefusesAFileThatClaimsTooMuchBeforeReadingIt) {
  const Target target;
  EXPECT_THAT(target.Unpack(TarBuilder().AddSized("huge", "x", 3ULL << 30U, {})),
              Fails(Code::kLimitExceeded, "max_bytes"));
  EXPECT_FALSE(Exists(target.root() + "/huge"));
}

TEST(UnpackHostile, BoundsSkippedFilesAndHeadersToo) {
  UnpackOptions options;
  options.limits.max_ratio = 1'000'000;
  options.limits.max_bytes = 1U << 20U;
  options.limits.max_entries = 10;
  const Target target;
  EXPECT_THAT(target.Unpack(TarBuilder().File(".git/pack", std::string(8U << 20U, '\0')), options),
              Fails(Code::kLimitExceeded, "with headers and skipped files"));
}

TEST(UnpackHostile, IsNotImpressedByABombBehindTheEnd) {
  const std::string gzip = Gzip(TarBuilder().File("a", "1").Tar() + std::string(16U << 20U, '\0'));
  const Target target;
  TextSource source(gzip, 100);
  ASSERT_THAT(target.Unpack(source), IsOk());
  EXPECT_LT(source.read(), 5000U);
}

TEST(UnpackHostile, BoundsHeadersOfOneEntry) {
  UnpackOptions options;
  options.limits.max_ratio = 1'000'000;
  const Target target;
  // One huge PAX header, many small ones, a huge GNU name, and a sparse map, which has no end of
  // its own.
  EXPECT_THAT(
      target.Unpack(TarBuilder().Pax({{"comment", std::string(2U << 20U, 'x')}}).File("a", ""),
                    options),
      Fails(Code::kInvalidInput, "not a valid tar"));
  EXPECT_THAT(target.Unpack(TarBuilder().AddSized("x", "", 1ULL << 30U, {.type = 'x'}), options),
              Fails(Code::kInvalidInput, "not a valid tar"));
  EXPECT_THAT(
      target.Unpack(TarBuilder().Gnu('L', std::string(2U << 20U, 'x')).File("a", ""), options),
      Fails(Code::kInvalidInput, "not a valid tar"));
  TarBuilder many;
  for (int i = 0; i < 1000; ++i) many.Pax({{"comment", "x"}});
  EXPECT_THAT(target.Unpack(many.File("a", ""), options),
              Fails(Code::kInvalidInput, "not a valid"));
  TarBuilder global;
  for (int i = 0; i < 20; ++i) global.Pax({{"comment", std::string(900'000, 'x')}}, 'g');
  EXPECT_THAT(target.Unpack(global.File("a", ""), options),
              Fails(Code::kInvalidInput, "not a valid"));
  std::string map = "4000000\n";
  while (map.size() < (16U << 20U)) map += "1\n1\n";
  EXPECT_THAT(target.Unpack(TarBuilder()
                                .Pax({{"GNU.sparse.major", "1"},
                                      {"GNU.sparse.minor", "0"},
                                      {"GNU.sparse.name", "a"},
                                      {"GNU.sparse.realsize", "1000000000"}})
                                .File("a", map),
                            options),
              Fails(Code::kInvalidInput, "not a valid tar"));
}

TEST(UnpackHostile, RefusesSparseFiles) {
  const std::string body(512, 'x');
  ExpectRefused(TarBuilder()
                    .Pax({{"GNU.sparse.map", "0,1,1000000,1"}, {"GNU.sparse.size", "1000001"}})
                    .File("a", "xy"),
                "not a valid tar");
  ExpectRefused(TarBuilder()
                    .Pax({{"GNU.sparse.numblocks", "1"},
                          {"GNU.sparse.offset", "1000000"},
                          {"GNU.sparse.numbytes", "512"},
                          {"GNU.sparse.size", "1000512"}})
                    .File("a", body),
                "not a valid tar");
  ExpectRefused(TarBuilder().Pax({{"SCHILY.realsize", "1000000"}}).File("a", body),
                "size is wrong");
}

TEST(UnpackHostile, RefusesMalformedPaxHeaders) {
  for (const char* body :
       {"garbage", "99999 path=x\n", "10 path=x\n ", "9 =../x\n\n", "8 path\n\n"}) {
    ExpectRefused(TarBuilder().Add("h", body, {.type = 'x'}).File("name", ""), "not a valid tar");
  }
}

TEST(UnpackHostile, RefusesWhatIsNoArchive) {
  const Target target;
  for (const std::string& data : {std::string(), std::string("x"), std::string(5000, '\0'),
                                  std::string("\x1f\x8b"), TarBuilder().File("a", "").Tar()}) {
    TextSource source(data);
    EXPECT_THAT(target.Unpack(source), Fails(Code::kInvalidInput, "not a valid gzip stream"));
  }
  EXPECT_THAT(target.UnpackTar("this is no tar"), Fails(Code::kInvalidInput, "not a valid tar"));
  EXPECT_THAT(target.UnpackTar(std::string(5000, 'x')),
              Fails(Code::kInvalidInput, "not a valid tar"));
  EXPECT_TRUE(target.tree().empty());
}

TEST(UnpackHostile, ChecksTheChecksumBehindTheEnd) {
  std::string gzip = Gzip(TarBuilder().File("a", "content").Tar());
  const Target target;
  for (const std::size_t from_end : {1U, 4U, 5U, 8U}) {
    std::string broken = gzip;
    broken[broken.size() - from_end] ^= 1;
    TextSource source(broken);
    EXPECT_THAT(target.Unpack(source), Fails(Code::kInvalidInput, "not a valid gzip stream"));
  }
}

/// A source that fails after some bytes, as one does when the client goes away.
class FailingSource : public ByteSource {
 public:
  explicit FailingSource(std::string data) : inner_(std::move(data), 10) {}
  Result<std::span<const std::uint8_t>> Next() override {
    if (inner_.read() >= 100) return Fail(Code::kCancelled, "the client went away");
    return inner_.Next();
  }

 private:
  TextSource inner_;
};

TEST(UnpackHostile, PassesTheSourcesErrorOn) {
  const Target target;
  FailingSource source(Gzip(TarBuilder().File("a", "1").File("b", "2").Tar(), 0));
  const auto result = target.Unpack(source);
  ASSERT_THAT(result, Fails(Code::kCancelled, "the client went away"));
  EXPECT_EQ(result.error().message, "the client went away");
}

std::string SmallArchive() {
  return TarBuilder()
      .Folder(".")
      .Folder("d")
      .File("d/file", "content")
      .Symlink("d/link", "../e")
      .Pax({{"path", "e/\xc3\xbc"}, {"mtime", "1.5"}})
      .File("e/u", "more")
      .Gnu('L', "long/name")
      .File("long", "x")
      .Tar();
}

TEST(UnpackHostile, TakesNoTruncatedArchive) {
  const std::string gzip = Gzip(SmallArchive());
  const Target target;
  for (std::size_t size = 0; size < gzip.size(); ++size) {
    TextSource source(gzip.substr(0, size));
    EXPECT_THAT(target.Unpack(source), Fails(Code::kInvalidInput, "not a valid gzip stream"))
        << size;
    target.Clear();
  }
  EXPECT_TRUE(target.OutsideIsUntouched());
}

TEST(UnpackHostile, TakesATruncatedTarOnlyAtABlock) {
  const std::string tar = SmallArchive();
  const Target target;
  for (std::size_t size = 0; size < tar.size() - 1024; size += 37) {
    const auto result = target.UnpackTar(tar.substr(0, size));
    EXPECT_TRUE(size % 512 == 0 || !result.has_value()) << size;
    target.Clear();
  }
  EXPECT_TRUE(target.OutsideIsUntouched());
}

TEST(UnpackHostile, TakesNoOtherContentThroughAFlippedBitOfTheGzipStream) {
  const std::string gzip = Gzip(SmallArchive());
  const Target target;
  TextSource whole(gzip);
  ASSERT_THAT(target.Unpack(whole), IsOk());
  const Tree expected = target.tree();
  target.Clear();
  // Some flips change nothing: a time in the header, a distance within a run of zeros.
  for (std::size_t bit = 0; bit < gzip.size() * 8; ++bit) {
    std::string flipped = gzip;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    TextSource source(flipped);
    if (target.Unpack(source).has_value()) {
      EXPECT_EQ(target.tree(), expected) << bit;
    }
    if (!target.tree().empty()) target.Clear();
  }
  EXPECT_TRUE(target.OutsideIsUntouched());
}

TEST(UnpackHostile, StaysInsideWhateverBitOfTheTarIsFlipped) {
  const std::string tar = SmallArchive();
  const Target target;
  for (std::size_t bit = 0; bit < tar.size() * 8; bit += 13) {
    std::string flipped = tar;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    TextSource source(Gzip(flipped, 1));
    [[maybe_unused]] const auto result = target.Unpack(source);
    if (!target.tree().empty()) target.Clear();
  }
  EXPECT_TRUE(target.OutsideIsUntouched());
}

}  // namespace
}  // namespace acd::archive
