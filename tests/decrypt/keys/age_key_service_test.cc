#include "decrypt/keys/age_key_service.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/keys/temp_dir.h"
#include "tests/support/matchers.h"
#include "tests/support/no_free_descriptor.h"

namespace acd::keys {
namespace {

namespace fs = std::filesystem;
using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using age::testing::kRecipient1;
using age::testing::kRecipient2;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TempDir;

const std::string kKey1(age::testing::kSecretKey1);
const std::string kKey2(age::testing::kSecretKey2);

// For recipients 1 and 2 both.
WrappedKey ForBoth() {
  return {WrappedKey::Type::kAge, std::string(kRecipient1),
          std::string(age::testing::kArmoredFile)};
}

// For recipient 1 only.
WrappedKey ForFirst() {
  std::string text = "-----BEGIN AGE ENCRYPTED FILE-----\n";
  std::string body(age::testing::kBinaryFileBase64);
  for (; body.size() > 64; body.erase(0, 64)) text += body.substr(0, 64) + "\n";
  text += body + "\n-----END AGE ENCRYPTED FILE-----\n";
  return {WrappedKey::Type::kAge, std::string(kRecipient1), text};
}

KeySources FileSource(const std::string& path) {
  KeySources sources;
  sources.files.push_back({"SOPS_AGE_KEY_FILE", path, true});
  return sources;
}

KeySources FolderSource(const std::string& path) {
  KeySources sources;
  sources.folder = path;
  return sources;
}

// As in the server: nothing that was opened may outlive the key.
Limits Remembering() {
  Limits limits;
  limits.max_opened_keys = 2;
  return limits;
}

// A service that remembers what it warned of. With `settled`, its clock runs ahead, so that files
// count as unchanged when their fingerprint is.
class Service {
 public:
  explicit Service(KeySources sources, bool settled = false)
      : service_(
            std::move(sources), Remembering(),
            [this](const std::string& text) {
              const std::lock_guard lock(mutex_);
              warnings_.push_back(text);
            },
            [settled] { return SystemSeconds() + (settled ? 100 : 0); }) {}

  Result<SecretBytes> Unwrap(const WrappedKey& key) { return service_.Unwrap(key, {}); }
  std::vector<std::string> Names() { return service_.PublicNames({}); }
  KeyState State() { return service_.State(); }
  std::vector<std::string> TakeWarnings() { return std::exchange(warnings_, {}); }

