#include "plugin/commands/server_traces.h"

#include <gmock/gmock.h>

#include "decrypt/base/encoding.h"

namespace acd::commands {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr auto kStart = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));

server::RequestRecord Record() {
  server::RequestRecord record;
  record.method = "GenerateManifest";
  record.started = kStart;
  record.application = "shop";
  record.project = "retail";
  record.source_path = "apps/shop";
  record.renderer = "helm";
  record.phases = {{"receive", std::chrono::microseconds(1500)},
                   {"wait", std::chrono::microseconds(0)},
                   {"render", std::chrono::microseconds(800)}};
  record.total = std::chrono::microseconds(2500);
  record.received_bytes = 10;
  record.entries = 4;
  record.unpacked_bytes = 40;
  record.manifests = 3;
  record.manifest_bytes = 300;
  record.files_decrypted = 2;
  return record;
}

std::vector<std::string> Texts(const tracing::Span& span) {
  std::vector<std::string> out;
  for (const auto& [name, value] : span.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    out.push_back(name + "=" + (text != nullptr ? *text : std::to_string(std::get<1>(value))));
  }
  return out;
}

TEST(CallTrace, TellsTheCallAsTheLogDoes) {
  const auto trace = MakeCallTrace(Record());
  EXPECT_FALSE(trace.caller.has_value());
  EXPECT_EQ(trace.call.name, "plugin.ConfigManagementPluginService/GenerateManifest");
  EXPECT_EQ(trace.call.start, kStart);
  EXPECT_EQ(trace.call.end - trace.call.start, std::chrono::microseconds(2500));
  EXPECT_FALSE(trace.call.error.has_value());
  EXPECT_THAT(
      Texts(trace.call),
      UnorderedElementsAre("rpc.system=grpc", "rpc.service=plugin.ConfigManagementPluginService",
                           "rpc.method=GenerateManifest", "rpc.grpc.status_code=0",
                           "argocd.application=shop", "argocd.project=retail",
                           "argocd.source_path=apps/shop", "argocd_decrypt.renderer=helm",
                           "argocd_decrypt.received_bytes=10", "argocd_decrypt.entries=4",
                           "argocd_decrypt.unpacked_bytes=40", "argocd_decrypt.files_decrypted=2",
                           "argocd_decrypt.manifests=3", "argocd_decrypt.manifest_bytes=300"));
}

TEST(CallTrace, LaysThePhasesEndToEnd) {
  const auto trace = MakeCallTrace(Record());
  std::vector<std::string> laid;
  for (const tracing::Span& part : trace.parts) {
    const auto us = [](auto time) {
      return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
    };
    laid.push_back(part.name + " " + us(part.start - kStart) + "-" + us(part.end - kStart));
  }
  EXPECT_THAT(laid, ElementsAre("receive 0-1500", "wait 1500-1500", "render 1500-2300"));
}

TEST(CallTrace, JoinsTheCallersTrace) {
  server::RequestRecord record = Record();
  record.trace_parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
  record.trace_state = "a=1";
  const auto trace = MakeCallTrace(record);
  ASSERT_TRUE(trace.caller.has_value());
  EXPECT_FALSE(trace.caller->sampled);
  EXPECT_EQ(trace.caller->state, "a=1");
  record.trace_parent += "!";
  EXPECT_FALSE(MakeCallTrace(record).caller.has_value());
}

TEST(CallTrace, ShowsAFailure) {
  server::RequestRecord record = Record();
  record.code = "FAILED_PRECONDITION";
  record.error = "helm: it failed";
  record.manifests = 0;
  const auto trace = MakeCallTrace(record);
  EXPECT_EQ(trace.call.error, "helm: it failed");
  EXPECT_THAT(Texts(trace.call), Contains("rpc.grpc.status_code=9"));
  EXPECT_THAT(Texts(trace.call), Not(Contains("argocd_decrypt.manifests=0")));
  record.code = "UNAUTHENTICATED";
  EXPECT_THAT(Texts(MakeCallTrace(record).call), Contains("rpc.grpc.status_code=16"));
}

TEST(CallTrace, CutsWhatACallerChose) {
  server::RequestRecord record = Record();
  record.application = std::string(255, 'a') + "\xC3\xBC" + std::string(1'000'000, 'b');
  record.project = "broken \xFF\xC3";
  record.code = "INTERNAL";
  record.error = std::string(100'000, 'e');
  const auto trace = MakeCallTrace(record);
  EXPECT_THAT(Texts(trace.call), Contains("argocd.application=" + std::string(255, 'a')));
  EXPECT_THAT(Texts(trace.call), Contains("argocd.project=broken ??"));
  EXPECT_EQ(trace.call.error->size(), 1024U);
  for (const std::string& text : Texts(trace.call)) EXPECT_TRUE(IsUtf8(text));
}

}  // namespace
}  // namespace acd::commands
