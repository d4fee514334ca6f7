#include "plugin/commands/health_command.h"

#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/secret_bytes.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/input.h"
#include "plugin/commands/output_file.h"
#include "plugin/guard/document_reader.h"
#include "plugin/guard/document_splitter.h"
#include "plugin/health/assess.h"
#include "plugin/health/checks.h"
#include "plugin/health/report.h"
#include "plugin/preview/objects.h"
#include "plugin/preview/printable.h"

namespace acd::commands {
namespace {

constexpr std::size_t kMaxDocuments = 100'000;

struct Findings {
  std::vector<health::Assessed> objects;
  std::map<std::string, std::size_t> unchecked;  ///< by kind and group
};

Result<std::vector<preview::Object>> ReadObjects(const std::string& file) {
  ACD_TRY(const SecretBytes content, ReadInput(file, guard::ManifestLimits().max_document_bytes));
  auto pieces = guard::SplitDocuments(content.ExposeText(), kMaxDocuments);
  if (!pieces) return Fail(std::move(pieces).error().With(ShownName(file)));
  auto objects = preview::ReadObjects(std::vector<std::string>(pieces->begin(), pieces->end()), "");
  if (!objects) return Fail(std::move(objects).error().With(ShownName(file)));
  return objects;
}

// A check that fails says nothing good of its object, as in Argo CD.
health::Health AssessOrUnknown(const health::Check& check, const preview::Value& object) {
  auto found = health::Assess(check.script, object);
  return found ? std::move(*found) : health::Health{"Unknown", found.error().message};
}

Status AssessFile(const std::string& file, Findings& findings) {
  ACD_TRY(std::vector<preview::Object> objects, ReadObjects(file));
  for (preview::Object& object : objects) {
    const auto& [group, kind, space, name] = object.identity;
    if (const health::Check* check = health::FindCheck(group, kind)) {
      health::Health health = AssessOrUnknown(*check, object.value);
      findings.objects.push_back({std::move(object.identity), std::move(health)});
    } else {
      ++findings.unchecked[kind + (group.empty() ? "" : "." + group)];
    }
  }
  return {};
}

void Note(const Findings& findings) {
  std::string text = "argocd-decrypt health: ";
  text += findings.objects.empty() ? "no object to check" : health::Counts(findings.objects);
  if (!findings.unchecked.empty()) {
    text += "; there is no check for";
    const char* separator = " ";
    for (const auto& [kind, count] : findings.unchecked) {
      text += separator + (kind.empty() ? "objects without a kind" : preview::Printable(kind)) +
              " (" + std::to_string(count) + ")";
      separator = ", ";
    }
  }
  std::fputs((text + "\n").c_str(), stderr);
}

std::string Kinds() {
  std::string text = "Kinds with a check:";
  std::string_view group;
  for (const health::Check& check : health::Checks()) {
    const bool is_new_group = check.group != group;
    group = check.group;
    text += is_new_group ? "\n  " + std::string(group) + ": " : ", ";
    text += check.kind;
  }
  return text;
}

}  // namespace

int RunHealth(std::span<char*> args) {
  std::vector<std::string> files;
  std::string output_type = "table";
  CLI::App app(
      "Runs the health checks that Argo CD gets from this project (health-lua/ in the sources) on\n"
      "objects as the cluster has them, status included: JSON or YAML, also a List. Prints a "
      "table\n"
      "of kind, name, status and message. Exit status 1 when an object is Degraded.",
      "argocd-decrypt health");
  app.add_option("FILE", files, "manifests with their status; - for standard input")->required();
  app.add_option("--output-type", output_type, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  app.footer(
      Kinds() +
      "\nExamples: kubectl get sealedsecrets,externalsecrets -A -o yaml | argocd-decrypt health -\n"
      "          argocd-decrypt health --output-type json status.yaml");
  if (const auto code = ParseArguments(app, args)) return *code;
  Findings findings;
  for (const std::string& file : files) {
    const Status status = AssessFile(file, findings);
    if (!status) return ReportFailure("health", status.error());
  }
  const std::string report =
      output_type == "json" ? health::Json(findings.objects) : health::Table(findings.objects);
  const Status status = PrintResult(AsBytes(report));
  if (!status) return ReportFailure("health", status.error());
  Note(findings);
  const bool is_bad = health::Count(findings.objects, "Degraded") > 0 ||
                      health::Count(findings.objects, "Unknown") > 0;
  return is_bad ? kFailed : kDone;
}

}  // namespace acd::commands
