// Files made to hurt: each is answered within a bound of time and memory, with an error or the
// truth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/decrypt/facade/crafted.h"

namespace acd {
namespace {

using sops::Format;
using sops::testing::FakeKeyService;
using testing::Crafted;
using testing::Decrypt;
using ::testing::HasSubstr;
using testing::Sample;
using testing::SampleKeys;

/// What became of a file, and what that took.
struct Outcome {
  std::string text;  ///< "ok", or the error's message and hint
  double cpu_seconds = 0;
  double megabytes = 0;  ///< more than the process had before
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlower = 20;
constexpr bool kCountsMemory = false;
#else
constexpr double kSlower = 1;
constexpr bool kCountsMemory = true;
#endif

double CpuSeconds(const rusage& usage) {
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// In a child, so that a crash, its memory and its time are its own. The peak counts from what the
/// child has of its parent.
template <typename Work>
Outcome InChild(const Work& work) {
  int pipe_fds[2];
  if (pipe(pipe_fds) != 0) return {"no pipe"};
  const pid_t child = fork();
  if (child == 0) {
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    const std::string text = work();
    getrusage(RUSAGE_SELF, &after);
    const std::string all = std::to_string(after.ru_maxrss - before.ru_maxrss) + " " + text;
    for (std::size_t at = 0; at < all.size();) {
      const ssize_t n = write(pipe_fds[1], all.data() + at, all.size() - at);
      if (n <= 0) _exit(1);
      at += static_cast<std::size_t>(n);
    }
    _exit(0);
  }
  close(pipe_fds[1]);
  std::string all;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(pipe_fds[0], buffer, sizeof buffer)) > 0;) {
    all.append(buffer, static_cast<std::size_t>(n));
  }
  close(pipe_fds[0]);
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) return {"no child"};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return {"crashed"};
  const std::size_t space = all.find(' ');
  return {all.substr(space + 1), CpuSeconds(usage), std::stod(all.substr(0, space)) / 1024};
}

std::string Told(const Result<Plaintext>& plain) {
  return plain.has_value() ? "ok" : plain.error().message + "\n" + plain.error().hint;
}

Outcome Try(const std::string& file, Format format) {
  return InChild([&] {
    FakeKeyService keys;
    (void)SopsDocument::Detect(AsBytes(file), format);
    return Told(Decrypt(file, format, keys));
  });
}

void ExpectBounded(const Outcome& outcome, double seconds = 1) {
  EXPECT_LT(outcome.cpu_seconds, seconds * kSlower);
  if (kCountsMemory) {
    EXPECT_LT(outcome.megabytes, 100);
  }
  EXPECT_NE(outcome.text, "crashed");
  EXPECT_LT(outcome.text.size(), 64U * 1024) << outcome.text.substr(0, 200);
}

void ExpectRefused(const std::string& file, Format format, const std::string& text,
                   double seconds = 1) {
  const Outcome outcome = Try(file, format);
  ExpectBounded(outcome, seconds);
  EXPECT_THAT(outcome.text, HasSubstr(text));
}

std::string Repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

/// 9^levels leaves.
std::string AliasBomb(int levels) {
  std::string out = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < levels; ++i) {
    const std::string n = std::to_string(i), below = "*a" + std::to_string(i - 1);
    out += "a" + n + ": &a" + n + " [" + below + Repeated(", " + below, 8) + "]\n";
  }
  return out;
}

// Statement 32.
TEST(Hostile, AliasBombs) {
  const std::string metadata = "sops: {mac: x}\n";
  ExpectRefused(AliasBomb(9) + metadata, Format::kYaml, "document contains excessive aliasing");
  ExpectRefused(AliasBomb(30) + metadata, Format::kYaml, "document contains excessive aliasing");
}