 private:
  std::mutex mutex_;
  std::vector<std::string> warnings_;
  AgeKeyService service_;
};

TEST(AgeKeyService, OpensAKey) {
  const TempDir dir;
  Service service(FileSource(dir.Write("k", kKey1 + "\n")));
  const auto key = service.Unwrap(ForFirst());
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(key->ExposeText(), age::testing::kPlaintext);
  EXPECT_THAT(service.TakeWarnings(), IsEmpty());
}

TEST(AgeKeyService, MergesAllSources) {
  const TempDir dir;
  KeySources sources = FileSource(dir.Write("k", "# nothing\n"));
  sources.texts.push_back({"SOPS_AGE_KEY", SecretBytes::CopyOf("  " + kKey2 + "\n")});
  sources.folder = dir.Path("age");
  dir.Write("age/one.txt", kKey1);
  Service service(std::move(sources));
  EXPECT_THAT(service.Names(), ElementsAre(kRecipient2, kRecipient1));
  EXPECT_THAT(service.Unwrap(ForFirst()), IsOk());
}

TEST(AgeKeyService, DoesNotTrustTheRecipientThatADocumentNames) {
  const TempDir dir;
  Service service(FileSource(dir.Write("k", kKey2 + "\n" + kKey1 + "\n")));
  for (const std::string& name :
       {std::string(), std::string("age1other"), std::string(kRecipient2)}) {
    WrappedKey key = ForFirst();
    key.name = name;
    EXPECT_THAT(service.Unwrap(key), IsOk()) << name;
  }
}

TEST(AgeKeyService, OpensOnlyArmoredKeys) {
  const TempDir dir;
  Service service(FileSource(dir.Write("k", kKey1)));
  EXPECT_THAT(service.Unwrap({WrappedKey::Type::kAge, "", age::testing::BinaryFile()}),
              Fails(Code::kInvalidInput, "with age: invalid armor: invalid first line"));
}

TEST(AgeKeyService, RefusesOtherTypesByName) {
  Service service(KeySources{});
  EXPECT_THAT(service.Unwrap({WrappedKey::Type::kPgp, "FINGERPRINT", "x"}),
              Fails(Code::kUnsupported, "keys of type pgp are not for age"));
}

// The words that people search for, as the real sops says them.
TEST(AgeKeyService, SaysWhereItFoundNoKeys) {
  const TempDir dir;
  KeySources sources;
  sources.not_set = {"SOPS_AGE_KEY"};
  Service one(std::move(sources));
  const auto error = one.Unwrap(ForFirst()).error();
  EXPECT_EQ(error.code, Code::kNoMatchingKey);
  EXPECT_EQ(error.message,
            "failed to load age identities. Did not find keys in location 'SOPS_AGE_KEY'.");

  KeySources more;
  more.not_set = {"SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"};
  more.files.push_back({"", "/none/keys.txt", false});
  Service three(std::move(more));
  EXPECT_EQ(three.Unwrap(ForFirst()).error().message,
            "failed to load age identities. Did not find keys in locations 'SOPS_AGE_KEY', "
            "'SOPS_AGE_KEY_FILE', and '/none/keys.txt'.");
}

TEST(AgeKeyService, SaysThatNoKeyMatched) {
  const TempDir dir;
  Service one(FileSource(dir.Write("k", kKey2)));
  EXPECT_EQ(one.Unwrap(ForFirst()).error().message,
            "failed to create reader for decrypting sops data key with age: identity did not match "
            "any of the recipients: incorrect identity for recipient block");
  KeySources with_default = FileSource(dir.Path("k"));
  with_default.not_set = {"SOPS_AGE_KEY"};
  with_default.files.push_back({"", "/none/keys.txt", false});
  with_default.folder = dir.Path("age");
  Service quiet(std::move(with_default));
  EXPECT_THAT(quiet.Unwrap(ForFirst()),
              Fails(Code::kNoMatchingKey,
                    "recipient block. Did not find keys in location 'SOPS_AGE_KEY'."));
  KeySources two = FileSource(dir.Write("k", "junk\n" + kKey2));
  two.files.push_back({"SOPS_AGE_KEY_FILE", dir.Path("none"), true});
  Service failing(std::move(two));
  EXPECT_THAT(failing.Unwrap(ForFirst()),
              Fails(Code::kNoMatchingKey,
                    ". Errors while loading age identities: SOPS_AGE_KEY_FILE (" + dir.Path("k") +
                        "): line 1: unknown identity type; failed to open SOPS_AGE_KEY_FILE file: "
                        "open " +
                        dir.Path("none") + ": no such file or directory"));
}

TEST(AgeKeyService, StateTellsOfKeysFilesAndReloads) {
  const TempDir dir;
  const std::int64_t before = SystemSeconds();
  Service service(FileSource(dir.Write("k", kKey1 + "\n" + kKey2 + "\n")), true);
  KeyState state = service.State();
  EXPECT_EQ(state.loaded, (std::map<std::string, std::size_t>{{"age", 2}}));
  ASSERT_TRUE(state.oldest_file && state.newest_file);
  EXPECT_GE(*state.oldest_file, before - 2);
  EXPECT_LE(*state.newest_file, SystemSeconds() + 2);
  EXPECT_EQ(state.reloads + state.failed_reloads, 0U);  // the first look is none

  dir.Replace("k", kKey2);
  state = service.State();
  EXPECT_EQ(state.loaded["age"], 1U);
  EXPECT_EQ(state.reloads, 1U);
  dir.Replace("k", "junk\n");
  state = service.State();
  EXPECT_FALSE(state.has_key);
  EXPECT_FALSE(state.oldest_file.has_value());
  EXPECT_TRUE(state.loaded.empty());
  EXPECT_EQ(state.failed_reloads, 1U);
  service.State();
  dir.Replace("k", kKey1);
  state = service.State();
  EXPECT_EQ(state.reloads, 2U);
  EXPECT_EQ(state.failed_reloads, 1U);
}

TEST(AgeKeyService, NamesSourcesThatAreNotUsed) {
  KeySources sources;
  sources.problems = {"SOPS_AGE_KEY_CMD: not run"};
  Service service(std::move(sources));
  EXPECT_THAT(service.Unwrap(ForFirst()), Fails(Code::kNoMatchingKey, "SOPS_AGE_KEY_CMD: not run"));
  EXPECT_THAT(service.TakeWarnings(), ElementsAre("SOPS_AGE_KEY_CMD: not run"));
}

TEST(AgeKeyService, SeesEveryChangeOfAFile) {
  for (const bool settled : {false, true}) {
    const TempDir dir;
    const std::string path = dir.Path("k");
    Service service(FileSource(path), settled);
    EXPECT_THAT(service.Unwrap(ForFirst()), Fails(Code::kNoMatchingKey, "failed to load"));
    dir.Write("k", kKey1);
    EXPECT_THAT(service.Unwrap(ForFirst()), IsOk());
    EXPECT_THAT(service.Unwrap(ForFirst()), IsOk());
    dir.Replace("k", kKey2);  // rotated: the old key must be forgotten
    EXPECT_THAT(service.Unwrap(ForFirst()), Fails(Code::kNoMatchingKey, "did not match"));
    EXPECT_THAT(service.Unwrap(ForBoth()), IsOk());
    dir.Replace("k", kKey1 + "\n" + kKey2);
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient1, kRecipient2));
    dir.Replace("k", "");  // emptied: revoked
    EXPECT_THAT(service.Unwrap(ForBoth()), Fails(Code::kNoMatchingKey, "failed to load"));
    dir.Replace("k", kKey1);
    EXPECT_THAT(service.Unwrap(ForFirst()), IsOk());
    fs::remove(path);  // vanished: revoked
    EXPECT_THAT(service.Unwrap(ForFirst()), Fails(Code::kNoMatchingKey, "failed to load"));
    fs::create_directory(path);
    EXPECT_THAT(service.Unwrap(ForFirst()), Fails(Code::kNoMatchingKey, "is a directory"));
  }
}

