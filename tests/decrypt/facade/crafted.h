#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "decrypt/sops/mac.h"
#include "tests/decrypt/facade/facade.h"
#include "tests/decrypt/sops/encrypt.h"

namespace acd::testing {

/// YAML documents encrypted here, so that a test can make what sops would not. Its one recipient is
/// opened by FakeKeyService, for which the stored key is the data key itself.
class Crafted {
 public:
  static constexpr std::string_view kKey = "0123456789abcdef0123456789ABCDEF";
  static constexpr const char* kTime = "2024-01-02T03:04:05Z";

  std::string Enc(std::string_view plain, std::string_view aad,
                  std::string_view type = "str") const {
    return sops::testing::Encrypt(plain, type, aad, SecretBytes::CopyOf(key));
  }

  /// A document with these lines, and a MAC over `mac_text`: all its leaves one after the other.
  std::string Yaml(std::string_view body, std::string_view mac_text) const {
    return std::string(body) + "sops:\n    age:\n        - recipient: age1x\n          enc: " +
           (enc.empty() ? key : enc) + "\n    lastmodified: " + last_modified +
           "\n    mac: " + Mac(mac_text) + "\n    version: " + version + "\n" + more;
  }

  std::string Mac(std::string_view mac_text) const {
    sops::MacHash hash(mac_only_encrypted);
    hash.Add(sops::testing::Text(mac_text));
    return Enc(hash.Finish().ExposeText(), mac_aad);
  }

  std::string key = std::string(kKey);
  std::string enc;
  std::string last_modified = "\"" + std::string(kTime) + "\"";
  std::string mac_aad = kTime;
  std::string version = "3.13.3";
  std::string more;
  bool mac_only_encrypted = false;
};

}  // namespace acd::testing