// Statement 33.
TEST(Hostile, NestingOf100000) {
  constexpr std::size_t kDepth = 100'000;
  const std::string open(kDepth, '['), close(kDepth, ']');
  ExpectRefused("a: " + open + close + "\nsops: {mac: x}\n", Format::kYaml, "exceeded max depth");
  ExpectRefused("a: " + open, Format::kYaml, "exceeded max depth");
  ExpectRefused("a: " + Repeated("{a: ", kDepth), Format::kYaml, "exceeded max depth");
  ExpectRefused("- " + Repeated("- ", kDepth) + "x\n", Format::kYaml, "exceeded max depth");
  ExpectRefused(Repeated("? ", kDepth) + "x\n", Format::kYaml, "exceeded max depth");
  std::string block;  // as deep as indentation in a megabyte or two gets
  for (std::size_t i = 0; i < 2'000; ++i) block += std::string(i, ' ') + "a:\n";
  ExpectRefused(block, Format::kYaml, "exceeded max depth");
  for (const Format format : {Format::kJson, Format::kBinary}) {
    ExpectRefused("{\"a\":" + open + close + ",\"sops\":{\"mac\":\"x\"}}", format, "depth");
    ExpectRefused(Repeated("{\"a\":", kDepth), format, "depth");
  }
}

std::string WithRecipients(const Crafted& c, std::size_t count, bool last_is_ours) {
  std::string file = c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x");
  std::string others;
  for (std::size_t i = 0; i < count; ++i) {
    others += "        - recipient: age1x" + std::to_string(i) + "\n          enc: no match\n";
  }
  const std::size_t list = file.find("        - recipient");
  file.insert(list, others);
  return last_is_ours ? file : testing::Replaced(file, "enc: " + c.key, "enc: no match");
}

// Statement 29, the walk over the keys; what each costs is in AgeRecipients.
TEST(Hostile, TenThousandRecipients) {
  const Crafted c;
  const Outcome ours = Try(WithRecipients(c, 9'999, true), Format::kYaml);
  ExpectBounded(ours, 5);
  EXPECT_EQ(ours.text, "ok");
  ExpectRefused(WithRecipients(c, 9'999, false), Format::kYaml, "did not match any", 5);
  ExpectRefused(WithRecipients(c, 20'001, true), Format::kYaml, "more than", 5);
}

// Statement 29 with real age: ten thousand times somebody else's, then ours.
TEST(Hostile, TenThousandAgeRecipients) {
  const std::string file = Sample("types.yaml");
  const std::size_t entry = file.find("        - enc: |");
  const std::size_t end = file.find("    lastmodified:");
  ASSERT_LT(entry, end);
  const std::string own = file.substr(entry, end - entry);
  std::string many = file;
  many.insert(entry, Repeated(own, 9'999));
  const auto attempt = [&](const std::vector<std::string>& names) {
    return InChild([&] {
      const auto keys = SampleKeys(names);
      return Told(Decrypt(many, Format::kYaml, *keys));
    });
  };
  const Outcome ours = attempt({"ours"});
  ExpectBounded(ours, 5);
  EXPECT_EQ(ours.text, "ok");
  const Outcome none = attempt({"third"});
  ExpectBounded(none, 5);
  EXPECT_THAT(none.text, HasSubstr("Failed to get the data key"));
}

TEST(Hostile, HugeNumbers) {
  const Crafted c;
  const std::string digits(1'000'000, '9');
  ExpectRefused(c.Yaml("a: " + digits + "\n", ""), Format::kYaml,
                "does not match sops' data format");  // beyond a float: text
  ExpectRefused("{\"a\":" + digits + ",\"sops\":{\"mac\":\"x\"}}", Format::kJson, "");
  ExpectRefused("{\"a\":1e" + digits + ",\"sops\":{}}", Format::kJson, "");
  ExpectRefused(c.Yaml("a: " + c.Enc(digits, "a:", "int") + "\n", ""), Format::kYaml,
                "value out of range");
  ExpectRefused(c.Yaml("a: " + c.Enc("1e" + digits, "a:", "float") + "\n", ""), Format::kYaml,
                "value out of range");
  ExpectBounded(
      Try(c.Yaml("a: " + c.Enc("1e-" + digits, "a:", "float") + "\n", ""), Format::kYaml));
  ExpectBounded(Try("sops:\n  shamir_threshold: " + digits + "\n", Format::kYaml));
}

TEST(Hostile, BytesThatAreNoText) {
  const Crafted c;
  for (const char* bad : {"\xFF", "\xC3(", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC0\x80"}) {
    ExpectRefused(c.Yaml("a: \"" + std::string(bad) + "\"\n", ""), Format::kYaml, "line 1: ");
  }
  const std::string nul("a: \"\0\"\n", 7);
  ExpectRefused(c.Yaml(nul, ""), Format::kYaml, "control characters are not allowed");
  ExpectRefused(std::string(1000, '\0'), Format::kYaml, "control characters are not allowed");
  ExpectRefused(std::string("{\"a\":\"\0\"}", 9), Format::kJson, "");
  for (const Format format : {Format::kYaml, Format::kJson, Format::kDotenv, Format::kIni}) {
    ExpectBounded(Try(std::string(1'000'000, '\xFF'), format));
    ExpectBounded(Try("\xFF\xFE", format));
    ExpectBounded(Try(std::string(1'000'000, '\r'), format));
    ExpectBounded(Try(std::string(1'000'000, '\n'), format));
    ExpectBounded(Try(Repeated("a=", 500'000), format));
    ExpectBounded(Try(Repeated("[a]\n", 250'000), format), 5);
  }
}

TEST(Hostile, LineEndsAndByteOrderMarksAreNoMatter) {
  const Crafted c;
  const std::string file = c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x");
  std::string crlf;
  for (const char ch : file) crlf += ch == '\n' ? std::string("\r\n") : std::string(1, ch);
  EXPECT_EQ(Try(crlf, Format::kYaml).text, "ok");
  EXPECT_EQ(Try("\xEF\xBB\xBF" + file, Format::kYaml).text, "ok");
  EXPECT_EQ(Try("\xEF\xBB\xBF" + crlf, Format::kYaml).text, "ok");
  ExpectRefused("\xEF\xBB\xBF{}", Format::kJson, "invalid character");
}

TEST(Hostile, TheSameKeyTwice) {
  const Crafted c;
  ExpectRefused(c.Yaml("a: \"\"\na: \"\"\n", ""), Format::kYaml,
                "mapping key \"a\" already defined");
  ExpectRefused(c.Yaml("a: \"\"\n", "") + "sops: {}\n", Format::kYaml,
                "mapping key \"sops\" already defined");
  ExpectRefused("{\"sops\":{},\"sops\":{}}", Format::kJson, "Found duplicate sops entry");
  // Many keys: finding two that are the same takes no quadratic time.
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "k" + std::to_string(i) + ": \"\"\n";
  ExpectRefused(c.Yaml(many + "k5: \"\"\n", ""), Format::kYaml, "already defined", 3);
}

// Every length of a real file of each store: an error, or for the last line break nothing.
TEST(Hostile, EveryTruncation) {
  const std::pair<const char*, Format> files[] = {{"encrypted_regex.yaml", Format::kYaml},
                                                  {"multi.yaml", Format::kYaml},
                                                  {"types.json", Format::kJson},
                                                  {"blob.bin", Format::kBinary}};
  for (const auto& [name, format] : files) {
    const std::string file = Sample(name);
    const Outcome outcome = InChild([&, format = format] {
      FakeKeyService
          keys;  // never gives the right key: what is cut is refused before, or by the MAC
      for (std::size_t size = 0; size < file.size(); ++size) {
        const std::string cut = file.substr(0, size);
        (void)SopsDocument::Detect(AsBytes(cut), format);
        const auto plain = Decrypt(cut, format, keys);
        if (plain.has_value()) return "opened when cut to " + std::to_string(size);
        if (plain.error().message.empty()) return "no message at " + std::to_string(size);
      }
      return std::string("refused");
    });
    ExpectBounded(outcome, 30);
    EXPECT_EQ(outcome.text, "refused") << name;
  }
}

}  // namespace
}  // namespace acd