// A default place: that it is empty is no problem, and is seen without a look at its content.
// Hundreds of documents in one request need not look hundreds of times.
TEST(AgeKeyService, LooksOnceSinceAMoment) {
  TempDir dir;
  const std::string path = dir.Write("keys.txt", kKey1);
  AgeKeyService service(FileSource(path), Remembering(), nullptr);
  Requester request;
  request.as_of = std::chrono::steady_clock::now();
  EXPECT_THAT(service.Unwrap(ForBoth(), request), IsOk());
  fs::remove(path);
  EXPECT_THAT(service.Unwrap(ForBoth(), request), IsOk());
  Requester next;
  next.as_of = std::chrono::steady_clock::now();
  EXPECT_THAT(service.Unwrap(ForBoth(), next),
              Fails(Code::kNoMatchingKey, "failed to load age identities"));
  EXPECT_THAT(service.Unwrap(ForBoth(), request),
              Fails(Code::kNoMatchingKey, "failed to load age identities"));
  dir.Write("keys.txt", kKey1);
  EXPECT_THAT(service.Unwrap(ForBoth(), Requester()), IsOk());
}

// Nobody has to add a key for it.
TEST(AgeKeyService, TellsALackOfDescriptorsFromALackOfKeys) {
  const TempDir dir;
  const std::string file = dir.Write("k/age/keys.txt", kKey1);
  for (const bool folder : {false, true}) {
    Service service(folder ? FolderSource(dir.Path("k/age")) : FileSource(file), true);
    {
      const acd::testing::NoFreeDescriptor no_free_descriptor;
      EXPECT_THAT(service.Unwrap(ForFirst()), Fails(Code::kNoRoom, "oo many open files"));
    }
    EXPECT_THAT(service.Unwrap(ForFirst()), IsOk());
  }
}

TEST(AgeKeyService, SeesAFileAppearWhereNoneHadToBe) {
  for (const bool settled : {false, true}) {
    const TempDir dir;
    KeySources sources;
    sources.files.push_back({"", dir.Path("sops/keys.txt"), false});
    Service service(std::move(sources), settled);
    EXPECT_THAT(service.Names(), IsEmpty());
    EXPECT_THAT(service.Names(), IsEmpty());
    dir.Write("sops/keys.txt", kKey1);
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient1));
    fs::remove_all(dir.Path("sops"));
    EXPECT_THAT(service.Names(), IsEmpty());
    dir.Write("sops", "a file where a folder was");
    EXPECT_THAT(service.Names(), IsEmpty());
    EXPECT_THAT(service.TakeWarnings(), IsEmpty());
    fs::remove(dir.Path("sops"));
    dir.Write("sops/keys.txt", kKey2);
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient2));
  }
}

