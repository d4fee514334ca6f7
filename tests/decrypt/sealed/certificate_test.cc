#include "decrypt/sealed/certificate.h"

#include <gtest/gtest.h>

#include <string>

#include "decrypt/base/secret_bytes.h"
#include "decrypt/sealed/scope.h"
#include "tests/decrypt/sealed/controller.h"
#include "tests/support/matchers.h"

namespace acd::sealed {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::Controller;

Result<Certificate> Parse(const std::string& pem) {
  return Certificate::Parse(pem, std::chrono::system_clock::now());
}

TEST(SealedCertificate, TheControllerOpensWhatWasSealed) {
  const Controller controller, stranger;
  const auto certificate = Parse(controller.pem());
  ASSERT_THAT(certificate, IsOk());
  const std::string long_text(5'000, 'x');
  for (const std::string& value :
       {std::string(), std::string("v"), std::string("a\0b\xff", 4), long_text}) {
    for (const Scope scope : {Scope::kStrict, Scope::kNamespaceWide, Scope::kClusterWide}) {
      const std::string label = Label(scope, "team", "database");
      const auto sealed = certificate->Seal(AsBytes(value), label);
      ASSERT_THAT(sealed, IsOk());
      EXPECT_EQ(controller.Open(*sealed, label), value);
      EXPECT_EQ(controller.Open(*sealed, "team/other"), std::nullopt);
      EXPECT_EQ(stranger.Open(*sealed, label), std::nullopt);
    }
  }
}

TEST(SealedCertificate, AValueNeverSealsTwiceToTheSameText) {
  const Controller controller;
  const auto certificate = Parse(controller.pem());
  ASSERT_THAT(certificate, IsOk());
  EXPECT_NE(*certificate->Seal(AsBytes("v"), "l"), *certificate->Seal(AsBytes("v"), "l"));
}

TEST(SealedCertificate, LabelsAreThoseOfTheController) {
  EXPECT_EQ(Label(Scope::kStrict, "ns", "n"), "ns/n");
  EXPECT_EQ(Label(Scope::kNamespaceWide, "ns", "n"), "ns");
  EXPECT_EQ(Label(Scope::kClusterWide, "ns", "n"), "");
  EXPECT_EQ(ScopeFromName("cluster-wide"), Scope::kClusterWide);
  EXPECT_EQ(ScopeFromName("Strict"), std::nullopt);
}

TEST(SealedCertificate, TheFirstCertificateCounts) {
  const Controller first, second;
  const auto certificate =
      Parse("a comment\n" + first.PrivateKeyPem() + first.pem() + second.pem());
  ASSERT_THAT(certificate, IsOk());
  EXPECT_EQ(first.Open(*certificate->Seal(AsBytes("v"), ""), ""), "v");
}

TEST(SealedCertificate, RefusesWhatNobodyShouldSealFor) {
  EXPECT_THAT(Parse(Controller("RSA", 2048, -1).pem()),
              Fails(Code::kInvalidInput, "failed to encrypt using an expired certificate on 20"));
  EXPECT_THAT(Parse(Controller("EC").pem()), Fails(Code::kInvalidInput, "not an RSA key"));
  EXPECT_THAT(Parse(Controller("RSA", 1024).pem()), Fails(Code::kInvalidInput, "has 1024 bits"));
  EXPECT_THAT(Parse(""), Fails(Code::kInvalidInput, "no PEM block CERTIFICATE"));
  EXPECT_THAT(Parse(Controller().PrivateKeyPem()),
              Fails(Code::kInvalidInput, "no PEM block CERTIFICATE"));
  EXPECT_THAT(Parse("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
              Fails(Code::kInvalidInput, "malformed"));
}

TEST(SealedCertificate, NoByteOfItCanBeMissing) {
  const std::string pem = Controller().pem();
  for (std::size_t size = 0; size + 2 < pem.size(); size += 7) {
    EXPECT_FALSE(Parse(pem.substr(0, size)).has_value()) << size;
  }
}

}  // namespace
}  // namespace acd::sealed
