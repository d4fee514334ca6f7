#include "plugin/sources/charts.h"

#include <fcntl.h>

#include <algorithm>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/archive/unpack.h"
#include "plugin/sources/chart_file.h"
#include "plugin/sources/helm_home.h"
#include "plugin/sources/json_text.h"
#include "plugin/sources/repository_url.h"
#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

constexpr std::size_t kMaxChartBytes = 64U << 20U;

SecretBytes DependencyJson(const ChartSource& chart, const std::string& url) {
  SecretBytes text;
  text.Append('{');
  AppendJsonField(text, "name", chart.name);
  text.Append(',');
  AppendJsonField(text, "version", chart.version.empty() ? "*" : chart.version);
  text.Append(',');
  AppendJsonField(text, "repository", url);
  text.Append('}');
  return text;
}

/// A chart that has nothing but this one dependency. With a lock file helm asks a registry for no
/// list of versions, which a token often may not read.
Status WriteStub(const std::string& folder, const ChartSource& chart, const std::string& url) {
  const SecretBytes dependency = DependencyJson(chart, url);
  SecretBytes text;
  text.Append("{\"apiVersion\":\"v2\",\"name\":\"download\",\"version\":\"0.0.0\",");
  text.Append("\"dependencies\":[");
  text.Append(dependency.Expose());
  text.Append("]}\n");
  ACD_CHECK(workspace::WriteSecretFile(folder + "/Chart.yaml", text.Expose()));
  if (!IsExactVersion(chart.version)) return {};
  Dependency one;
  one.repository = url;
  SecretBytes front;
  AppendJsonField(front, "name", chart.name);
  front.Append(',');
  AppendJsonField(front, "version", chart.version);
  one.json = std::pair(std::string(front.ExposeText()), std::string());
  const std::vector<Dependency> list = {one};
  SecretBytes lock;
  lock.Append("{\"dependencies\":[");
  lock.Append(dependency.Expose());
  lock.Append("],\"digest\":\"" + LockDigest(list, list).value_or("") +
              "\",\"generated\":\"2020-01-01T00:00:00Z\"}\n");
  return workspace::WriteSecretFile(folder + "/Chart.lock", lock.Expose());
}

/// The one chart that helm left in charts/; it removes what is none.
Result<std::string> OnlyChart(const std::string& folder) {
  const auto names = workspace::ListFolder(folder);
  if (!names && names.error().code != Code::kNotFound) return Fail(names.error());
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (name.ends_with(".tgz")) return folder + "/" + name;
  }
  return Fail(Code::kToolFailed, "what was downloaded is not a chart",
              "look at what the repository serves for it");
}

Result<SecretBytes> Download(Session& session, const ChartSource& chart, const Access& access) {
  ACD_TRY(HelmHome home, HelmHome::Make(session));
  ACD_TRY(const ToolFolder work, ToolFolder::Make(session.run_dir));
  ACD_TRY(const std::string stub, work.MakeFolder("chart"));
  ACD_CHECK(WriteStub(stub, chart, access.url));
  ACD_CHECK(home.Add(access, "", chart.pass_credentials));
  ACD_CHECK(home.BuildDependencies(stub));
  ACD_TRY(const std::string file, OnlyChart(stub + "/charts"));
  return workspace::ReadFile(file, kMaxChartBytes);
}

/// The grant is part of it: see Access. A version range is nobody's key.
std::string CacheKey(const ChartSource& chart, const Access& access) {
  return "chart\n" + access.grant + "\n" + (access.oci ? "oci://" : "") +
         NormalChartUrl(access.url) + "\n" + chart.name + "\n" + chart.version;
}

Result<SecretBytes> Chart(Session& session, const ChartSource& chart) {
  ACD_TRY(const std::vector<Repository>* repositories, session.Repositories());
  ACD_TRY(const Access access,
          AccessFinder(*repositories, session.project).Charts(chart.repository));
  const auto download = [&] { return Download(session, chart, access); };
  const std::shared_ptr<SourceCache>& cache = session.settings.cache;
  if (!cache || !IsExactVersion(chart.version)) return download();
  return cache->Get(CacheKey(chart, access), session.budget, download);
}

class OneSpan : public archive::ByteSource {
 public:
  explicit OneSpan(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  Result<std::span<const std::uint8_t>> Next() override { return std::exchange(bytes_, {}); }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace

Result<std::string> PullChart(Session& session, const ChartSource& chart,
                              const std::string& folder) {
  if (chart.name.empty() || chart.name.find('/') != std::string::npos ||
      chart.name.front() == '.' || chart.name.front() == '-' ||
      chart.version.find('/') != std::string::npos) {
    return Fail(Code::kInvalidInput, "chart: its name or version is missing or not allowed");
  }
  auto content = Chart(session, chart);
  if (!content) {
    const std::string version = chart.version.empty() ? "" : " " + chart.version;
    return Fail(std::move(content).error().With("chart " + chart.name + version + " of " +
                                                UrlWithoutPassword(chart.repository)));
  }
  ACD_CHECK(session.Take(content->size(), "chart " + chart.name));
  std::string path = folder + "/" + chart.name + "-" + chart.version + ".tgz";
  ACD_CHECK(workspace::WriteSecretFile(path, content->Expose()));
  return path;
}

Status UnpackChart(Session& session, const std::string& archive, const std::string& folder) {
  ACD_TRY(const SecretBytes content, workspace::ReadFile(archive, kMaxChartBytes));
  const UniqueFd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) {
    return SystemFailure("chart: unpack", errno);
  }
  OneSpan source(content.Expose());
  archive::UnpackOptions options;
  options.limits.max_bytes = std::min<std::uint64_t>(256U << 20U, session.bytes_left);
  options.limits.max_entries = 20'000;
  auto unpacked = archive::Unpack(source, root.get(), options);
  if (!unpacked) return Fail(std::move(unpacked).error().With("chart"));
  constexpr std::uint64_t kEntryBytes = 4096;  // of tmpfs, even for an empty file
  return session.Take(unpacked->bytes + unpacked->entries * kEntryBytes, "chart");
}

}  // namespace acd::sources