// A server survives a moment without memory, and must not go on with what was revoked.
TEST(AgeKeyService, ForgetsARevokedKeyEvenIfItCannotFinishLooking) {
  const TempDir dir;
  KeySources sources;
  sources.files.push_back({"FIRST", dir.Write("first", kKey1), false});
  sources.files.push_back({"SECOND", dir.Write("second", kKey2), false});
  // The first file counts as settled whenever it is read, the second never: it is read every time.
  int reads = 0;
  AgeKeyService service(std::move(sources), Remembering(), {}, [&] {
    ++reads;
    if (reads == 4) throw std::bad_alloc();
    return SystemSeconds() + (reads % 2 == 1 ? 100 : 0);
  });
  EXPECT_THAT(service.PublicNames({}), ElementsAre(kRecipient1, kRecipient2));
  dir.Replace("first", kKey2);
  EXPECT_THROW((void)service.PublicNames({}), std::bad_alloc);
  EXPECT_EQ(reads, 4);
  EXPECT_THAT(service.PublicNames({}), ElementsAre(kRecipient2));
}

// Same size, same inode, within one tick of the clock: only reading can tell.
TEST(AgeKeyService, SeesAFileRewrittenInPlaceAtOnce) {
  const TempDir dir;
  Service service(FileSource(dir.Write("k", kKey1)));
  ASSERT_EQ(kKey1.size(), kKey2.size());
  for (int i = 0; i < 50; ++i) {
    dir.Write("k", kKey2);
    ASSERT_THAT(service.Names(), ElementsAre(kRecipient2)) << i;
    dir.Write("k", kKey1);
    ASSERT_THAT(service.Names(), ElementsAre(kRecipient1)) << i;
  }
}

// How the kubelet updates a mounted Secret: a new timestamped folder, then the link ..data is
// moved.
TEST(AgeKeyService, FollowsAMountedSecret) {
  for (const bool settled : {false, true}) {
    const TempDir dir;
    dir.Write("age/..2026_01_01/keys.txt", kKey1);
    fs::create_symlink("..2026_01_01", dir.path() / "age/..data");
    fs::create_symlink("..data/keys.txt", dir.path() / "age/keys.txt");
    Service service(FolderSource(dir.Path("age")), settled);
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient1));

    dir.Write("age/..2026_02_02/keys.txt", kKey2);
    fs::create_symlink("..2026_02_02", dir.path() / "age/..data_tmp");
    fs::rename(dir.path() / "age/..data_tmp", dir.path() / "age/..data");
    fs::remove_all(dir.path() / "age/..2026_01_01");
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient2));

    dir.Write("age/..2026_03_03/other.txt", kKey1);
    fs::create_symlink("..data/other.txt", dir.path() / "age/other.txt");
    fs::create_symlink("..2026_03_03", dir.path() / "age/..data_tmp");
    fs::rename(dir.path() / "age/..data_tmp", dir.path() / "age/..data");
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient1)) << "keys.txt is a dangling link now";
    EXPECT_THAT(service.TakeWarnings(), IsEmpty());
  }
}

TEST(AgeKeyService, SeesFilesComeAndGoInAFolder) {
  for (const bool settled : {false, true}) {
    const TempDir dir;
    Service service(FolderSource(dir.Path("age")), settled);
    EXPECT_THAT(service.Unwrap(ForFirst()),
                Fails(Code::kNoMatchingKey, "Did not find keys in location '" + dir.Path("age")));
    dir.Write("age/a", kKey1);
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient1));
    dir.Write("age/b", kKey2);
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient1, kRecipient2));
    fs::remove(dir.Path("age/a"));
    EXPECT_THAT(service.Names(), ElementsAre(kRecipient2));
    fs::remove_all(dir.Path("age"));
    EXPECT_THAT(service.Names(), IsEmpty());
    EXPECT_THAT(service.TakeWarnings(), ElementsAre(HasSubstr("age/b has vanished")));
    EXPECT_TRUE(service.State().IsBroken());
    dir.Write("age/c", kKey1);
    EXPECT_FALSE(service.State().IsBroken());
    EXPECT_THAT(service.State().problems, IsEmpty());
  }
}

