#include "plugin/preview/warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/plugin/preview/preview_test_support.h"

namespace acd::preview {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Objects;

std::vector<std::string> Lines(const std::vector<Warning>& warnings) {
  std::vector<std::string> lines;
  for (const Warning& warning : warnings) {
    if (warning.object.empty() && warning.text.find("no namespace") != std::string::npos) continue;
    lines.push_back(warning.object + ": " + warning.text);
  }
  return lines;
}

std::vector<std::string> Checked(const std::vector<std::string>& manifests) {
  return Lines(CheckObjects(Objects(manifests), {"1.34.0", "shop"}));
}

std::string Manifest(const std::string& api, const std::string& kind, const std::string& metadata,
                     const std::string& rest) {
  return "apiVersion: " + api + "\nkind: " + kind + "\nmetadata: {" + metadata + "}\n" + rest;
}

struct Row {
  const char* name;
  std::string manifest;
  const char* expected;  ///< part of the only warning; empty: none
};

TEST(Warnings, OfOneObject) {
  const std::vector<Row> rows = {
      {"nothing", Manifest("v1", "ConfigMap", "name: a", "data: {a: b}\n"), ""},
      {"generated name", Manifest("batch/v1", "Job", "generateName: a-", ""), "has generateName"},
      {"no name", Manifest("v1", "ConfigMap", "namespace: a", ""), "has no name"},
      {"cluster-scoped", Manifest("v1", "Namespace", "name: a, namespace: b", ""),
       "its kind has none"},
      {"cluster-scoped without", Manifest("v1", "Namespace", "name: a", ""), ""},
      {"another's kind", Manifest("example.org/v1", "Namespace", "name: a, namespace: b", ""), ""},
      {"yes", Manifest("v1", "X", "name: a", "spec: {a: yes}\n"),
       "spec.a: `yes` is the boolean true"},
      {"on as a key", Manifest("v1", "X", "name: a", "spec: {on: b}\n"),
       "spec.on: `on` is the boolean"},
      {"octal", Manifest("v1", "X", "name: a", "spec: {a: [0123]}\n"),
       "spec.a[0]: a number with a leading 0"},
      {"underscore", Manifest("v1", "X", "name: a", "spec: {a: 1_000}\n"), "loses them"},
      {"a file's mode", Manifest("v1", "X", "name: a", "spec: {defaultMode: 0644}\n"), ""},
      {"quoted", Manifest("v1", "X", "name: a", "spec: {a: 'yes', b: '0123'}\n"), ""},
      {"label", Manifest("v1", "X", "name: a, labels: {a: 5}", ""),
       "metadata.labels.a: is no string"},
      {"data", Manifest("v1", "ConfigMap", "name: a", "data: {a: true}\n"), "data.a: is no string"},
      {"removed API", Manifest("policy/v1beta1", "PodDisruptionBudget", "name: a", ""),
       "policy/v1beta1 was removed in Kubernetes 1.25"},
      {"both data",
       Manifest("v1", "Secret", "name: a", "data: {a: eA==}\nstringData: {a: x, b: z}\n"),
       "data.a is replaced by stringData.a"},
      {"hook",
       Manifest("batch/v1", "Job", "name: a, annotations: {argocd.argoproj.io/hook: PreSync}", ""),
       "is a hook (PreSync)"},
      {"skipped",
       Manifest("batch/v1", "Job", "name: a, annotations: {argocd.argoproj.io/hook: Skip}", ""),
       "is never applied"},
      {"helm's hook",
       Manifest("batch/v1", "Job", "name: a, annotations: {helm.sh/hook: 'pre-install, test'}", ""),
       "Argo CD runs it"},
      {"helm's test", Manifest("v1", "Pod", "name: a, annotations: {helm.sh/hook: test}", ""),
       "is not applied"},
      {"sync option",
       Manifest("v1", "X",
                "name: a, annotations: {argocd.argoproj.io/sync-options: 'A=b, Replace=true'}", ""),
       "is replaced instead of patched"},
  };
  for (const Row& row : rows) {
    const auto lines = Checked({row.manifest});
    if (*row.expected == '\0') {
      EXPECT_THAT(lines, IsEmpty()) << row.name;
    } else {
      EXPECT_THAT(lines, ElementsAre(HasSubstr(row.expected))) << row.name;
    }
  }
}

TEST(Warnings, OfDuplicatesAndNamespaces) {
  const auto warnings =
      CheckObjects(Objects({Manifest("v1", "ConfigMap", "name: a", ""),
                            Manifest("v1", "ConfigMap", "name: a, namespace: shop", ""),
                            Manifest("v1", "ConfigMap", "name: a, namespace: other", "")}),
                   {"1.34.0", "shop"});
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0].object, "ConfigMap shop/a");
  EXPECT_THAT(warnings[0].text, HasSubstr("2 times"));
  EXPECT_EQ(warnings[1].text,
            "1 object names no namespace and gets the destination's, which is taken to be `shop`");
}

