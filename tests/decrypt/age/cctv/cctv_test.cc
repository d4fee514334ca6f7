// Runs every file of the age testkit (c2sp.org/CCTV/age), each as a test, through both ways to
// decrypt: a whole buffer and a stream. Prints what passed by kind.

#include <algorithm>
#include <cctype>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include "decrypt/age/age.h"
#include "decrypt/age/decryptor.h"
#include "decrypt/age/ml_kem.h"
#include "tests/decrypt/age/cctv/vector.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using cctv::ReadVector;
using cctv::Sha256Hex;
using cctv::Vector;
using cctv::VectorNames;

std::string Classify(const Error& error) {
  if (error.message == "bad header MAC") return "HMAC failure";
  if (error.message.starts_with("invalid armor: ")) return "armor failure";
  if (error.code == Code::kNoMatchingKey) return "no match";
  if (error.message.starts_with("payload: ")) return "payload failure";
  if (error.message.starts_with("header: ")) return "header failure";
  return "unclassified: " + error.message;
}

struct Count {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
};

/// By what is expected, over all tests of this program.
std::map<std::string, Count>& Counts() {
  static std::map<std::string, Count> counts;
  return counts;
}

class PrintCounts : public ::testing::Environment {
 public:
  void TearDown() override {
    Count all;
    std::cout << "\n"
              << std::left << std::setw(24) << "age vectors, expected" << std::right << std::setw(8)
              << "passed" << std::setw(8) << "failed" << std::setw(16) << "no ML-KEM here"
              << "\n";
    for (const auto& [kind, count] : Counts()) {
      Print(kind, count);
      all.passed += count.passed;
      all.failed += count.failed;
      all.skipped += count.skipped;
    }
    Print("all", all);
  }

 private:
  static void Print(const std::string& name, const Count& count) {
    std::cout << std::left << std::setw(24) << name << std::right << std::setw(8) << count.passed
              << std::setw(8) << count.failed << std::setw(16) << count.skipped << "\n";
  }
};

const auto* const kPrintCounts = ::testing::AddGlobalTestEnvironment(new PrintCounts);

class AgeCctv : public ::testing::TestWithParam<std::string> {
 protected:
  void TearDown() override {
    Count& count = Counts()[vector_.expect];
    ++(IsSkipped() ? count.skipped : HasFailure() ? count.failed : count.passed);
  }
  void Check(const Status& status, std::string_view released, bool compare) {
    EXPECT_EQ(status ? "success" : Classify(status.error()), vector_.expect)
        << (status ? "" : status.error().message);
    if (compare && !vector_.payload_hash.empty()) {
      EXPECT_EQ(Sha256Hex(released), vector_.payload_hash);
    }
  }
  Encoding encoding() const { return vector_.armored ? Encoding::kArmored : Encoding::kBinary; }

  Vector vector_ = ReadVector(GetParam());
};

TEST_P(AgeCctv, Whole) {
  if (vector_.needs_ml_kem) GTEST_SKIP() << "OpenSSL has no ML-KEM-768";
  const auto result = Decrypt(AsBytes(vector_.file), vector_.identities, Limits{}, encoding());
  if (result) return Check({}, result->ExposeText(), true);
  Check(Fail(result.error()), "", false);  // all or nothing
}

TEST_P(AgeCctv, Stream) {
  if (vector_.needs_ml_kem) GTEST_SKIP() << "OpenSSL has no ML-KEM-768";
  // Odd pieces, so that nothing depends on where a read ends.
  for (const std::size_t piece : {std::size_t{1} << 20U, std::size_t{4099}}) {
    std::string_view rest = vector_.file;
    std::string released;
    const Status status = DecryptStream(
        [&](std::span<std::uint8_t> out) -> Result<std::size_t> {
          const std::size_t size = std::min({out.size(), rest.size(), piece});
          std::copy_n(rest.begin(), size, out.begin());
          rest.remove_prefix(size);
          return size;
        },
        [&](std::span<const std::uint8_t> bytes) -> Status {
          released += AsText(bytes);
          return {};
        },
        vector_.identities, Limits{}, encoding());
    Check(status, released, true);
  }
}

std::string TestName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Vectors, AgeCctv, ::testing::ValuesIn(VectorNames()), TestName);

TEST(AgeCctvFolder, HoldsTheWholeTestkit) {
  const auto names = VectorNames();
  EXPECT_GE(names.size(), 143U);
  const auto hybrid = std::count_if(names.begin(), names.end(), [](const std::string& name) {
    return ReadVector(name).needs_ml_kem;
  });
  EXPECT_LE(hybrid, HasMlKem() ? 0 : 20);
}

}  // namespace
}  // namespace acd::age