TEST(AgeKeyService, PassesOverWhatIsNoKeyFileInAFolder) {
  const TempDir dir;
  dir.Write("age/key", kKey1);
  dir.Write("age/.hidden", kKey2);
  dir.Write("age/folder/key", kKey2);
  ASSERT_EQ(::mkfifo(dir.Path("age/fifo").c_str(), 0600), 0);
  Service service(FolderSource(dir.Path("age")));
  EXPECT_THAT(service.Names(), ElementsAre(kRecipient1));
  EXPECT_THAT(service.TakeWarnings(), IsEmpty());
}

TEST(AgeKeyService, WarnsOnceForEachChangeAndNeverOfContent) {
  const TempDir dir;
  dir.Write("age/bad", kKey1 + "x\n" + kKey2);
  Service service(FolderSource(dir.Path("age")));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(service.Names(), ElementsAre(kRecipient2));
  const auto first = service.TakeWarnings();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_THAT(first[0], HasSubstr(dir.Path("age/bad") + ": line 1: malformed secret key"));
  EXPECT_THAT(first[0], Not(HasSubstr(kKey1.substr(20, 20))));

  dir.Write("age/worse", "junk");
  service.Names();
  EXPECT_THAT(service.TakeWarnings(), ElementsAre(HasSubstr("worse: line 1: unknown")));
  dir.Write("age/bad", kKey2);
  service.Names();
  EXPECT_THAT(service.TakeWarnings(), IsEmpty());
  dir.Write("age/bad", kKey1 + "x\n" + kKey2);
  service.Names();
  EXPECT_EQ(service.TakeWarnings().size(), 1U) << "it is news again";
}

TEST(AgeKeyService, ReadsAPipeOnceAndKeepsIt) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], kKey1.data(), kKey1.size()), static_cast<ssize_t>(kKey1.size()));
  ::close(ends[1]);
  Service service(FileSource("/dev/fd/" + std::to_string(ends[0])));
  EXPECT_THAT(service.Unwrap(ForFirst()), IsOk());
  EXPECT_THAT(service.Unwrap(ForFirst()), IsOk());
  ::close(ends[0]);
}

TEST(AgeKeyService, ServesManyThreadsWhileKeysChange) {
  const TempDir dir;
  const std::string path = dir.Write("k", kKey1);
  Service service(FileSource(path));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) dir.Replace("k", i % 2 == 0 ? kKey2 : kKey1);
  });
  std::vector<std::thread> readers;
  std::atomic<int> opened = 0;
  for (int t = 0; t < 4; ++t) {
    readers.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        // One of the two is always mounted, and both open it.
        if (const auto key = service.Unwrap(ForBoth())) {
          opened += key->ExposeText() == age::testing::kPlaintext ? 1 : 0;
        }
      }
    });
  }
  for (auto& reader : readers) reader.join();
  stop = true;
  writer.join();
  EXPECT_EQ(opened, 400);
}

TEST(KeyFileService, UsesThatFileOnly) {
  const TempDir dir;
  auto service = KeyFileService(dir.Write("k", kKey2), Remembering());
  ASSERT_THAT(service, IsOk());
  EXPECT_THAT((*service)->PublicNames({}), ElementsAre(kRecipient2));
  EXPECT_THAT((*service)->Unwrap(ForBoth(), {}), IsOk());
  EXPECT_THAT((*service)->Unwrap(ForFirst(), {}), Fails(Code::kNoMatchingKey, "did not match"));
}

TEST(KeyFileService, SaysWhatIsWrongWithTheFile) {
  const TempDir dir;
  EXPECT_THAT(KeyFileService(dir.Path("none"), Remembering()), Fails(Code::kNotFound, "none"));
  EXPECT_THAT(KeyFileService(dir.path().string(), Remembering()),
              Fails(Code::kInvalidInput, "is a directory"));
  EXPECT_THAT(KeyFileService("/dev/zero", Remembering()),
              Fails(Code::kInvalidInput, "not a regular file"));
  EXPECT_THAT(KeyFileService(dir.Write("empty", "# x\n"), Remembering()),
              Fails(Code::kInvalidInput, "no age identities found"));
  const auto bad = KeyFileService(dir.Write("bad", "hunter2\n"), Remembering());
  EXPECT_THAT(bad, Fails(Code::kInvalidInput, "line 1: unknown identity type"));
  EXPECT_THAT(bad.error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(KeyFileService(dir.Write("big", "12345"), Limits{.max_identity_file_bytes = 4}),
              Fails(Code::kLimitExceeded, "4 bytes"));
}

}  // namespace
}  // namespace acd::keys
