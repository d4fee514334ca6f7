#include "plugin/archive/inflater.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "tests/plugin/archive/archive_test_support.h"
#include "tests/support/matchers.h"

namespace acd::archive {
namespace {

using acd::testing::Fails;
using testing::Gzip;

/// Memory with nothing behind it: what reads or writes beyond its end dies.
class Fenced {
 public:
  explicit Fenced(std::size_t most) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    size_ = (most + page - 1) / page * page;
    void* const map =
        ::mmap(nullptr, size_ + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    map_ = static_cast<std::uint8_t*>(map);
    ::mprotect(map_ + size_, page, PROT_NONE);
    mapped_ = size_ + page;
  }
  ~Fenced() { ::munmap(map_, mapped_); }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;
  std::span<std::uint8_t> Last(std::size_t size) { return {map_ + size_ - size, size}; }

 private:
  std::uint8_t* map_;
  std::size_t size_;
  std::size_t mapped_;
};

struct Member {
  std::string text;
  std::size_t consumed = 0;
  bool ended = false;
  std::string error;
};

constexpr std::size_t kMost = 1U << 20U;

/// One member, input and output in pieces of these sizes.
Member InflateMember(Inflater& inflater, const std::string& gzip, std::size_t in, std::size_t out) {
  static Fenced input(kMost);
  static Fenced output(kMost);
  Member result;
  inflater.Reset();
  std::size_t at = 0;
  while (!result.ended) {
    const auto piece = input.Last(std::min(in, gzip.size() - at));
    if (!piece.empty()) std::memcpy(piece.data(), gzip.data() + at, piece.size());
    const auto room = output.Last(out);
    const auto step = inflater.Inflate(piece, room);
    if (!step) {
      result.error = step.error().message;
      break;
    }
    result.text.append(reinterpret_cast<const char*>(room.data()), step->produced);
    at += step->consumed;
    result.ended = step->ended;
    if (step->produced == 0 && step->consumed == 0) break;
  }
  result.consumed = at;
  return result;
}

/// Noise, text that comes again near and far, and runs.
std::string Sample(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) {
    const std::size_t some = 1 + random() % 400;
    switch (random() % 4) {
      case 0:
        for (std::size_t i = 0; i < some; ++i) text += static_cast<char>(random());
        break;
      case 1:
        text.append(some, static_cast<char>('a' + random() % 26));
        break;
      default:
        if (text.empty()) continue;
        text += text.substr(random() % text.size(), some);
    }
  }
  text.resize(size);
  return text;
}

class InflaterTest : public ::testing::TestWithParam<std::unique_ptr<Inflater> (*)()> {
 protected:
  void SetUp() override { ASSERT_NE(inflater_, nullptr) << "ISA-L (libisal2) is not installed"; }
  std::unique_ptr<Inflater> inflater_ = GetParam()();
};

TEST_P(InflaterTest, GivesWhatWasCompressedHoweverItIsCut) {
  for (const std::size_t size : {0UL, 1UL, 5000UL, 70'000UL, 200'000UL}) {
    for (const int level : {0, 1, 6, 9}) {
      const std::string text = Sample(size, static_cast<unsigned>(size) + 7);
      const std::string gzip = Gzip(text, level);
      for (const auto& [in, out] : {std::pair<std::size_t, std::size_t>{kMost, kMost},
                                    {1024, 128U << 10U},
                                    {1, 1000},
                                    {7, 1},
                                    {1000, 33'000},
                                    {3, 70'000},
                                    {65'536, 512}}) {
        const Member got = InflateMember(*inflater_, gzip + "behind", in, out);
        EXPECT_TRUE(got.text == text && got.ended && got.error.empty())
            << size << " " << level << " " << in << " " << out << " " << got.error;
        EXPECT_EQ(got.consumed, gzip.size());
      }
    }
  }
}

TEST_P(InflaterTest, ReadsHeadersInPieces) {
  const std::string plain = Gzip("content");
  // All fields: FEXTRA, FNAME, FCOMMENT, FTEXT, and FHCRC.
  std::string header = plain.substr(0, 10);
  header[3] = '\x1f';
  header += std::string("\4\0abcd", 6) + "name" + '\0' + "comment" + '\0';
  const auto crc =
      ::crc32(0, reinterpret_cast<const Bytef*>(header.data()), static_cast<uInt>(header.size()));
  header += static_cast<char>(crc & 0xffU);
  header += static_cast<char>(crc >> 8U & 0xffU);
  const std::string gzip = header + plain.substr(10);
  for (std::size_t in = 1; in <= gzip.size(); ++in) {
    const Member got = InflateMember(*inflater_, gzip, in, 100);
    EXPECT_EQ(got.text, "content") << in << " " << got.error;
    EXPECT_TRUE(got.ended);
    std::string damaged = gzip;
    damaged[header.size() - 1] = static_cast<char>(damaged[header.size() - 1] ^ 1);
    EXPECT_NE(InflateMember(*inflater_, damaged, in, 100).error, "") << in;
  }
}

TEST_P(InflaterTest, RefusesWhatIsNotAsItWas) {
  const std::string text = Sample(3000, 3);
  const std::string gzip = Gzip(text);
  for (const std::size_t from_end : {1U, 4U, 5U, 8U}) {  // the length, the CRC
    std::string damaged = gzip;
    damaged[gzip.size() - from_end] = static_cast<char>(damaged[gzip.size() - from_end] ^ 1);
    EXPECT_NE(InflateMember(*inflater_, damaged, 100, 100).error, "") << from_end;
  }
  for (std::size_t size = 0; size < gzip.size(); ++size) {
    const Member got = InflateMember(*inflater_, gzip.substr(0, size), 100, 4000);
    EXPECT_FALSE(got.ended) << size;
  }
  EXPECT_NE(InflateMember(*inflater_, "PK\3\4 and so on", 100, 100).error, "");
}

// Also beyond its buffers nothing is touched: they are fenced.
TEST_P(InflaterTest, EndsWithAnErrorWhateverIsDamaged) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = Sample(1 + random() % 3000, static_cast<unsigned>(random()));
    std::string gzip = Gzip(text, static_cast<int>(random() % 10));
    for (auto flips = 1 + random() % 3; flips > 0; --flips) {
      const std::size_t at = 10 + random() % (gzip.size() - 10);
      gzip[at] = static_cast<char>(gzip[at] ^ (1U << random() % 8));
    }
    const Member got = InflateMember(*inflater_, gzip, 1 + random() % 2000, 1 + random() % 5000);
    if (got.ended) {
      EXPECT_EQ(got.text, text) << round;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Both, InflaterTest,
                         ::testing::Values(&MakeIsalInflater, &MakeZlibInflater),
                         [](const auto& which) { return which.index == 0 ? "Isal" : "Zlib"; });

}  // namespace
}  // namespace acd::archive
