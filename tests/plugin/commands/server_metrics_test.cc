#include "plugin/commands/server_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace acd::commands {
namespace {

using std::chrono::microseconds;
using ::testing::HasSubstr;
using ::testing::Not;

server::RequestRecord GoodRender() {
  server::RequestRecord record;
  record.method = "GenerateManifest";
  record.application = "canary-app";
  record.project = "canary-project";
  record.source_path = "canary/path";
  record.renderer = "helm";
  record.phases = {{"receive", microseconds(1500)}, {"render", microseconds(250'000)}};
  record.total = microseconds(300'000);
  record.received_bytes = 100;
  record.unpacked_bytes = 1000;
  record.manifests = 3;
  record.manifest_bytes = 500;
  record.files_decrypted = 3;
  record.decrypted = {{{"yaml", "age"}, 2}, {{"dotenv", "pgp"}, 1}};
  return record;
}

server::RequestRecord FailedRender(const std::string& phase, const std::string& code) {
  server::RequestRecord record;
  record.method = "GenerateManifest";
  record.code = code;
  record.error = "canary-error";
  record.failed_phase = phase;
  return record;
}

TEST(ServerMetrics, CountsAGoodRender) {
  ServerMetrics metrics("1.2.3");
  metrics.Finished(GoodRender());
  const std::string text = metrics.Text();
  for (const char* line :
       {R"(argocd_decrypt_requests_total{method="GenerateManifest",code="OK"} 1)",
        R"(argocd_decrypt_request_duration_seconds_bucket{method="GenerateManifest",le="0.25"} 0)",
        R"(argocd_decrypt_request_duration_seconds_bucket{method="GenerateManifest",le="0.5"} 1)",
        R"(argocd_decrypt_request_duration_seconds_sum{method="GenerateManifest"} 0.3)",
        R"(argocd_decrypt_phase_duration_seconds_sum{phase="receive"} 0.0015)",
        R"(argocd_decrypt_phase_duration_seconds_bucket{phase="render",le="0.25"} 1)",
        R"(argocd_decrypt_received_bytes_total 100)", R"(argocd_decrypt_unpacked_bytes_total 1000)",
        R"(argocd_decrypt_manifests_total 3)", R"(argocd_decrypt_manifest_bytes_total 500)",
        R"(argocd_decrypt_files_decrypted_total{format="yaml",key_type="age"} 2)",
        R"(argocd_decrypt_files_decrypted_total{format="dotenv",key_type="pgp"} 1)",
        R"(argocd_decrypt_build_info{version="1.2.3"} 1)"}) {
    EXPECT_THAT(text, HasSubstr("\n" + std::string(line) + "\n"));
  }
  EXPECT_THAT(text, Not(HasSubstr("canary")));
}

TEST(ServerMetrics, CountsFailuresByPhase) {
  ServerMetrics metrics("1.2.3");
  metrics.Finished(FailedRender("decrypt", "FAILED_PRECONDITION"));
  metrics.Finished(FailedRender("wait", "DEADLINE_EXCEEDED"));
  metrics.Finished(FailedRender("wait", "RESOURCE_EXHAUSTED"));
  metrics.Finished(FailedRender("wait", "CANCELLED"));
  metrics.Finished(FailedRender("wait", "CANCELLED"));
  const std::string text = metrics.Text();
  for (const char* line :
       {R"(requests_total{method="GenerateManifest",code="FAILED_PRECONDITION"} 1)",
        R"(requests_total{method="GenerateManifest",code="OK"} 0)",
        R"(render_failures_total{phase="decrypt"} 1)", R"(render_failures_total{phase="wait"} 4)",
        R"(render_failures_total{phase="render"} 0)",
        R"(renders_refused_total{reason="overload"} 0)",
        R"(renders_refused_total{reason="deadline"} 1)",
        R"(renders_refused_total{reason="cancelled"} 2)"}) {
    EXPECT_THAT(text, HasSubstr("argocd_decrypt_" + std::string(line) + "\n"));
  }
  EXPECT_THAT(text, Not(HasSubstr("canary")));
}

// Prometheus sees no increase in a series that begins with its first failure.
TEST(ServerMetrics, FailuresAreThereBeforeTheyHappen) {
  ServerMetrics metrics("1.2.3");
  metrics.Started("sh");
  metrics.Ended("sh", exec::RunEnd::kDone);
  const std::string text = metrics.Text();
  for (const char* tool : {"helm", "kustomize", "sh"}) {
    for (const char* reason : {"exit", "signal", "memory", "processes", "deadline", "cancelled",
                               "output", "not_started", "other"}) {
      EXPECT_THAT(text, HasSubstr(std::string("children_failed_total{tool=\"") + tool +
                                  "\",reason=\"" + reason + "\"} 0\n"));
    }
  }
  EXPECT_THAT(text, Not(HasSubstr("reason=\"done\"")));
  EXPECT_THAT(text, HasSubstr("config_reloads_total{outcome=\"failure\"} 0\n"));
}

TEST(ServerMetrics, CountsChildren) {
  ServerMetrics metrics("1.2.3");
  metrics.Started("helm");
  metrics.Started("helm");
  metrics.Started("kustomize");
  metrics.Ended("helm", exec::RunEnd::kMemory);
  EXPECT_THAT(metrics.Text(), HasSubstr("argocd_decrypt_children_running 2\n"));
  metrics.Ended("helm", exec::RunEnd::kDone);
  metrics.Ended("kustomize", exec::RunEnd::kExit);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("argocd_decrypt_children_running 0\n"));
  EXPECT_THAT(text, HasSubstr("children_started_total{tool=\"helm\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("children_failed_total{tool=\"helm\",reason=\"memory\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("children_failed_total{tool=\"kustomize\",reason=\"exit\"} 1\n"));
}

// Whoever may name programs can't make it grow.
TEST(ServerMetrics, ToolsHaveALimit) {
  ServerMetrics metrics("1.2.3");
  for (int i = 0; i < 5000; ++i) {
    const std::string tool = "tool-" + std::to_string(i);
    metrics.Started(tool);
    metrics.Ended(tool, exec::RunEnd::kExit);
  }
  const std::string text = metrics.Text();
  EXPECT_LT(text.size(), 100'000U);
  EXPECT_THAT(text, HasSubstr("children_started_total{tool=\"other\"} 4973\n"));
}

TEST(ServerMetrics, AsksItsSourcesAtEachScrape) {
  ServerMetrics metrics("1.2.3");
  keys::KeyState keys;
  std::optional<workspace::Usage> usage = workspace::Usage{4096, 65536};
  std::size_t waiting = 7;
  bool serving = true;
  bool needs_key = true;
  metrics.Watch({.renders = [&] { return ServerMetrics::Load{4, waiting, 5, 11, 105, 2}; },
                 .keys = [&] { return keys; },
                 .workspace = [&] { return usage; },
                 .serving = [&] { return serving; },
                 .needs_key = [&] { return needs_key; }});
  keys.loaded = {{"age", 2}, {"pgp", 1}};
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  keys.oldest_file = now - 1000;
  keys.newest_file = now + 1000;  // a clock that was set back
  keys.reloads = 3;
  keys.failed_reloads = 1;
  keys.problems = {"canary: broken"};
  std::string text = metrics.Text();
  for (const char* line :
       {"renders_running 4", "renders_waiting 7", "renders_limit 5", "requests_here 11",
        "requests_limit 105", R"(renders_refused_total{reason="overload"} 2)",
        R"(keys_loaded{type="age"} 2)", R"(keys_loaded{type="pgp"} 1)",
        R"(keys_loaded{type="ssh"} 0)", "has_key 1", "key_problems 1",
        R"(key_file_age_seconds{file="newest"} 0)", R"(key_file_age_seconds{file="oldest"} 100)",
        R"(key_reloads_total{outcome="success"} 3)", R"(key_reloads_total{outcome="failure"} 1)",
        "workspace_bytes 4096", "workspace_limit_bytes 65536"}) {
    EXPECT_THAT(text, HasSubstr("\nargocd_decrypt_" + std::string(line)));
  }
  EXPECT_THAT(text, Not(HasSubstr("canary")));

  keys = {};
  keys.has_key = false;
  usage->limit_bytes = 0;
  text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("argocd_decrypt_has_key 0\n"));
  EXPECT_THAT(text, HasSubstr("keys_loaded{type=\"age\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("key_file_age_seconds")));
  EXPECT_THAT(text, HasSubstr("argocd_decrypt_workspace_limit_bytes +Inf\n"));
  EXPECT_THAT(text, HasSubstr("argocd_decrypt_serving 1\n"));
  needs_key = serving = false;
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("has_key 0")));
  EXPECT_THAT(metrics.Text(), HasSubstr("argocd_decrypt_serving 0\n"));
  usage.reset();
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("workspace_")));
}

TEST(ServerMetrics, CountsReloadsOfTheConfiguration) {
  ServerMetrics metrics("1.2.3");
  metrics.ConfigReloaded(true);
  metrics.ConfigReloaded(false);
  metrics.ConfigReloaded(false);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("config_reloads_total{outcome=\"failure\"} 2\n"
                        "argocd_decrypt_config_reloads_total{outcome=\"success\"} 1"));
}

}  // namespace
}  // namespace acd::commands
