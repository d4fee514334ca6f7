#include "decrypt/keys/remote_key.h"

#include <gtest/gtest.h>

#include "tests/support/matchers.h"

namespace acd::keys {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

TEST(RemoteKey, TheAllowlistIsOfPrefixesWithASlash) {
  for (const char* list : {"", "all", "https://v.example.org", "https://v.example.org/",
                           "http://x , https://v.example.org", "https://v.example.org,http://x"}) {
    EXPECT_THAT(CheckVaultAllowed("https://v.example.org", list), IsOk()) << list;
  }
  for (const char* list :
       {"none", "https://v.example.or", "https://v.example.org/deep", "http://x", "All"}) {
    EXPECT_THAT(CheckVaultAllowed("https://v.example.org", list),
                Fails(Code::kUnsupported, "Allowlist does not allow https://v.example.org"))
        << list;
  }
  EXPECT_THAT(CheckVaultAllowed("https://v", "a,,b"),
              Fails(Code::kInvalidInput, "SOPS_HC_VAULT_ALLOWLIST's entry 2 is empty"));
}

TEST(RemoteKey, WhatStandsBehindTheAddressAllowsNothing) {
  const WrappedKey key{WrappedKey::Type::kHcVault, "https://bad/v1/https://good/v1/x/keys/k", "e"};
  const auto allow_good = [](const char*) { return "https://bad/v1/https://good"; };
  EXPECT_THAT(Result<int>(RemoteKeyFailure(key, allow_good)),
              Fails(Code::kUnsupported, "Allowlist does not allow https://bad"));
}

TEST(RemoteKey, OtherKindsAreNamed) {
  const auto unset = [](const char*) -> const char* { return nullptr; };
  EXPECT_THAT(Result<int>(RemoteKeyFailure({WrappedKey::Type::kAwsKms, "arn", "e"}, unset)),
              Fails(Code::kUnsupported, "keys of type kms are not supported by this build"));
  EXPECT_THAT(Result<int>(RemoteKeyFailure(
                  {WrappedKey::Type::kHcVault, "https://v/v1/t/keys/k", "e"}, unset)),
              Fails(Code::kUnsupported, "keys of type hc_vault are not supported by this build"));
}

}  // namespace
}  // namespace acd::keys
