#include "plugin/commands/health_command.h"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/input.h"
#include "plugin/commands/output_file.h"
#include "plugin/guard/document_reader.h"
#include "plugin/guard/document_splitter.h"
#include "plugin/health/checks.h"
#include "plugin/health/examine.h"
#include "plugin/health/report.h"
#include "plugin/preview/value.h"

namespace acd::commands {
namespace {

constexpr std::size_t kMaxDocuments = 100'000;
// Of one document, which takes some 500 bytes of memory each: a List of 30,000 objects of a
// cluster.
constexpr std::size_t kMaxNodes = 2'000'000;
constexpr std::size_t kMaxNamedKinds = 10;

Limits DocumentLimits() {
  Limits limits = guard::ManifestLimits();
  limits.max_nodes = kMaxNodes;
  return limits;
}

Status ExamineFile(const std::string& file, health::Findings& findings) {
  const Limits limits = DocumentLimits();
  ACD_TRY(const SecretBytes content, ReadInput(file, limits.max_document_bytes));
  auto pieces = guard::SplitDocuments(content.ExposeText(), kMaxDocuments);
  if (!pieces) return Fail(std::move(pieces).error().With(ShownName(file)));
  bool is_empty = true;
  // One after the other: of each, only what was said of it is kept.
  for (std::size_t i = 0; i < pieces->size(); ++i) {
    const auto named = [&](Error error) {
      return Fail(std::move(error).With("document " + std::to_string(i + 1)).With(ShownName(file)));
    };
    auto node = guard::ReadDocument((*pieces)[i], limits);
    if (!node) return named(std::move(node).error());
    if (!*node) continue;
    is_empty = false;
    const Status status = health::Examine(preview::ToValue(**node), findings);
    if (!status) return named(status.error());
  }
  // What kubectl prints of nothing is an empty List. Less than that is what it prints when it
  // fails.
  if (is_empty) {
    return Fail(Code::kInvalidInput, ShownName(file) + ": nothing is in it",
                "kubectl prints an empty List where there is nothing: has it failed?");
  }
  return {};
}

void Note(const health::Findings& findings) {
  std::string text = "argocd-decrypt health: ";
  text += findings.objects.empty() ? "no object to check" : health::Counts(findings.objects);
  if (!findings.unchecked.empty()) {
    text += "; there is no check for";
    std::size_t named = 0;
    for (const auto& [kind, count] : findings.unchecked) {
      if (named == kMaxNamedKinds) {
        text += " and " + std::to_string(findings.unchecked.size() - named) + " other kinds";
        break;
      }
      text += std::string(named++ == 0 ? " " : ", ") + health::OneLine(kind) + " (" +
              std::to_string(count) + ")";
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
      "of kind, name, status and message. Exit status: 0, also when an object is Progressing;\n"
      "1 when one is Degraded, or Unknown because its check failed, or a file could not be read;\n"
      "2 wrong usage.",
      "argocd-decrypt health");
  app.add_option("FILE", files, "manifests with their status; - for standard input")->required();
  app.add_option("-o,--output-type", output_type, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  app.footer(
      Kinds() +
      "\nExamples: kubectl get sealedsecrets,externalsecrets -A -o yaml | argocd-decrypt health -\n"
      "          argocd-decrypt health --output-type json status.yaml");
  if (const auto code = ParseArguments(app, args)) return *code;
  health::Findings findings;
  for (const std::string& file : files) {
    const Status status = ExamineFile(file, findings);
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