TEST(Warnings, AnApiIsThereUntilItIsRemoved) {
  const auto objects = Objects({Manifest("batch/v1beta1", "CronJob", "name: a", "")});
  EXPECT_THAT(Lines(CheckObjects(objects, {"v1.24.9-eks", ""})), IsEmpty());
  EXPECT_THAT(Lines(CheckObjects(objects, {"1.25.0", ""})), Contains(HasSubstr("1.25")));
}

std::vector<std::string> Changed(const std::vector<std::string>& before,
                                 const std::vector<std::string>& after) {
  const auto old_objects = Objects(before);
  const auto new_objects = Objects(after);
  return Lines(CheckChanges(MatchObjects(old_objects, new_objects)));
}

struct ChangeRow {
  const char* name;
  std::string before;
  std::string after;
  const char* expected;
};

TEST(Warnings, OfChanges) {
  const auto deployment = [](const std::string& spec) {
    return Manifest("apps/v1", "Deployment", "name: a", "spec: " + spec + "\n");
  };
  const auto service = [](const std::string& spec) {
    return Manifest("v1", "Service", "name: a", "spec: " + spec + "\n");
  };
  const auto secret = [](const std::string& rest) {
    return Manifest("v1", "Secret", "name: a", rest);
  };
  const auto set = [](const std::string& spec) {
    return Manifest("apps/v1", "StatefulSet", "name: a", "spec: " + spec + "\n");
  };
  const std::vector<ChangeRow> rows = {
      {"selector", deployment("{selector: {a: b}}"), deployment("{selector: {a: c}}"),
       "spec.selector"},
      {"order", deployment("{selector: {a: b, c: d}}"), deployment("{selector: {c: d, a: b}}"), ""},
      {"replicas", deployment("{replicas: 1}"), deployment("{replicas: 2}"), ""},
      {"clusterIP", service("{clusterIP: 1.2.3.4}"), service("{clusterIP: 1.2.3.5}"),
       "spec.clusterIP"},
      {"clusterIP by default", service("{}"), service("{clusterIP: None}"), ""},
      {"claims", set("{}"), set("{volumeClaimTemplates: [{}]}"), "spec.volumeClaimTemplates"},
      {"job", Manifest("batch/v1", "Job", "name: a", "spec: {template: {a: 1}}\n"),
       Manifest("batch/v1", "Job", "name: a", "spec: {template: {a: 2}}\n"), "spec.template"},
      {"type", secret("type: Opaque\n"), secret("type: a/b\n"), "type cannot be changed"},
      {"immutable", secret("immutable: true\ndata: {a: eA==}\n"),
       secret("immutable: true\ndata: {a: eQ==}\n"), "is immutable"},
      {"not yet immutable", secret("data: {a: eA==}\n"),
       secret("immutable: true\ndata: {a: eQ==}\n"), ""},
      {"binding",
       Manifest("rbac.authorization.k8s.io/v1", "RoleBinding", "name: a", "roleRef: {name: a}\n"),
       Manifest("rbac.authorization.k8s.io/v1", "RoleBinding", "name: a", "roleRef: {name: b}\n"),
       "roleRef"},
  };
  for (const ChangeRow& row : rows) {
    const auto lines = Changed({row.before}, {row.after});
    if (*row.expected == '\0') {
      EXPECT_THAT(lines, IsEmpty()) << row.name;
    } else {
      EXPECT_THAT(lines, ElementsAre(HasSubstr(row.expected))) << row.name;
    }
  }
}

TEST(Warnings, OfRemovalsAndMoves) {
  EXPECT_THAT(Changed({Manifest("v1", "PersistentVolumeClaim", "name: a", "")}, {}),
              ElementsAre(HasSubstr("and all that it holds")));
  EXPECT_THAT(
      Changed(
          {Manifest("v1", "ConfigMap",
                    "name: a, annotations: {argocd.argoproj.io/sync-options: Prune=false}", "")},
          {}),
      ElementsAre(HasSubstr("stays in the cluster")));
  EXPECT_THAT(Changed({Manifest("v1", "ConfigMap", "name: a", "")},
                      {Manifest("v1", "ConfigMap", "name: a, namespace: new", "")}),
              ElementsAre(HasSubstr("is removed"), HasSubstr("moves from namespace `shop`")));
  EXPECT_THAT(Changed({Manifest("extensions/v1beta1", "Ingress", "name: a", "")},
                      {Manifest("networking.k8s.io/v1", "Ingress", "name: a", "")}),
              ElementsAre(HasSubstr("is removed"), HasSubstr("API group `extensions`")));
}

}  // namespace
}  // namespace acd::preview
