#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "decrypt/age/identity.h"
#include "decrypt/age/scrypt.h"
#include "decrypt/age/ssh_key.h"

namespace acd::age::testing {

inline constexpr std::string_view kPassphrase = "correct horse";

/// A file of tests/testdata/age.
inline std::string Sample(const std::string& name) {
  std::ifstream in(std::string(ACD_SOURCE_DIR) + "/tests/testdata/age/" + name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

/// Without the final newline.
inline std::string SampleLine(const std::string& name) {
  std::string text = Sample(name);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

inline Identities SshKey(const std::string& name) {
  Identities identities;
  identities.Add(ParseSshPrivateKey(Sample(name)).value());
  return identities;
}

inline Identities Passphrase(std::string_view text, ScryptLimits limits = {}) {
  Identities identities;
  identities.Add(std::make_shared<ScryptIdentity>(
      [text = std::string(text)] { return std::optional(SecretBytes::CopyOf(text)); }, limits));
  return identities;
}

}  // namespace acd::age::testing
