// Runs every file of the age testkit (c2sp.org/CCTV/age) through the facade, each as a test.

#include <sodium.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "decrypt/age/age.h"
#include "decrypt/age/x25519.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

struct Vector {
  std::string expect;
  std::string payload_hash;
  std::string file;
  bool armored = false;
  bool deflated = false;
  Identities identities;
  bool needs_more = false;  // has an identity of a type that is not built in
};

std::string Inflate(const std::string& deflated) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
  stream.avail_in = static_cast<uInt>(deflated.size());
  std::string out;
  int status = Z_OK;
  while (status == Z_OK) {
    char buffer[65536];
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
  }
  inflateEnd(&stream);
  EXPECT_EQ(status, Z_STREAM_END);
  return out;
}

// An unknown key of a vector is a failure: a new kind of vector must not pass by being ignored.
void ReadField(const std::string& key, const std::string& value, Vector& out) {
  if (key == "expect") {
    out.expect = value;
  } else if (key == "payload") {
    out.payload_hash = value;
  } else if (key == "identity") {
    auto identity = X25519Identity::Parse(value);
    if (identity) {
      out.identities.Add(*identity);
    } else {
      EXPECT_TRUE(value.starts_with("AGE-SECRET-KEY-PQ-1")) << "an identity we should know";
      out.needs_more = true;
    }
  } else if (key == "passphrase") {
    out.needs_more = true;
  } else if (key == "armored") {
    out.armored = true;
  } else if (key == "compressed") {
    EXPECT_EQ(value, "zlib");
    out.deflated = true;
  } else {
    EXPECT_TRUE(key == "comment" || key == "file key") << "unknown header key: " << key;
  }
}

Vector ReadVector(const std::string& name) {
  std::ifstream in(std::filesystem::path(ACD_CCTV_AGE_DIR) / name, std::ios::binary);
  EXPECT_TRUE(in.good());
  Vector out;
  std::string line;
  while (std::getline(in, line) && !line.empty()) {
    const std::size_t colon = line.find(": ");
    EXPECT_NE(colon, std::string::npos);
    ReadField(line.substr(0, colon), line.substr(colon + 2), out);
  }
  std::ostringstream rest;
  rest << in.rdbuf();
  out.file = out.deflated ? Inflate(rest.str()) : rest.str();
  return out;
}

std::string Sha256(std::string_view text) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, AsBytes(text).data(), text.size());
  char hex[2 * sizeof hash + 1];
  return sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
}

std::string Classify(const Error& error) {
  if (error.message == "bad header MAC") return "HMAC failure";
  if (error.message.starts_with("invalid armor: ")) return "armor failure";
  if (error.code == Code::kNoMatchingKey) return "no match";
  if (error.message.starts_with("payload: ")) return "payload failure";
  if (error.message.starts_with("header: ")) return "header failure";
  return "unclassified: " + error.message;
}

std::vector<std::string> VectorNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(ACD_CCTV_AGE_DIR)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class AgeCctv : public ::testing::TestWithParam<std::string> {};

TEST_P(AgeCctv, EndsAsItMust) {
  const Vector vector = ReadVector(GetParam());
  const auto result = Decrypt(AsBytes(vector.file), vector.identities, Limits{},
                              vector.armored ? Encoding::kArmored : Encoding::kBinary);
  if (result) {
    EXPECT_EQ(vector.expect, "success");
    EXPECT_EQ(Sha256(result->ExposeText()), vector.payload_hash);
  } else if (vector.needs_more) {
    std::cout << "needs an identity type that is not built in; refused as: "
              << Classify(result.error()) << ", expected: " << vector.expect << "\n";
  } else {
    EXPECT_EQ(Classify(result.error()), vector.expect) << result.error().message;
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
  const auto checked = std::count_if(names.begin(), names.end(), [](const std::string& name) {
    return !ReadVector(name).needs_more;
  });
  std::cout << checked << " of " << names.size() << " vectors need only what is built in\n";
  EXPECT_GE(checked, 98);
}

}  // namespace
}  // namespace acd::age
