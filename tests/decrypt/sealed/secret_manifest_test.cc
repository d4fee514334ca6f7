#include "decrypt/sealed/secret_manifest.h"

#include <gtest/gtest.h>

#include <string>

#include "decrypt/sops/stores/store.h"
#include "tests/decrypt/sealed/controller.h"
#include "tests/support/matchers.h"

namespace acd::sealed {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::Controller;

const Controller& TheController() {
  static const Controller controller;
  return controller;
}

Result<std::vector<sops::Node>> SealNodes(const std::string& manifest, const SealOptions& options) {
  ACD_TRY(const auto documents, sops::ReadStore(sops::Format::kYaml, AsBytes(manifest), Limits()));
  ACD_TRY(const Certificate certificate,
          Certificate::Parse(TheController().pem(), std::chrono::system_clock::now()));
  return SealManifests(documents, certificate, options);
}

/// The SealedSecrets as YAML, each sealed value replaced by what it opens to, in brackets.
std::string Sealed(const std::string& manifest, const std::string& label,
                   SealOptions options = {}) {
  auto sealed = SealNodes(manifest, options);
  if (!sealed) return "error: " + sealed.error().message;
  const auto printed =
      sops::WriteStore(sops::Format::kYaml, *sealed, sops::WriteOptions{.indent = 2});
  if (!printed) return "error: " + printed.error().message;
  std::string text(printed->ExposeText());
  for (std::size_t at = text.find(": AQ"); at != std::string::npos;
       at = text.find(": AQ", at + 1)) {
    const std::size_t end = text.find('\n', at);
    const auto opened = TheController().Open(text.substr(at + 2, end - at - 2), label);
    text.replace(at + 2, end - at - 2, opened ? "[" + *opened + "]" : "[not opened]");
  }
  return text;
}

constexpr const char* kSecret = R"(# plain-comment
apiVersion: v1
kind: Secret
metadata:
  name: database
  namespace: team
  uid: 1b2c
  creationTimestamp: null
  labels:
    app: shop # plain-comment
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"pw":"plain-copy"}}'
    note: kept
type: kubernetes.io/basic-auth
immutable: true
data:
  cert: aGVsbG8=
  pw: b2xk
  nothing: null
stringData:
  # plain-comment
  pw: s3cret
  flag: "yes"
)";

TEST(SealedManifest, KeepsTypeAndMetadataAndNothingPlain) {
  EXPECT_EQ(Sealed(kSecret, "team/database"), R"(apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: database
  namespace: team
spec:
  encryptedData:
    cert: [hello]
    flag: [yes]
    nothing: []
    pw: [s3cret]
  template:
    metadata:
      name: database
      namespace: team
      labels:
        app: shop
      annotations:
        note: kept
    type: kubernetes.io/basic-auth
    immutable: true
)");
}

TEST(SealedManifest, TheScopeIsAnnotatedWhereTheControllerReadsIt) {
  const std::string wide = Sealed(kSecret, "team", {.scope = Scope::kNamespaceWide});
  EXPECT_NE(wide.find("  namespace: team\n  annotations:\n    "
                      "sealedsecrets.bitnami.com/namespace-wide: \"true\"\n"),
            std::string::npos)
      << wide;
  EXPECT_NE(wide.find("pw: [s3cret]"), std::string::npos);
  const std::string cluster = Sealed(kSecret, "", {.scope = Scope::kClusterWide});
  EXPECT_NE(cluster.find("sealedsecrets.bitnami.com/cluster-wide: \"true\""), std::string::npos);
  EXPECT_NE(cluster.find("pw: [s3cret]"), std::string::npos);
}

TEST(SealedManifest, AnotherScopesAnnotationDoesNotStay) {
  const std::string sealed = Sealed(
      "apiVersion: v1\nkind: Secret\nmetadata: {name: n1, namespace: ns, annotations: "
      "{sealedsecrets.bitnami.com/cluster-wide: 'true'}}\nstringData: {a: b}\n",
      "ns/n1");
  EXPECT_EQ(sealed.find("cluster-wide"), std::string::npos) << sealed;
  EXPECT_NE(sealed.find("a: [b]"), std::string::npos);
}

TEST(SealedManifest, TakesDocumentsAndADefaultNamespace) {
  const std::string two =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: one}\nstringData: {a: b}\n---\n# none\n---\n"
      "apiVersion: v1\nkind: Secret\nmetadata: {name: one, namespace: own}\nstringData: {a: c}\n";
  const std::string sealed = Sealed(two, "given/one", {.default_namespace = "given"});
  EXPECT_NE(sealed.find("a: [b]"), std::string::npos) << sealed;
  EXPECT_NE(sealed.find("namespace: own"), std::string::npos) << sealed;
  EXPECT_NE(sealed.find("a: [not opened]"), std::string::npos) << sealed;
}

std::string Secret(const std::string& rest) {
  return "apiVersion: v1\nkind: Secret\nmetadata: {name: one, namespace: ns}\n" + rest;
}

TEST(SealedManifest, RefusesWhatItCannotSeal) {
  const auto error = [](const std::string& manifest) { return Sealed(manifest, ""); };
  EXPECT_EQ(error("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: b}\n"),
            "error: not a Secret (apiVersion: v1, kind: Secret)");
  EXPECT_EQ(error(Secret("datas: {a: b}\n")), "error: datas: a Secret has no such field");
  EXPECT_EQ(error(Secret("data: {a: '*'}\n")),
            "error: data: a: illegal base64 data at input byte 0");
  EXPECT_EQ(error(Secret("stringData: {a: 5}\n")), "error: stringData: a: must be a string");
  EXPECT_EQ(error(Secret("stringData: {a: {b: c}}\n")), "error: stringData: a: must be a string");
  EXPECT_EQ(error(Secret("stringData: [a]\n")), "error: stringData: must be a map");
  EXPECT_EQ(error(Secret("data: {}\n")),
            "error: data, stringData: no value in them, so there is nothing to seal");
  EXPECT_EQ(error(Secret("stringData: {a: 'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]'}\n")),
            "error: stringData: a: is still encrypted by sops");
  EXPECT_EQ(error("apiVersion: v1\nkind: Secret\nmetadata: {namespace: ns}\nstringData: {a: b}\n"),
            "error: metadata.name: missing, or not a string");
  EXPECT_EQ(error("apiVersion: v1\nkind: Secret\nmetadata: {name: one}\nstringData: {a: b}\n"),
            "error: metadata.namespace: missing, and the values are sealed for one namespace");
  EXPECT_EQ(error("# nothing\n---\n"), "error: no Secret in it");
}

}  // namespace
}  // namespace acd::sealed
