#include "plugin/render/helm_fetch.h"

#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "decrypt/base/encoding.h"
#include "decrypt/base/system_failure.h"
#include "plugin/render/helm_tool.h"
#include "plugin/render/value_url.h"
#include "plugin/sources/retry.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

constexpr std::string_view kChart = "apiVersion: v2\nname: fetch\nversion: 0.0.0\n";
// base64, as the content may be anything.
constexpr std::string_view kTemplate = "content: {{ .Values.content | b64enc | quote }}\n";
constexpr std::string_view kBegin = "\ncontent: \"";

Result<std::string> MakeChart(const std::string& run_dir) {
  std::string chart = run_dir + "/fetch";
  for (const std::string& folder : {chart, chart + "/templates"}) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return SystemFailure("the run folder: cannot make a folder", errno);
    }
  }
  ACD_CHECK(workspace::WriteSecretFile(chart + "/Chart.yaml", AsBytes(kChart)));
  ACD_CHECK(workspace::WriteSecretFile(chart + "/templates/content.yaml", AsBytes(kTemplate)));
  return chart;
}

// What helm's parser of `--set-file` takes for itself.
std::string Escaped(const std::string& url) {
  std::string out;
  for (const char c : url) {
    if (c == ',' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Go shows a URL with its password as ***.
std::string WithMaskedPassword(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  const std::size_t colon = url.find(':', begin);
  if (at == std::string::npos || at < begin || colon > at) return url;
  return url.substr(0, colon) + ":***" + url.substr(at);
}

Result<SecretBytes> ReadContent(const SecretBytes& out) {
  const std::string_view text = out.ExposeText();
  const std::size_t begin = text.find(kBegin);
  const std::size_t end =
      begin == std::string_view::npos ? begin : text.find('"', begin + kBegin.size());
  if (end == std::string_view::npos) {
    return Fail(Code::kToolFailed, "helm printed something else than it was asked for");
  }
  return DecodeBase64Strict(text.substr(begin + kBegin.size(), end - begin - kBegin.size()));
}

}  // namespace

Result<std::optional<SecretBytes>> FetchByHelm(Context& context, const std::string& url) {
  const std::string shown = ShownEntry(url);
  ACD_TRY(const std::string chart, MakeChart(context.request.run_dir));
  ACD_TRY(ToolRun run,
          HelmRun(context, "fetch " + shown,
                  {"template", "fetch", ".", "--set-file", "content=" + Escaped(url)}, chart));
  for (const auto& variable : context.settings.sources.network) {
    run.command.environment.insert(variable);
  }
  run.renames = {{url, shown}, {WithMaskedPassword(url), shown}};
  ACD_TRY(const exec::Outcome outcome,
          sources::TryPatiently(context.request.budget, [&] { return RunTool(context, run); }));
  if (outcome.exit_code != 0) {
    const bool missing = outcome.err.find(" : 404 ") != std::string::npos;
    if (missing) return std::optional<SecretBytes>();
    return ToolFailure(context, run, outcome, "");
  }
  auto content = ReadContent(outcome.out);
  if (!content) return Fail(std::move(content).error().With(run.label));
  if (content->size() > Limits().max_document_bytes) {
    return Fail(Code::kLimitExceeded, run.label + ": too large");
  }
  return std::optional<SecretBytes>(*std::move(content));
}

}  // namespace acd::render
