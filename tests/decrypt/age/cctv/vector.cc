#include "tests/decrypt/age/cctv/vector.h"

#include <gtest/gtest.h>
#include <sodium.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "decrypt/age/hybrid.h"
#include "decrypt/age/ml_kem.h"
#include "decrypt/age/scrypt.h"
#include "decrypt/age/x25519.h"

namespace acd::age::cctv {
namespace {

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

void ReadIdentity(const std::string& text, Vector& out) {
  if (text.starts_with("AGE-SECRET-KEY-PQ-1")) {
    auto identity = HybridIdentity::Parse(text);
    if (identity) return out.identities.Add(std::move(*identity));
    EXPECT_FALSE(HasMlKem()) << identity.error().message;
    EXPECT_EQ(identity.error().code, Code::kUnsupported) << identity.error().message;
    EXPECT_NE(identity.error().message.find("OpenSSL 3.5"), std::string::npos);
    out.needs_ml_kem = true;
    return;
  }
  auto identity = X25519Identity::Parse(text);
  ASSERT_TRUE(identity.has_value()) << "an identity we should know";
  out.identities.Add(std::move(*identity));
}

void ReadField(const std::string& key, const std::string& value, bool& deflated, Vector& out) {
  if (key == "expect") {
    out.expect = value;
  } else if (key == "payload") {
    out.payload_hash = value;
  } else if (key == "identity") {
    ReadIdentity(value, out);
  } else if (key == "passphrase") {
    out.identities.Add(std::make_shared<ScryptIdentity>(
        [value] { return std::optional(SecretBytes::CopyOf(value)); }));
  } else if (key == "armored") {
    out.armored = true;
  } else if (key == "compressed") {
    EXPECT_EQ(value, "zlib");
    deflated = true;
  } else {
    EXPECT_TRUE(key == "comment" || key == "file key") << "unknown header key: " << key;
  }
}

}  // namespace

Vector ReadVector(const std::string& name) {
  std::ifstream in(std::filesystem::path(ACD_CCTV_AGE_DIR) / name, std::ios::binary);
  EXPECT_TRUE(in.good());
  Vector out;
  bool deflated = false;
  std::string line;
  while (std::getline(in, line) && !line.empty()) {
    const std::size_t colon = line.find(": ");
    EXPECT_NE(colon, std::string::npos);
    ReadField(line.substr(0, colon), line.substr(colon + 2), deflated, out);
  }
  std::ostringstream rest;
  rest << in.rdbuf();
  out.file = deflated ? Inflate(rest.str()) : rest.str();
  return out;
}

std::vector<std::string> VectorNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(ACD_CCTV_AGE_DIR)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Sha256Hex(std::string_view text) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, AsBytes(text).data(), text.size());
  char hex[2 * sizeof hash + 1];
  return sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
}

}  // namespace acd::age::cctv
