#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/decrypt.h"
#include "decrypt/keys/age_key_service.h"
#include "decrypt/keys/key_sources.h"

namespace acd::testing {

/// A file of tests/testdata/sops.
inline std::string Sample(const std::string& name) {
  std::ifstream in(std::string(ACD_SOURCE_DIR) + "/tests/testdata/sops/" + name, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A service with the samples' private keys of these names.
inline std::unique_ptr<keys::KeyService> SampleKeys(std::vector<std::string> names = {"ours"}) {
  keys::KeySources sources;
  SecretBytes text;
  for (const std::string& name : names) text.Append(Sample(name + ".age-key"));
  sources.texts.push_back({"SOPS_AGE_KEY", std::move(text)});
  return std::make_unique<keys::AgeKeyService>(std::move(sources), Limits());
}

inline DecryptOptions OptionsFor(sops::Format format) {
  DecryptOptions options;
  options.input = options.output = format;
  options.check_version = true;
  return options;
}

inline Result<Plaintext> Decrypt(std::string_view content, sops::Format format,
                                 keys::KeyService& keys) {
  return DecryptDocument(AsBytes(content), OptionsFor(format), keys, keys::Requester());
}

/// The first `from` replaced; the test's own mistake if there is none.
inline std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return "test is broken: no " + std::string(from);
  return text.replace(at, from.size(), to);
}

}  // namespace acd::testing
